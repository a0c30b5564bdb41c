"""Intervals over seeds: how much a mean, or a difference of means, can be trusted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit  # quantiles of Student's t; scipy.stats has them too but takes long to import


@dataclass(frozen=True)
class Interval:
    """A measured value with the interval around it.

    `n` counts the independent units (seeds, queries) that the interval is taken over.
    """

    value: float
    low: float
    high: float
    n: int
    level: float = 0.95

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def _sample(name: str, values: ArrayLike, least: int = 2) -> np.ndarray:
    sample = np.asarray(values, dtype=float)
    if sample.ndim != 1 or len(sample) < least:
        raise ValueError(f"{name}: a one-dimensional sample of at least {least} is needed, got shape {sample.shape}")
    if not np.isfinite(sample).all():
        raise ValueError(f"{name}: {np.count_nonzero(~np.isfinite(sample))} of {len(sample)} values are not finite")
    return sample


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level = {level!r}: allowed is a number strictly between 0 and 1")


def mean_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Mean of `values` [n] with its Student t interval (Student, 1908): mean ± t · s / √n.

    Raises ValueError for fewer than two values or values that are not finite.
    """
    _check_level(level)
    sample = _sample("values", values)
    mean = float(sample.mean())
    half = float(stdtrit(len(sample) - 1, (1 + level) / 2) * sample.std(ddof=1) / np.sqrt(len(sample)))
    return Interval(mean, mean - half, mean + half, len(sample), level)


def paired_difference(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval:
    """Mean of `a − b` [n], paired by seed, with its Student t interval.

    Raises ValueError when the two have different lengths.
    """
    first, second = _sample("a", a), _sample("b", b)
    if len(first) != len(second):
        raise ValueError(f"a and b must be paired, got {len(first)} and {len(second)} values")
    return mean_interval(first - second, level)


def bootstrap_interval(
    values: ArrayLike | Sequence[ArrayLike],
    statistic: Callable[..., float] = np.mean,
    *,
    paired: bool = False,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Percentile bootstrap interval of `statistic` (Efron, 1979), by scipy.stats.bootstrap.

    `values` is one sample [n], or with `paired=True` a sequence of samples [n] that are resampled
    together and handed to `statistic` as separate arguments.

    Raises ValueError for fewer than two values, values that are not finite, or unequal lengths.
    """
    from scipy.stats import bootstrap

    _check_level(level)
    samples = [_sample(f"values[{i}]", v) for i, v in enumerate(values)] if paired else [_sample("values", values)]
    if len({len(sample) for sample in samples}) > 1:
        raise ValueError(f"paired samples must have one length, got {[len(sample) for sample in samples]}")
    result = bootstrap(
        samples,
        statistic,
        paired=paired,
        vectorized=False,
        confidence_level=level,
        n_resamples=resamples,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    low, high = (float(end) for end in result.confidence_interval)
    return Interval(float(statistic(*samples)), low, high, len(samples[0]), level)
