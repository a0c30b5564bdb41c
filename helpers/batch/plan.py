"""What a batch runs: every paper with every combination of the parameter values asked for."""

import hashlib
import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers import catalogue
from helpers.batch.checkout import Checkout
from helpers.catalogue import Miniature, Parameter

MOST_RUNS = 1_000_000
LONGEST_LABEL = 60


class BadPlan(ValueError):
    """A batch that cannot be planned as asked: empty, too large, or in words of another form; one line."""


@dataclass(frozen=True)
class Run:
    """One planned execution: a paper and the values of all its parameters.

    `changed` are the values that differ from the notebook's defaults, `checkout` is the digest of all else
    that the result depends on.
    """

    paper: Miniature
    values: dict[str, Any]
    changed: dict[str, Any]
    checkout: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the paper, its notebook, the helpers and data that it uses, and all parameter values."""
        words = f"{self.paper.slug} {self.checkout} {json.dumps(self.values, sort_keys=True)}"
        return hashlib.sha256(words.encode()).hexdigest()

    @cached_property
    def name(self) -> str:
        """The result's folder below the results: paper, seed and changed values to read, digest to be sure."""
        shown = {"seed": self.values.get("seed", 0)} | self.changed
        label = ",".join(f"{name}={value}" for name, value in shown.items())
        label = re.sub(r"[^\w.=,+-]", "_", label)[:LONGEST_LABEL]
        return f"{self.paper.path.stem}/{label}--{self.digest[:16]}"


def _check_grid(papers: Sequence[Miniature], grid: Mapping[str, Sequence[Any]]) -> None:
    if not papers:
        raise BadPlan("the plan is empty: no paper is named")
    empty = [name for name, values in grid.items() if not values]
    if empty:
        raise BadPlan(f"the plan is empty: no value is given for {empty[0]}")
    count = len(papers) * math.prod(map(len, grid.values()))
    if count > MOST_RUNS:
        raise BadPlan(f"the plan has {count} runs; at most {MOST_RUNS} are allowed")
    for paper in papers:
        catalogue.check_values(paper, grid)


def make(papers: Sequence[Miniature], grid: Mapping[str, Sequence[Any]]) -> list[Run]:
    """Every paper with every combination of `grid`, a list of values for each parameter; each run once.

    Papers that take longest come first, so that workers end at about the same time.

    Raises ParameterFault for a parameter that a paper does not have or a value that it does not allow,
    and BadPlan when nothing is left to run or there are more than a million runs.
    """
    _check_grid(papers, grid)
    checkout = Checkout()
    runs: dict[str, Run] = {}
    for paper in sorted(papers, key=lambda paper: -paper.running_seconds):
        known = catalogue.parameters(paper.path)
        defaults = {name: _as(parameter, parameter.default) for name, parameter in known.items()}
        digest = checkout.digest(paper.path)
        for combination in itertools.product(*grid.values()):
            given = dict(zip(grid, combination, strict=True))
            values = defaults | {name: _as(known[name], value) for name, value in given.items()}
            changed = {name: value for name, value in values.items() if value != defaults[name]}
            run = Run(paper, values, changed, digest)
            runs[run.digest] = run
    return list(runs.values())


def _as(parameter: Parameter, value: Any) -> Any:
    """A whole number for a parameter with a decimal range is that decimal number: one run, not two."""
    decimal = any(isinstance(bound, float) for bound in parameter.allowed)
    return float(value) if decimal and isinstance(value, int) else value


def minutes(runs: Sequence[Run], workers: int) -> float:
    """How long the runs will take about, from the measured CPU seconds of their notebooks."""
    return sum(run.paper.running_seconds for run in runs) / max(workers, 1) / 60
