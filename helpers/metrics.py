"""Measures that scikit-learn lacks."""

import numpy as np
from numpy.typing import ArrayLike


def _ranking(name: str, values: ArrayLike) -> np.ndarray:
    ranking = np.asarray(values)
    if ranking.ndim != 2:
        raise ValueError(f"{name}: shape [queries, items] is needed, got {ranking.shape}")
    return ranking


def _relevant(ranking: np.ndarray, relevant: ArrayLike) -> np.ndarray:
    relevant = np.asarray(relevant)
    if relevant.shape != (len(ranking),):
        raise ValueError(f"relevant: shape [{len(ranking)}], one item for each query, is needed, got {relevant.shape}")
    return relevant[:, None]


def _check_n(n: int, ranking: np.ndarray) -> None:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= ranking.shape[1]:
        raise ValueError(f"n = {n!r}: allowed is an integer from 1 to {ranking.shape[1]}")


def recall_at(ranking: ArrayLike, relevant: ArrayLike, n: int) -> np.ndarray:
    """Whether each query's one relevant item is among the first `n`: [queries] of 0.0 or 1.0.

    `ranking` [queries, items] holds item numbers, best first; `relevant` [queries] the right ones.

    Raises ValueError when `n` is not from 1 to the number of ranked items, or when there is not one
    relevant item for each query.
    """
    ranking = _ranking("ranking", ranking)
    _check_n(n, ranking)
    return (ranking[:, :n] == _relevant(ranking, relevant)).any(axis=1).astype(float)


def reciprocal_rank(ranking: ArrayLike, relevant: ArrayLike, n: int | None = None) -> np.ndarray:
    """1 / rank of each query's one relevant item, 0 where it is not among the first `n`: [queries].

    Arguments and errors as for `recall_at`; without `n`, all ranked items count. The mean over queries is
    the mean reciprocal rank, MRR@n.
    """
    ranking = _ranking("ranking", ranking)
    _check_n(ranking.shape[1] if n is None else n, ranking)
    hits = ranking[:, :n] == _relevant(ranking, relevant)
    return np.where(hits.any(axis=1), 1.0 / (hits.argmax(axis=1) + 1), 0.0)


def neighbour_overlap(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Jaccard overlap of two lists of neighbours of each item: [items].

    Both [items, k], without repetition inside a row.

    Raises ValueError when the shapes differ.
    """
    first, second = _ranking("first", first), _ranking("second", second)
    if first.shape != second.shape:
        raise ValueError(f"first and second must have one shape, got {first.shape} and {second.shape}")
    shared = (first[:, :, None] == second[:, None, :]).sum(axis=(1, 2))
    return shared / (2 * first.shape[1] - shared)
