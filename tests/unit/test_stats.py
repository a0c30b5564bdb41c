"""Intervals: their laws, their references, and how often they cover the truth."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.stats import Interval, bootstrap_interval, mean_interval, paired_difference

laws = settings(max_examples=15, deadline=None, derandomize=True)
numbers = st.floats(-1e3, 1e3)
levels = st.floats(0.5, 0.99)
samples = st.lists(numbers, min_size=2, max_size=12)
pairs = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=12).map(lambda both: np.array(both).T)
wrong_levels = pytest.mark.parametrize("level", [0, 1, -0.5, 95, math.nan, True])
wrong_shapes = pytest.mark.parametrize("sample", [[], [1.0], [[1.0, 2.0]], 1.0], ids=repr)
wrong_numbers = pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
KINDS = {
    "mean": mean_interval,
    "paired": lambda values, **options: paired_difference(values, np.zeros(np.shape(values)), **options),
    "bootstrap": lambda values, **options: bootstrap_interval(values, resamples=50, **options),
    "paired bootstrap": lambda values, **options: bootstrap_interval(
        [values, values], lambda a, b: np.mean(a + b), paired=True, resamples=50, **options
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def close(*ends):
    return pytest.approx(ends, rel=1e-9, abs=1e-7)


def ends(interval):
    return interval.value, interval.low, interval.high


def draw(n, seed=0, scale=1.0):
    return scale * np.random.default_rng(seed).normal(size=n)


# Student's interval


@laws
@given(samples, levels)
def test_the_student_interval_is_that_of_scipy(sample, level):
    here = mean_interval(sample, level)
    with np.errstate(all="ignore"):
        there = scipy.stats.t.interval(level, len(sample) - 1, np.mean(sample), scipy.stats.sem(sample))
    if np.std(sample) > 1e-6:
        assert (here.low, here.high) == close(*there)


@laws
@given(samples, numbers)
def test_the_student_interval_shifts_with_its_sample(sample, shift):
    assert ends(mean_interval(np.array(sample) + shift)) == close(*(end + shift for end in ends(mean_interval(sample))))


@laws
@given(samples, st.floats(0, 100))
def test_the_student_interval_scales_with_its_sample(sample, scale):
    assert ends(mean_interval(scale * np.array(sample))) == close(*(scale * end for end in ends(mean_interval(sample))))


@laws
@given(samples)
def test_the_student_interval_turns_with_its_sample(sample):
    value, low, high = ends(mean_interval(sample))
    assert ends(mean_interval(-np.array(sample))) == close(-value, -high, -low)


@laws
@given(st.data(), samples)
def test_the_student_interval_ignores_the_order(data, sample):
    assert ends(mean_interval(data.draw(st.permutations(sample)))) == close(*ends(mean_interval(sample)))


def test_the_student_interval_has_no_width_for_equal_values():
    assert ends(mean_interval([2.0, 2.0, 2.0])) == (2.0, 2.0, 2.0)


def test_the_student_interval_covers_the_mean_as_often_as_it_says():
    draws = np.random.default_rng(0).normal(3.0, 2.0, size=(1500, 4))
    covered = np.mean([here.low <= 3.0 <= here.high for here in map(mean_interval, draws)])
    assert covered == pytest.approx(0.95, abs=0.017)  # three standard errors


# Paired differences


@laws
@given(pairs, levels)
def test_a_paired_difference_is_that_of_scipy(pair, level):
    here = paired_difference(*pair, level)
    if np.std(pair[0] - pair[1]) > 1e-6:
        there = scipy.stats.ttest_rel(*pair).confidence_interval(level)
        assert (here.low, here.high) == close(*there)


@laws
@given(pairs)
def test_a_paired_difference_turns_when_its_samples_swap(pair):
    value, low, high = ends(paired_difference(*pair))
    assert ends(paired_difference(*pair[::-1])) == close(-value, -high, -low)


@laws
@given(pairs, numbers)
def test_a_paired_difference_ignores_what_both_share(pair, shared):
    assert ends(paired_difference(*(pair + shared))) == close(*ends(paired_difference(*pair)))


@laws
@given(samples, samples)
def test_a_paired_difference_needs_equal_lengths(a, b):
    if len(a) == len(b):
        assert paired_difference(a, b).n == len(a)
    else:
        with pytest.raises(ValueError, match=f"a and b must be paired, got {len(a)} and {len(b)} values"):
            paired_difference(a, b)


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_paired_difference_names_the_wrong_sample(name):
    with pytest.raises(ValueError, match=f"^{name}: 1 of 2 values are not finite"):
        paired_difference(**({"a": [1.0, 2.0], "b": [1.0, 2.0]} | {name: [1.0, math.nan]}))


# Bootstrap


@pytest.mark.parametrize("statistic", [np.mean, np.median, np.std])
def test_the_bootstrap_agrees_with_plain_resampling(statistic):
    sample = draw(40, scale=5.0)
    picks = np.random.default_rng(9).integers(0, 40, size=(20000, 40))
    there = np.quantile(statistic(sample[picks], axis=1), [0.025, 0.975])
    here = bootstrap_interval(sample, statistic)
    assert (here.low, here.high) == pytest.approx(there, abs=0.1 * (there[1] - there[0]))


def test_the_bootstrap_of_a_mean_nears_student_for_many_values():
    sample = draw(400)
    here, there = bootstrap_interval(sample), mean_interval(sample)
    assert ends(here) == pytest.approx(ends(there), abs=0.1 * (there.high - there.low))


def test_the_bootstrap_covers_the_mean_about_as_often_as_it_says():
    draws = np.random.default_rng(1).normal(3.0, 2.0, size=(80, 40))
    covered = [here.low <= 3.0 <= here.high for here in (bootstrap_interval(x, resamples=100) for x in draws)]
    assert 0.88 < np.mean(covered) < 0.99


@laws
@given(samples, st.integers(0, 2**32 - 1))
def test_the_bootstrap_repeats_with_its_seed(sample, seed):
    one, other = (bootstrap_interval(sample, resamples=20, seed=seed) for _ in range(2))
    assert one == other


def test_the_bootstrap_changes_with_its_seed():
    assert ends(bootstrap_interval(draw(20), seed=1)) != ends(bootstrap_interval(draw(20), seed=2))


@laws
@given(samples)
def test_the_bootstrap_of_a_mean_stays_between_the_extremes(sample):
    here = bootstrap_interval(sample, resamples=20)
    assert min(sample) - 1e-9 <= here.low <= here.high <= max(sample) + 1e-9


def test_the_bootstrap_value_is_the_statistic_of_the_sample():
    assert bootstrap_interval([1.0, 2.0, 30.0], np.median, resamples=20).value == 2.0


def test_a_paired_bootstrap_resamples_its_samples_together():
    a = draw(30, scale=100.0)
    here = bootstrap_interval([a, a - 1.0], lambda a, b: np.mean(a - b), paired=True, resamples=100)
    assert ends(here) == pytest.approx((1.0, 1.0, 1.0))


def test_a_paired_bootstrap_agrees_with_that_of_the_differences():
    a, b = draw(50, 1), draw(50, 2)
    here = bootstrap_interval([a, b], lambda a, b: np.mean(a - b), paired=True)
    there = bootstrap_interval(a - b, seed=5)
    assert ends(here) == pytest.approx(ends(there), abs=0.1 * (there.high - there.low))


def test_a_paired_bootstrap_needs_one_length():
    with pytest.raises(ValueError, match=r"paired samples must have one length, got \[3, 2\]"):
        bootstrap_interval([[1, 2, 3], [1, 2]], lambda a, b: 0.0, paired=True)


def test_a_paired_bootstrap_names_the_wrong_sample():
    with pytest.raises(ValueError, match=r"^values\[1\]: 1 of 3 values are not finite"):
        bootstrap_interval([[1, 2, 3], [1, 2, math.inf]], lambda a, b: 0.0, paired=True)


# All of them


@every_kind
@wrong_levels
def test_a_level_lies_strictly_between_0_and_1(kind, level):
    with pytest.raises(ValueError, match=f"level = {level!r}: allowed is a number strictly between 0 and 1"):
        kind([1.0, 2.0, 3.0], level=level)


@every_kind
@wrong_shapes
def test_a_sample_has_one_dimension_and_two_values(kind, sample):
    with pytest.raises(ValueError, match=r"a one-dimensional sample of at least 2 is needed, got shape \("):
        kind(sample)


@every_kind
@wrong_numbers
def test_values_that_are_not_finite_are_counted_and_refused(kind, number):
    with pytest.raises(ValueError, match="2 of 3 values are not finite"):
        kind([number, 1.0, number])


@every_kind
def test_a_higher_level_gives_a_wider_interval(kind):
    narrow, wide = (kind(draw(20), level=level) for level in (0.5, 0.9))
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


@every_kind
def test_an_interval_tells_count_and_level(kind):
    here = kind([1.0, 2.0, 4.0], level=0.8)
    assert (here.n, here.level) == (3, 0.8)


@every_kind
def test_an_interval_holds_plain_numbers(kind):
    here = kind(np.array([1, 2, 4], dtype=np.float32))
    assert [type(end) for end in ends(here)] == [float] * 3


@every_kind
def test_a_sample_is_left_as_it_was(kind):
    sample = np.array([3.0, 1.0, 2.0])
    kind(sample)
    assert sample.tolist() == [3.0, 1.0, 2.0]


def test_an_interval_prints_three_decimals():
    assert str(Interval(1, 0.5, 1.51234, 4)) == "1.000 [0.500, 1.512]"
