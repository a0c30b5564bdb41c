"""How CPU time grows with size: a table, fitted slopes, and ratios within one run."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

ROUNDS = 3
FITTED = 3  # the largest sizes, over which the slope is fitted

Work = Callable[[], Any]


def cpu_seconds(function: Work) -> float:
    """Least CPU seconds of several rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        function()
        times.append(time.process_time() - began)
    return min(times)


def table(
    title: str,
    size_name: str,
    sizes: Sequence[int],
    columns: Mapping[str, Callable[[int], Work]],
    largest: Mapping[str, int] | None = None,
) -> None:
    """Print CPU milliseconds over size, then each column's slope in log-log and its ratio to the first column.

    A column maps a size to the work to be timed. `largest` names the greatest size of a column that is not worth
    waiting for beyond.
    """
    largest = largest or {}
    print(f"\n{title}: CPU ms\n{size_name:>12s}" + "".join(f"{name:>24s}" for name in columns))
    times: dict[str, list[float]] = {name: [] for name in columns}
    for size in sizes:
        for name, make in columns.items():
            wanted = size <= largest.get(name, size)
            times[name].append(cpu_seconds(make(size)) if wanted else math.nan)
        print(f"{size:12d}" + "".join(f"{times[name][-1] * 1e3:24.2f}" for name in columns))
    first = np.array(next(iter(times.values())))
    for name, values in times.items():
        measured = np.flatnonzero(np.isfinite(values))
        fitted = measured[-FITTED:]
        slope = np.polyfit(np.log(np.array(sizes)[fitted]), np.log(np.array(values)[fitted]), 1)[0]
        last = measured[-1]
        ratio = values[last] / first[last]
        print(f"  {name}: slope {slope:.2f}; {ratio:.2f} times the first column's at {sizes[last]}")
