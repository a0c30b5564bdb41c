"""Ranking measures against scikit-learn, and the laws of both ranking and overlap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import label_ranking_average_precision_score, top_k_accuracy_score

from helpers.metrics import neighbour_overlap, recall_at, reciprocal_rank

laws = settings(max_examples=25, deadline=None, derandomize=True)
ITEMS = 6
RANKING = [[2, 0, 1], [0, 1, 2], [1, 2, 0]]


@st.composite
def searches(draw):
    """Scores [queries, items] without ties, the ranking that they give, and the right item of each query."""
    queries = draw(st.integers(1, 5))
    scores = np.array([draw(st.permutations(range(ITEMS))) for _ in range(queries)])
    relevant = np.array(draw(st.lists(st.integers(0, ITEMS - 1), min_size=queries, max_size=queries)))
    return scores, np.argsort(-scores, axis=1), relevant


@st.composite
def neighbours(draw):
    """Two lists of neighbours [items, k] without repetition inside a row."""
    items, k = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    row = st.permutations(range(8)).map(lambda order: order[:k])
    return [np.array([draw(row) for _ in range(items)]) for _ in range(2)]


# Recall


def test_recall_of_a_worked_example():
    assert recall_at(RANKING, [0, 0, 0], 2).tolist() == [1.0, 1.0, 0.0]


@laws
@given(searches(), st.integers(1, ITEMS - 1))
def test_recall_is_top_k_accuracy(search, n):
    scores, ranking, relevant = search
    there = top_k_accuracy_score(relevant, scores, k=n, labels=range(ITEMS))
    assert recall_at(ranking, relevant, n).mean() == pytest.approx(there)


@laws
@given(searches(), st.integers(2, ITEMS))
def test_recall_grows_with_n(search, n):
    _, ranking, relevant = search
    assert (recall_at(ranking, relevant, n) >= recall_at(ranking, relevant, n - 1)).all()


@laws
@given(searches())
def test_recall_of_the_whole_ranking_is_one(search):
    _, ranking, relevant = search
    assert recall_at(ranking, relevant, ITEMS).tolist() == [1.0] * len(ranking)


@laws
@given(searches(), st.integers(1, ITEMS))
def test_recall_is_where_the_reciprocal_rank_is_not_zero(search, n):
    _, ranking, relevant = search
    assert recall_at(ranking, relevant, n).tolist() == (reciprocal_rank(ranking, relevant, n) > 0).tolist()


@pytest.mark.parametrize("n", [0, -1, 4])
def test_recall_refuses_an_n_outside_the_ranking(n):
    with pytest.raises(ValueError, match=f"n = {n}: allowed is an integer from 1 to 3"):
        recall_at(RANKING, [0, 0, 0], n)


# Reciprocal rank


def test_reciprocal_rank_of_a_worked_example():
    assert reciprocal_rank(RANKING, [0, 0, 0]).tolist() == pytest.approx([1 / 2, 1, 1 / 3])


@laws
@given(searches())
def test_the_mean_reciprocal_rank_is_the_average_precision_of_one_label(search):
    scores, ranking, relevant = search
    there = label_ranking_average_precision_score(np.eye(ITEMS, dtype=int)[relevant], scores)
    assert reciprocal_rank(ranking, relevant).mean() == pytest.approx(there)


@laws
@given(searches(), st.integers(1, ITEMS))
def test_a_reciprocal_rank_is_cut_to_zero_below_n(search, n):
    _, ranking, relevant = search
    whole = reciprocal_rank(ranking, relevant)
    assert reciprocal_rank(ranking, relevant, n).tolist() == np.where(whole >= 1 / n - 1e-12, whole, 0).tolist()


def test_an_item_that_is_not_ranked_has_no_reciprocal_rank():
    assert reciprocal_rank([[2, 0], [0, 2]], [1, 0]).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("n", [0, -1])
def test_a_reciprocal_rank_refuses_an_n_below_1(n):
    with pytest.raises(ValueError, match=f"n = {n}: allowed is an integer from 1"):
        reciprocal_rank(RANKING, [0, 0, 0], n)


# Both


both = pytest.mark.parametrize("measure", [recall_at, reciprocal_rank])


@both
@pytest.mark.parametrize("ranking", [[1, 2, 3], [[[1]]], 1], ids=repr)
def test_a_ranking_has_two_dimensions(measure, ranking):
    with pytest.raises(ValueError, match=r"ranking: shape \[queries, items\] is needed, got \("):
        measure(ranking, [1], 1)


@both
def test_relevant_items_of_another_number_are_refused(measure):
    with pytest.raises(ValueError):
        measure(RANKING, [0, 0], 1)


@both
@pytest.mark.parametrize(("ranking", "relevant"), [(RANKING, [0]), (RANKING[:1], [0, 1])])
def test_relevant_items_are_not_spread_over_queries(measure, ranking, relevant):
    with pytest.raises(ValueError):
        measure(ranking, relevant, 1)


@both
@laws
@given(search=searches(), order=st.permutations(range(ITEMS)), n=st.integers(1, ITEMS))
def test_the_numbers_of_the_items_do_not_matter(measure, search, order, n):
    _, ranking, relevant = search
    renamed = np.array(order)
    assert measure(renamed[ranking], renamed[relevant], n).tolist() == measure(ranking, relevant, n).tolist()


# Overlap


@laws
@given(neighbours())
def test_overlap_is_that_of_sets(lists):
    rows = [[set(row) for row in side.tolist()] for side in lists]
    there = [len(a & b) / len(a | b) for a, b in zip(*rows, strict=True)]
    assert neighbour_overlap(*lists).tolist() == pytest.approx(there)


@laws
@given(neighbours())
def test_overlap_is_symmetric(lists):
    assert neighbour_overlap(*lists).tolist() == neighbour_overlap(*lists[::-1]).tolist()


@laws
@given(neighbours())
def test_overlap_lies_between_0_and_1(lists):
    overlap = neighbour_overlap(*lists)
    assert ((overlap >= 0) & (overlap <= 1)).all()


@laws
@given(neighbours())
def test_overlap_with_oneself_in_any_order_is_one(lists):
    assert neighbour_overlap(lists[0], lists[0][:, ::-1]).tolist() == [1.0] * len(lists[0])


def test_strangers_do_not_overlap():
    assert neighbour_overlap([[1, 2]], [[3, 4]]).tolist() == [0.0]


def test_overlap_needs_one_shape():
    with pytest.raises(ValueError, match=r"first and second must have one shape, got \(1, 2\) and \(1, 3\)"):
        neighbour_overlap([[1, 2]], [[1, 2, 3]])


@pytest.mark.parametrize("name", ["first", "second"])
def test_overlap_names_the_list_of_the_wrong_shape(name):
    with pytest.raises(ValueError, match=f"^{name}: shape .* is needed, got "):
        neighbour_overlap(**({"first": [[1, 2]], "second": [[1, 2]]} | {name: [1, 2]}))
