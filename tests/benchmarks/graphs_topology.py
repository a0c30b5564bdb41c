"""Speed of the graph track: FastRP against DeepWalk, orbit counts against enumeration, persistence against gudhi."""

from collections.abc import Callable

import gudhi
import networkx as nx
import numpy as np

from helpers import session
from tests.benchmarks.growth import Work, table
from tests.complexes import delaunay
from tests.notebook_functions import functions

DIM = 64  # columns of an embedding
ALPHAS = (0, 0, 1, 4)  # weights of the powers in FastRP


def embeddings() -> None:
    """FastRP against DeepWalk (6 walks of 20 steps from each node), both with 64 columns, on random graphs."""
    code = functions("fastrp", "fastrp", "very_sparse", "random_walks", "walk_pairs", "skip_gram")

    def graph(nodes: int) -> object:
        return nx.to_scipy_sparse_array(nx.random_regular_graph(10, nodes, seed=0), format="csr", dtype=float)

    def fastrp(nodes: int) -> Work:
        S = graph(nodes)
        return lambda: code.fastrp(S, code.very_sparse(nodes, DIM, np.random.default_rng(0)), ALPHAS, -0.4)

    def deepwalk(nodes: int) -> Work:
        S, rng = graph(nodes), np.random.default_rng(0)
        return lambda: code.skip_gram(code.walk_pairs(code.random_walks(S, rng, 6), rng), nodes, rng, lr=0.05, d=DIM)

    table("Embeddings of 64 columns", "nodes", [500, 1000, 2000, 4000], {"FastRP": fastrp, "DeepWalk": deepwalk})


def orbits() -> None:
    """The 28 orbit adjacency matrices: counted at once against one four-set after another."""
    code = functions("graphlets", "orbit_adjacencies", "enumerate_orbit_adjacencies")

    def at_once(nodes: int) -> Work:
        A = nx.to_numpy_array(nx.random_regular_graph(6, nodes, seed=0))
        return lambda: code.orbit_adjacencies(A)

    def one_by_one(nodes: int) -> Work:
        graph = nx.random_regular_graph(6, nodes, seed=0)
        return lambda: code.enumerate_orbit_adjacencies(graph)

    columns = {"orbit adjacencies": at_once, "enumeration": one_by_one}
    table("Orbit adjacencies, graphs of degree 6", "nodes", [25, 50, 100, 400, 800], columns, {"enumeration": 50})


def with_gudhi(points: int) -> Work:
    """gudhi's persistence over Z/2; building its tree counts, as ordering counts in the notebooks."""
    simplices, lengths = delaunay(points, seed=0)

    def run() -> None:
        tree = gudhi.SimplexTree()
        for simplex, value in zip(simplices, lengths, strict=True):
            tree.insert(simplex, value)
        tree.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)

    return run


def persistence() -> None:
    """Boundary-matrix reduction as the notebooks write it against gudhi on the same complexes."""

    def of(slug: str) -> Callable[[int], Work]:
        pairs = functions(slug, "persistence_pairs").persistence_pairs

        def make(points: int) -> Work:
            simplices, lengths = delaunay(points, seed=0)
            return lambda: pairs(simplices, lengths)

        return make

    columns = {
        "gudhi": with_gudhi,
        "notebook 52": of("multipers_optimization"),
        "notebook 53": of("multipers_representations"),
    }
    table("Persistence of a Delaunay complex", "points", [50, 100, 200, 400, 800], columns)


def main() -> None:
    """Print all of them."""
    session.start(0)
    embeddings()
    orbits()
    persistence()
