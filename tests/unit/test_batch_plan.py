"""What a batch plans, and what a result depends on: other cells, helpers, data or values make another run."""

import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import catalogue
from helpers.batch import command, plan
from helpers.batch.checkout import Checkout
from helpers.batch.plan import BadPlan
from helpers.catalogue import ParameterFault
from helpers.data import files
from helpers.notebooks import ROOT
from tests import tiny


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """Two tiny papers."""
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path / "notebooks")
    tiny.write(tmp_path / "notebooks")
    tiny.write(tmp_path / "notebooks", "fastrp", setup=tiny.CELLS["setup"] + "\nscale = float(seed)")
    return tmp_path


def test_every_paper_meets_every_combination_once(collection):
    runs = plan.make(catalogue.find([]), {"seed": [0, 1, 2], "size": [3, 4]})
    assert len(runs) == len({run.digest for run in runs}) == len({run.name for run in runs}) == 12
    assert {(run.paper.slug, run.values["seed"], run.values["size"]) for run in runs} == {
        (slug, seed, size) for slug in ("s4", "fastrp") for seed in (0, 1, 2) for size in (3, 4)
    }


def test_a_default_that_is_given_is_the_same_run(collection):
    (plain,) = plan.make(catalogue.find(["s4"]), {})
    (given_,) = plan.make(catalogue.find(["s4"]), {"size": [3], "seed": [0, 0]})
    assert plain == given_
    assert plain.changed == {}
    assert plain.values == {"seed": 0, "size": 3}


def test_a_whole_number_for_a_decimal_parameter_is_the_same_run(collection):
    cells = {
        "parameters": "seed: int = 0  # seed\nrate: float = 1.0  # rate, 0 to 9",
        "setup": tiny.CELLS["setup"].replace("size=(size, 1, 9)", "rate=(rate, 0.0, 9.0)"),
    }
    tiny.write(collection / "notebooks", **cells)
    assert len(plan.make(catalogue.find(["s4"]), {"rate": [2, 2.0]})) == 1
    tiny.write(collection / "notebooks", **cells | {"parameters": cells["parameters"].replace("1.0", "1")})
    assert plan.make(catalogue.find(["s4"]), {}) == plan.make(catalogue.find(["s4"]), {"rate": [1.0]})


def test_papers_that_take_longest_come_first(collection):
    path = tiny.write(collection / "notebooks", "fastrp")
    slow = json.loads(path.read_text())
    slow["metadata"]["miniature"]["running_seconds"] = 40
    path.write_text(json.dumps(slow))
    assert [run.paper.slug for run in plan.make(catalogue.find([]), {"seed": [0, 1]})] == ["fastrp"] * 2 + ["s4"] * 2


@pytest.mark.parametrize(
    ("grid", "fault", "words"),
    [
        ({"sed": [1]}, ParameterFault, "s4: unknown parameter 'sed'; did you mean seed?"),
        ({"size": [3, 10]}, ParameterFault, "size = 10: allowed is an integer from 1 up to 9"),
        ({"size": [3, "x"]}, ParameterFault, "size = 'x'"),
        ({"seed": []}, BadPlan, "the plan is empty: no value is given for seed"),
        ({"seed": range(10**6 + 1)}, BadPlan, "the plan has 1000001 runs; at most 1000000 are allowed"),
    ],
)
def test_a_plan_that_cannot_run_is_refused(collection, grid, fault, words):
    with pytest.raises(fault) as caught:
        plan.make(catalogue.find(["s4"]), grid)
    assert words in str(caught.value)


def test_a_plan_without_papers_is_refused():
    with pytest.raises(BadPlan, match="no paper is named"):
        plan.make([], {})


def test_a_changed_notebook_makes_only_its_own_runs_new(collection):
    before = {run.paper.slug: run.digest for run in plan.make(catalogue.find([]), {})}
    tiny.write(collection / "notebooks", text="print('another text')")
    after = {run.paper.slug: run.digest for run in plan.make(catalogue.find([]), {})}
    assert after["s4"] != before["s4"]
    assert after["fastrp"] == before["fastrp"]


def test_outputs_of_a_notebook_do_not_count(collection):
    path = tiny.write(collection / "notebooks")
    before = Checkout().digest(path)
    notebook = json.loads(path.read_text())
    notebook["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "seen"}]
    path.write_text(json.dumps(notebook))
    assert Checkout().digest(path) == before


@pytest.fixture
def root(tmp_path):
    """A checkout whose helpers can be changed."""
    shutil.copytree(ROOT / "helpers", tmp_path / "root" / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "root"


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("metrics.py", False),
        ("session.py", True),
        ("plots.py", True),  # session imports it inside a function
        ("stats.py", True),  # claims imports it
        ("__init__.py", True),
    ],
)
def test_a_changed_helper_makes_new_runs_of_the_notebooks_that_import_it(root, module, imported):
    notebook = tiny.write(root / "notebooks")
    before = Checkout(root).digest(notebook)
    (root / "helpers" / module).open("a").write("\n# changed\n")
    assert (Checkout(root).digest(notebook) != before) == imported


@pytest.mark.parametrize(
    ("code", "modules", "data"),
    [
        ("import helpers.nets.mlp", {"helpers", "helpers.nets", "helpers.nets.mlp"}, set()),
        ("from helpers.data import graphs", {"helpers.data.graphs", "helpers.data.files"}, {"debian_graph.npz"}),
        ("def f():\n    from helpers import nets", {"helpers.nets.convnet"}, set()),
        ("import numpy.helpers", set(), set()),
        ("open('debian_graph.npz')", set(), {"debian_graph.npz"}),
    ],
)
def test_dependencies_are_found_wherever_they_stand(code, modules, data):
    found, named = Checkout().dependencies([code])
    assert modules <= found
    assert data <= named
    assert bool(modules) == bool(found)
    assert "bible_kjv_web_rv1909.tsv.gz" not in named


def test_code_that_is_not_plain_python_depends_on_everything():
    modules, data = Checkout().dependencies(["%matplotlib inline"])
    assert modules >= {"helpers.plots", "helpers.nets.mlp"}
    assert data == set(files.digests())


def test_a_changed_data_file_makes_new_runs_of_the_notebooks_that_read_it(tmp_path, monkeypatch):
    reads = tiny.write(tmp_path / "notebooks", text="from helpers.data import graphs")
    not_reads = tiny.write(tmp_path / "notebooks", "fastrp")
    before = [Checkout().digest(path) for path in (reads, not_reads)]
    changed = {name: "0" * 64 if name == "debian_graph.npz" else digest for name, digest in files.digests().items()}
    monkeypatch.setattr(files, "digests", lambda: changed)
    after = [Checkout().digest(path) for path in (reads, not_reads)]
    assert after[0] != before[0]
    assert after[1] == before[1]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 40)), min_size=1, max_size=6))
def test_seeds_are_all_numbers_of_all_ranges_once(ranges):
    words = ",".join(f"{first}-{first + more}" if more else str(first) for first, more in ranges)
    chosen = command.seeds(words)
    assert len(chosen) == len(set(chosen))
    assert set(chosen) == {seed for first, more in ranges for seed in range(first, first + more + 1)}


def test_a_broken_helper_is_one_more_version_and_no_fault_here(root):
    notebook = tiny.write(root / "notebooks")
    before = Checkout(root).digest(notebook)
    (root / "helpers" / "stats.py").write_text("def broken(:")
    assert Checkout(root).digest(notebook) != before


@pytest.mark.parametrize("words", ["9" * 5000, "", "a", "1-", "-3", "5-3", "1,,2", "1.5", "0-99999999"])
def test_seeds_that_are_no_ranges_are_refused(words):
    with pytest.raises(BadPlan, match="--seeds"):
        command.seeds(words)


def test_values_are_read_as_numbers_words_and_lists():
    assert command.grid(["dim=64,256", "rate=1e-3", "kind=slow, fast", "on=True", "odd=[1]", "set={2}"], "3") == {
        "seed": [3],
        "dim": [64, 256],
        "rate": [0.001],
        "kind": ["slow", "fast"],
        "on": [True],
        "odd": ["[1]"],
        "set": ["{2}"],
    }


@pytest.mark.parametrize("words", [["size"], ["=3"], ["a b=3"], ["size=3", "size=4"]])
def test_values_of_another_form_are_refused(words):
    with pytest.raises(BadPlan, match="-p "):
        command.grid(words, None)


def test_a_seed_given_twice_is_refused():
    with pytest.raises(BadPlan, match="seed is given twice"):
        command.grid(["seed=1"], "0-9")


def test_minutes_are_shared_by_workers(collection):
    runs = plan.make(catalogue.find([]), {"seed": list(range(12))})
    assert plan.minutes(runs, 2) == pytest.approx(sum(run.paper.running_seconds for run in runs) / 120)
