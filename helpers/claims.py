"""The claims ledger: what the paper says, what was measured here, and a criterion set before looking.

A claim is declared with its criterion before the experiment, measured once after it, shown in a table that
also carries JSON (`CLAIMS_MIME`), and concluded in the notebook's last cell.
"""

import html
import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

from helpers.stats import Interval

CLAIMS_MIME = "application/vnd.miniatures.claims+json"


class ClaimsFailed(AssertionError):
    """A claim that was expected to hold does not hold in this run."""


def decimal(number: float) -> str:
    """Write a measured number so that it always has a decimal point or an exponent.

    The strict comparison of outputs masks decimals and compares integers, so a measured value must never
    look like an integer.
    """
    if not math.isfinite(number):
        return str(number)
    size = abs(number)
    if size and (size < 1e-3 or size >= 1e5):
        return f"{number:.2e}"
    leading = math.floor(math.log10(size)) if size else 0  # place of the first digit
    return f"{number:.{max(1, 3 - leading if leading >= 0 else 2 - leading)}f}"


def _check_number(name: str, number: Any) -> None:
    if isinstance(number, bool) or not isinstance(number, Real) or math.isnan(number):
        raise ValueError(f"{name} = {number!r}: allowed is a number")


@dataclass(frozen=True)
class Criterion:
    """A bound on a measured value, judged on the value itself or on the whole interval around it."""

    words: str
    low: float = -math.inf
    high: float = math.inf
    strict: bool = False
    on: str = "value"

    def __post_init__(self) -> None:
        if self.on not in ("value", "interval"):
            raise ValueError(f"on = {self.on!r}: allowed is 'value' or 'interval'")
        for bound in (self.low, self.high):
            _check_number("bound", bound)
        if self.low > self.high:
            raise ValueError(f"low = {self.low!r} is above high = {self.high!r}")

    def __str__(self) -> str:
        return f"{self.words}, {'whole interval' if self.on == 'interval' else 'value'}"

    def holds(self, here: Interval) -> bool:
        """Judge a measurement; anything that is not a finite number does not hold."""
        low, high = (here.low, here.high) if self.on == "interval" else (here.value, here.value)
        if not all(map(math.isfinite, (here.value, low, high))):
            return False
        if self.strict:
            return bool(self.low < low and high < self.high)
        return bool(self.low <= low and high <= self.high)


def above(bound: float, on: str = "value") -> Criterion:
    """Strictly more than `bound`."""
    _check_number("bound", bound)
    return Criterion(f"above {bound:g}", low=bound, strict=True, on=on)


def below(bound: float, on: str = "value") -> Criterion:
    """Strictly less than `bound`."""
    _check_number("bound", bound)
    return Criterion(f"below {bound:g}", high=bound, strict=True, on=on)


def at_least(bound: float, on: str = "value") -> Criterion:
    """`bound` or more."""
    _check_number("bound", bound)
    return Criterion(f"at least {bound:g}", low=bound, on=on)


def at_most(bound: float, on: str = "value") -> Criterion:
    """`bound` or less."""
    _check_number("bound", bound)
    return Criterion(f"at most {bound:g}", high=bound, on=on)


def within(tolerance: float, on: str = "value") -> Criterion:
    """No further from 0 than `tolerance`: for errors against a reference."""
    _check_number("tolerance", tolerance)
    if tolerance < 0:
        raise ValueError(f"tolerance = {tolerance!r}: allowed is a number from 0 up")
    return Criterion(f"within {tolerance:g} of 0", low=-tolerance, high=tolerance, on=on)


def between(low: float, high: float, on: str = "value") -> Criterion:
    """From `low` to `high`, both included."""
    _check_number("low", low)
    _check_number("high", high)
    return Criterion(f"between {low:g} and {high:g}", low=low, high=high, on=on)


@dataclass
class Claim:
    """One line of the ledger; `here` is None until it is measured."""

    name: str
    says: str
    there: str
    criterion: Criterion
    unit: str
    expected: bool
    reason: str
    here: Interval | None = None

    @property
    def holds(self) -> bool:
        return self.here is not None and self.criterion.holds(self.here)

    @property
    def verdict(self) -> str:
        if self.here is None:
            return "not measured"
        return ("holds" if self.holds else "does not hold") + ("" if self.expected else " (not expected to)")

    def measured(self) -> str:
        """The measurement in words, every number with a decimal point but the count."""
        here = self.here
        if here is None:
            return "not yet measured"
        unit = f" {self.unit}" if self.unit else ""
        if here.low == here.high == here.value:
            return f"{decimal(here.value)}{unit}"
        return f"{decimal(here.value)}{unit} [{decimal(here.low)}, {decimal(here.high)}], n = {here.n}"

    def record(self) -> dict[str, Any]:
        """The claim as JSON; numbers that are not finite become null."""
        here = self.here
        numbers = {key: getattr(here, key, None) for key in ("value", "low", "high")}
        finite = {key: float(v) if v is not None and math.isfinite(v) else None for key, v in numbers.items()}
        return {
            "name": self.name,
            "says": self.says,
            "there": self.there,
            "here": {**finite, "n": int(getattr(here, "n", 0)), "unit": self.unit},
            "criterion": str(self.criterion),
            "bounds": [bound if math.isfinite(bound) else None for bound in (self.criterion.low, self.criterion.high)],
            "holds": self.holds,
            "expected": self.expected,
            "reason": self.reason,
        }


class Ledger:
    """The claims of one notebook run: `declare` before the experiment, `measure` after it, `conclude` last."""

    def __init__(self, paper: str, seed: int) -> None:
        self.paper = paper
        self.seed = int(seed)
        self.claims: dict[str, Claim] = {}

    def declare(
        self,
        name: str,
        says: str,
        there: str,
        criterion: Criterion,
        *,
        unit: str = "",
        expected: bool = True,
        reason: str = "",
    ) -> None:
        """Declare a claim before it is measured.

        `says` is the paper's statement, `there` its figure in the paper. A claim that is known not to
        reproduce at this scale has `expected=False` and a `reason`; it is measured and shown all the same.

        Raises ValueError for a name that is taken, a criterion that is not a `Criterion`, or a claim that
        is not expected and has no reason.
        """
        if name in self.claims:
            raise ValueError(f"name = {name!r}: a claim of this name is declared already")
        if not isinstance(criterion, Criterion):
            raise ValueError(
                f"criterion = {criterion!r}: allowed is above, below, at_least, at_most, within or between"
            )
        if not expected and not reason.strip():
            raise ValueError(f"reason = {reason!r}: a claim that is not expected to hold needs a reason")
        self.claims[name] = Claim(name, says, there, criterion, unit, bool(expected), reason)

    def measure(self, name: str, here: Interval | float) -> None:
        """Enter what was measured: a number, or an `Interval` from `helpers.stats`. Once for each claim.

        Raises ValueError for an unknown claim, one that is measured already, a bool, or a bare number
        where the criterion judges the interval.
        """
        claim = self.claims.get(name)
        if claim is None:
            raise ValueError(f"name = {name!r}: declared are {', '.join(self.claims) or 'none'}")
        if claim.here is not None:
            raise ValueError(f"name = {name!r}: measured already; a claim is measured once")
        numbers = (here.value, here.low, here.high) if isinstance(here, Interval) else (here,)
        if any(isinstance(number, bool) or not isinstance(number, Real) for number in numbers):
            raise ValueError(f"here = {here!r}: allowed is a number or an Interval, never a bare verdict")
        if not isinstance(here, Interval):
            if claim.criterion.on == "interval":
                raise ValueError(f"here = {here!r}: {name!r} is judged on an interval; measure it with an Interval")
            here = Interval(float(here), float(here), float(here), 1)
        claim.here = here

    def record(self) -> dict[str, Any]:
        """The whole ledger as JSON, as a batch reads it back."""
        return {"paper": self.paper, "seed": self.seed, "claims": [claim.record() for claim in self.claims.values()]}

    def rows(self) -> list[tuple[str, ...]]:
        """The table's cells, one tuple for each claim."""
        return [
            (c.name, c.says, c.there, c.measured(), str(c.criterion), c.verdict + (f": {c.reason}" if c.reason else ""))
            for c in self.claims.values()
        ]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        heads = ("claim", "the paper says", "there", "measured here", "holds when", "verdict")
        head = "".join(f"<th style='text-align:left'>{title}</th>" for title in heads)
        body = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows()
        )
        plain = "\n".join(f"{row[0]}: {row[3]} ({row[4]}): {row[5]}" for row in self.rows())
        return {
            "text/html": f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
            "text/plain": plain,
            CLAIMS_MIME: self.record(),
        }

    def _check_measured(self) -> None:
        missing = [claim.name for claim in self.claims.values() if claim.here is None]
        if missing or not self.claims:
            raise ValueError(f"not measured: {', '.join(missing) or 'no claim is declared'}")

    def show(self) -> None:
        """Show the table and store the JSON in the notebook.

        Raises ValueError when a declared claim was not measured.
        """
        from IPython.display import display

        self._check_measured()
        display(self)

    def conclude(self) -> None:
        """Say how the ledger ended.

        Raises ClaimsFailed, naming the claims, when an expected claim does not hold, and ValueError when a
        declared claim was not measured.
        """
        self._check_measured()
        failed = [c for c in self.claims.values() if c.expected and not c.holds]
        if failed:
            raise ClaimsFailed("; ".join(f"{c.name}: {c.measured()}, criterion: {c.criterion}" for c in failed))
        expected = [c for c in self.claims.values() if c.expected]
        line = f"{self.paper}: all {len(expected)} expected claims hold."
        others = [c.name for c in self.claims.values() if not c.expected]
        print(line + (f" Not expected at this scale: {', '.join(others)}." if others else ""))


def claims_in(notebook: Any) -> list[dict[str, Any]]:
    """The claims that an executed notebook (a NotebookNode) carries; an empty list when it has none."""
    for cell in reversed(notebook.cells):
        for output in cell.get("outputs", []):
            record = output.get("data", {}).get(CLAIMS_MIME)
            if record:
                return record["claims"]
    return []
