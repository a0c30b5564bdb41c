"""What came of a batch, claim by claim: held in how many runs, the measured values, what it cost."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from helpers.batch.execution import DONE
from helpers.batch.store import RECORD
from helpers.claims import decimal
from helpers.stats import Interval, mean_interval


class Point(NamedTuple):
    """What one run measured for a claim, with the interval in that run; NaN where it was not a number."""

    seed: int
    value: float
    low: float
    high: float
    holds: bool
    folder: str  # where the run's result lies


@dataclass
class Claim:
    """One claim of a paper at one setting, over runs that differ in their seed."""

    name: str
    criterion: str
    unit: str
    expected: bool
    bounds: tuple[float | None, float | None]  # least and greatest value that holds, None where there is no bound
    points: list[Point] = field(default_factory=list)

    @property
    def held(self) -> int:
        """In how many runs it held."""
        return sum(point.holds for point in self.points)

    @property
    def values(self) -> list[float]:
        """The measured values that are numbers."""
        return [point.value for point in self.points if math.isfinite(point.value)]

    def interval(self) -> Interval | None:
        """Mean of the measured values with its 95 % interval; a single value is its own; None without any."""
        values = self.values
        if len(values) < 2:
            return Interval(values[0], values[0], values[0], 1) if values else None
        return mean_interval(values)


@dataclass(frozen=True)
class Stopped:
    """A run that did not finish: how it ended, one line, and the traceback if there is one."""

    seed: int
    status: str
    error: str
    traceback: str
    link: str  # the notebook up to where it stopped, or the record where there is none


@dataclass
class Group:
    """The runs of one paper at one setting: how they ended, what they cost, their claims by name."""

    paper: str
    setting: str
    runs: int = 0
    stopped: list[Stopped] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    wall_seconds: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.paper} {self.setting}".strip()

    @property
    def done(self) -> int:
        """How many of the runs came to their end."""
        return self.runs - len(self.stopped)


def changed(record: dict[str, Any]) -> dict[str, Any]:
    """The changed parameters of a run but its seed, by name."""
    return {name: value for name, value in sorted(record["changed"].items()) if name != "seed"}


def setting(record: dict[str, Any]) -> str:
    """The same as words; empty when there are none."""
    return " ".join(f"{name}={value}" for name, value in changed(record).items())


class Summary:
    """Gathers records one at a time; of each it keeps a few numbers, so that a large batch fits in memory.

    Claims count when their run came to its end.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], Group] = {}

    @property
    def groups(self) -> list[Group]:
        """Papers in the order in which they came, each with its settings sorted."""
        papers = list(dict.fromkeys(paper for paper, _ in self._groups))
        return sorted(self._groups.values(), key=lambda group: (papers.index(group.paper), group.setting))

    def add(self, record: dict[str, Any], folder: str, note: str = "") -> None:
        """Take the record of a run; `folder` is where its result lies, `note` keeps it apart from others."""
        key = record["paper"], " ".join(filter(None, (setting(record), note)))
        group = self._groups.setdefault(key, Group(*key))
        seed = record["values"].get("seed", 0)
        group.runs += 1
        if record["status"] != DONE:
            about = (record[name] for name in ("status", "error", "traceback"))
            group.stopped.append(Stopped(seed, *about, f"{folder}/{record['notebook'] or RECORD}"))
        for name in ("cpu_seconds", "wall_seconds", "peak_mb") if record["cost"] else ():
            getattr(group, name).append(record["cost"][name])
        for claim in record["claims"] if record["status"] == DONE else ():
            here = claim["here"]
            about = claim["name"], claim["criterion"], here["unit"], claim["expected"], tuple(claim["bounds"])
            numbers = (math.nan if here[end] is None else float(here[end]) for end in ("value", "low", "high"))
            row = group.claims.setdefault(claim["name"], Claim(*about))
            row.points.append(Point(seed, *numbers, bool(claim["holds"]), folder))

    def claims_table(self) -> str:
        """Each claim: held in how many runs, mean of the measured values with its interval, criterion."""
        rows = [("paper", "claim", "held", "measured: mean [95 % interval]", "holds when")]
        for group in self.groups:
            for claim in group.claims.values():
                held = f"{claim.held} of {len(claim.points)}" + ("" if claim.expected else ", not expected")
                rows.append((group.title, claim.name, held, f"{measured(claim)} {claim.unit}".strip(), claim.criterion))
        return _columns(rows)

    def costs_table(self) -> str:
        """Each paper: how many runs, how many are done, CPU seconds and peak memory."""
        rows = [("paper", "runs", "done", "CPU seconds", "peak MB")]
        for group in self.groups:
            costs = spread(group.cpu_seconds, ".1f"), spread(group.peak_mb, ".0f")
            rows.append((group.title, str(group.runs), str(group.done), *costs))
        return _columns(rows)


def measured(claim: Claim) -> str:
    """Mean of the measured values and, of several, its interval."""
    here = claim.interval()
    if here is None:
        return "not a number"
    return decimal(here.value) + (f" [{decimal(here.low)}, {decimal(here.high)}]" if here.n > 1 else "")


def spread(values: Sequence[float], form: str) -> str:
    """The least and the greatest of some costs, or the one that there is."""
    if not values:
        return "not known"
    return " to ".join(dict.fromkeys(f"{value:{form}}" for value in (min(values), max(values))))


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
