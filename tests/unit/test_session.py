"""The start of a notebook: parameter checks, and what a seed makes repeatable."""

import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import session

laws = settings(max_examples=15, deadline=None, derandomize=True)
seeds = st.integers(0, session.SEED_LIMIT)
integers = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture
def restored(monkeypatch):
    """Put back the threads and the environment that `start` changes."""
    threads = torch.get_num_threads()
    for variable in session.THREAD_VARIABLES:
        monkeypatch.setenv(variable, "2")
    yield
    torch.set_num_threads(threads)


def fresh(code):
    """Run `code` in a new Python without thread limits; return what it prints, read as JSON."""
    free = {name: value for name, value in os.environ.items() if name not in session.THREAD_VARIABLES}
    done = subprocess.run([sys.executable, "-c", code], env=free, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def refusal(**parameters):
    """The message with which `check_parameters` refuses."""
    with pytest.raises(ValueError) as refused:
        session.check_parameters(**parameters)
    return str(refused.value)


def draws(seed):
    """One draw from each generator that `start` seeds."""
    rng = session.start(seed)
    # The old global generator is what some libraries still draw from.
    old = np.random.random()  # noqa: NPY002
    return random.random(), old, torch.rand(1, dtype=torch.float64).item(), rng.random()


# Parameters


@laws
@given(integers, integers, integers)
def test_an_integer_passes_exactly_between_its_bounds(value, one, other):
    low, high = sorted((one, other))
    if low <= value <= high:
        session.check_parameters(n=(value, low, high))
    else:
        assert refusal(n=(value, low, high)) == f"n = {value}: allowed is an integer from {low} up to {high}"


@pytest.mark.parametrize("bound", [0.0, 1.0])
def test_float_bounds_are_inclusive(bound):
    session.check_parameters(rate=(bound, 0.0, 1.0))


@pytest.mark.parametrize("value", [np.nextafter(0, -1), np.nextafter(1, 2), np.inf, -np.inf, np.nan])
def test_a_number_outside_float_bounds_or_not_finite_is_refused(value):
    assert "rate = " in refusal(rate=(float(value), 0.0, 1.0))


@pytest.mark.parametrize("value", [3, np.int64(3), np.float32(0.5), 0.5])
def test_float_bounds_allow_python_and_numpy_numbers(value):
    session.check_parameters(rate=(value, 0.0, None))


@pytest.mark.parametrize("value", [3.0, np.float64(3), "3", None, True, np.True_, [3], 3 + 0j])
def test_integer_bounds_allow_integers_only(value):
    assert f"n = {value!r}: allowed is an integer from 1" == refusal(n=(value, 1, None))


@pytest.mark.parametrize("value", [True, False, np.True_, "0.5", None, [0.5], 0.5j])
def test_float_bounds_refuse_what_is_no_real_number(value):
    assert f"rate = {value!r}: allowed is a number" in refusal(rate=(value, 0.0, 1.0))


@pytest.mark.parametrize("value", [-(10**9), 0, 10**9])
def test_without_bounds_every_integer_passes(value):
    session.check_parameters(n=(value, None, None))


def test_one_missing_bound_is_left_out_of_the_message():
    assert refusal(n=(-1, 0, None)) == "n = -1: allowed is an integer from 0"
    assert refusal(n=(5, None, 4)) == "n = 5: allowed is an integer up to 4"


def test_a_choice_passes():
    session.check_parameters(kernel=("rbf", {"rbf", "linear"}))


@pytest.mark.parametrize("value", ["RBF", "", None, 1, ["rbf"]])
def test_what_is_no_choice_is_refused_with_the_choices(value):
    assert refusal(kernel=(value, ["rbf", "linear"])) == f"kernel = {value!r}: allowed is one of 'linear', 'rbf'"


def test_part_of_a_choice_is_no_choice():
    assert "size = 'b'" in refusal(size=("b", ("abc", "def")))


def test_a_bool_is_no_integer_choice():
    assert "n = True" in refusal(n=(True, (1, 2)))


def test_every_fault_is_named():
    said = refusal(good=(1, 0, 2), dim=(0, 1, 9), rate=(2.0, 0.0, 1.0), kernel=("x", ("y",)))
    assert [name in said for name in ("dim = 0", "rate = 2.0", "kernel = 'x'", "good")] == [True, True, True, False]


def test_a_parameter_without_a_second_bound_is_a_mistake_of_the_author():
    with pytest.raises(TypeError, match=r"dim: write \(value, low, high\) or \(value, choices\), not \(8, 1\)"):
        session.check_parameters(dim=(8, 1))


@pytest.mark.parametrize("seed", [-1, 2**32, 2**40])
def test_a_seed_has_the_bounds_of_a_seed_whatever_is_written(seed):
    assert f"seed = {seed}: allowed is an integer from 0 up to 4294967295" == refusal(seed=(seed, None, None))


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_both_ends_of_the_seed_are_allowed(seed):
    session.check_parameters(seed=(seed, 1, 2))


@pytest.mark.parametrize("value", [2**64, -(2**64), 10**400], ids=["2**64", "-2**64", "10**400"])
def test_an_integer_beyond_64_bits_is_refused_like_any_other(value):
    assert f"n = {value}: allowed is an integer" in refusal(n=(value, 0, 10))


# Start


@laws
@given(seeds)
def test_a_seed_repeats_every_generator(seed):
    threads = torch.get_num_threads()
    assert draws(seed) == draws(seed)
    torch.set_num_threads(threads)


@laws
@given(st.lists(seeds, min_size=2, max_size=2, unique=True))
def test_another_seed_changes_every_generator(pair):
    one, other = map(draws, pair)
    assert all(a != b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "0", None, True])
def test_start_refuses_what_is_no_seed(seed):
    with pytest.raises(ValueError, match="seed = .*: allowed is an integer from 0 up to 4294967295"):
        session.start(seed)


def test_start_sets_one_torch_thread(restored):
    torch.set_num_threads(2)
    session.start(0)
    assert torch.get_num_threads() == 1


def test_start_leaves_one_thread_for_what_is_imported_later(restored):
    session.start(0)
    assert {os.environ[variable] for variable in session.THREAD_VARIABLES} == {"1"}


def test_start_limits_the_threads_of_numpy():
    code = """if True:
        import json, numpy, threadpoolctl
        from helpers import session
        session.start(0)
        print(json.dumps([pool["num_threads"] for pool in threadpoolctl.threadpool_info()]))
    """
    threads = fresh(code)
    assert threads
    assert set(threads) == {1}


def test_start_imports_neither_torch_nor_matplotlib():
    code = """if True:
        import json, sys
        from helpers import session
        session.start(0)
        print(json.dumps([name for name in ("torch", "matplotlib") if name in sys.modules]))
    """
    assert fresh(code) == []


def test_start_sets_the_plot_style():
    import matplotlib as mpl

    with mpl.rc_context({"axes.spines.top": True}):
        session.start(0)
        assert not mpl.rcParams["axes.spines.top"]


# The package


def test_the_package_imports_nothing():
    code = """if True:
        import json, sys
        before = set(sys.modules)
        import helpers
        print(json.dumps(sorted(set(sys.modules) - before)))
    """
    assert fresh(code) == ["helpers"]
