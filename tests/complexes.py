"""Simplicial complexes for tests and benchmarks of persistent homology."""

import itertools
from collections.abc import Iterable

import numpy as np
from scipy.spatial import Delaunay

Simplex = tuple[int, ...]


def closure(tops: Iterable[Simplex]) -> list[Simplex]:
    """All faces of some simplices, small ones first."""
    faces = {face for top in tops for size in range(1, len(top) + 1) for face in itertools.combinations(top, size)}
    return sorted(faces, key=lambda face: (len(face), face))


def delaunay(points: int, seed: int) -> tuple[list[Simplex], list[float]]:
    """The Delaunay complex of random points in the plane, each simplex with its longest edge."""
    places = np.random.default_rng(seed).standard_normal((points, 2))
    simplices = closure(tuple(sorted(map(int, triangle))) for triangle in Delaunay(places).simplices)
    lengths = [
        max((float(np.linalg.norm(places[i] - places[j])) for i, j in itertools.combinations(one, 2)), default=0.0)
        for one in simplices
    ]
    return simplices, lengths
