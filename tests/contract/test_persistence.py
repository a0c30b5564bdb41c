"""Persistent homology as the notebooks write it, against gudhi, which readers need not have."""

import itertools
import math
from functools import cache

import gudhi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import complexes
from tests.notebook_functions import functions

Bars = list[tuple[int, float, float]]


@cache
def pairs_of(slug: str):
    """A notebook's function, read once."""
    return functions(slug, "persistence_pairs").persistence_pairs


def bars_of_summands(simplices: list[tuple[int, ...]], values: list[float]) -> Bars:
    """Notebook 53 returns bars."""
    return pairs_of("multipers_representations")(simplices, values)


def bars_of_places(simplices: list[tuple[int, ...]], values: list[float]) -> Bars:
    """Notebook 52 returns the places of the simplices that give birth and kill."""
    pairs = pairs_of("multipers_optimization")(simplices, values)
    bars = [(dimension, values[i], math.inf if j is None else values[j]) for dimension, i, j in pairs]
    return [bar for bar in bars if bar[2] > bar[1]]


NOTEBOOKS = pytest.mark.parametrize("bars", [bars_of_summands, bars_of_places])


def gudhi_bars(simplices: list[tuple[int, ...]], values: list[float]) -> Bars:
    """Bars of positive length over Z/2."""
    tree = gudhi.SimplexTree()
    for simplex, value in sorted(zip(simplices, values, strict=True), key=lambda one: len(one[0])):
        tree.insert(simplex, value)
    tree.compute_persistence(homology_coeff_field=2, min_persistence=-1, persistence_dim_max=True)
    found = [
        (dimension, float(birth), float(death))
        for dimension in range(tree.dimension() + 1)
        for birth, death in tree.persistence_intervals_in_dimension(dimension)
    ]
    return [bar for bar in found if bar[2] > bar[1]]


def monotone(simplices: list[tuple[int, ...]], own: list[float]) -> list[float]:
    """The least values above `own` under which every face comes no later than its simplex."""
    values: dict[tuple[int, ...], float] = {}
    for simplex, value in zip(simplices, own, strict=True):
        faces = itertools.combinations(simplex, len(simplex) - 1) if len(simplex) > 1 else ()
        values[simplex] = max([value, *(values[face] for face in faces)])
    return list(values.values())


@NOTEBOOKS
@pytest.mark.parametrize("seed", range(5))
def test_bars_of_a_delaunay_complex_are_gudhis(bars, seed):
    simplices, lengths = complexes.delaunay(40, seed)
    assert sorted(bars(simplices, lengths)) == sorted(gudhi_bars(simplices, lengths))


@NOTEBOOKS
@given(st.data())
def test_bars_of_any_complex_are_gudhis(bars, data):
    """Complexes up to dimension 3 on seven vertices; few values, so that many simplices come at once."""
    top = st.sets(st.integers(0, 6), min_size=1, max_size=4).map(lambda vertices: tuple(sorted(vertices)))
    simplices = complexes.closure(data.draw(st.lists(top, min_size=1, max_size=8), label="simplices"))
    own = data.draw(st.lists(st.integers(0, 5), min_size=len(simplices), max_size=len(simplices)), label="values")
    values = monotone(simplices, [float(value) for value in own])
    assert sorted(bars(simplices, values)) == sorted(gudhi_bars(simplices, values))
