"""Functions taken out of a notebook: with what they use, and with nothing else."""

import pytest

from helpers import catalogue
from tests import tiny
from tests.notebook_functions import functions

TEXT = """import math

SCALE = 2
measured = rng.random(SCALE)
raise_here = 1 / 0


def area(radius):
    return scaled(math.pi * radius**2)


def scaled(value):
    return SCALE * value


def shifted(value):
    return value + measured
"""


@pytest.fixture(autouse=True)
def collection(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)
    tiny.write(tmp_path, text=TEXT)


def test_a_function_comes_with_what_it_uses_and_nothing_is_run():
    assert functions("s4", "area").area(1) == pytest.approx(6.283185, abs=1e-6)


def test_what_other_cells_compute_can_be_given():
    assert functions("s4", "shifted", measured=10).shifted(1) == 11
    assert functions("s4", "area", SCALE=0).area(1) == 0


def test_an_unknown_name_is_told():
    with pytest.raises(KeyError, match="volume"):
        functions("s4", "volume")
