"""A batch as files: one page for people, CSV and JSON for pandas. The page needs nothing from elsewhere."""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, TextIO

from helpers import catalogue
from helpers.batch.checkout import Checkout
from helpers.batch.store import NOTEBOOK, Store, StoreFault
from helpers.batch.summary import Claim, Group, Point, Stopped, Summary, changed, measured, spread
from helpers.claims import decimal
from helpers.notebooks import NotebookFault, whole_file

PAGE = "report.html"
RUN_COLUMNS = (
    "paper", "number", "track", "seed", "changed", "status", "error", "started", "cpu_seconds", "wall_seconds",
    "peak_mb", "processor", "python", "digest", "current", "notebook",
)  # fmt: skip
CLAIM_COLUMNS = (
    "paper", "seed", "changed", "claim", "value", "low", "high", "n", "unit", "criterion", "least", "greatest",
    "holds", "expected", "digest", "current", "notebook",
)  # fmt: skip
MOST_CELLS = 60  # of a row of the heat map; more runs share cells
MOST_DOTS = 400  # of one distribution
EARLIER = "(earlier version {})"

STYLE = """
:root { color-scheme: light; font: 15px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff }
body { max-width: 72rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem } h3 { font-size: 1rem; margin: 1.2rem 0 .3rem }
.wide { overflow-x: auto }
table { border-collapse: collapse }
th, td { text-align: left; vertical-align: middle; padding: .15rem .5rem .15rem 0 }
th { font-weight: 600 } td.claim { min-width: 12rem }
.cells { white-space: nowrap; line-height: 1 }
.cells a, .cells span { display: inline-block; width: 1.15rem; height: 1.15rem; line-height: 1.15rem;
  text-align: center; text-decoration: none; font-size: .8rem; margin-right: 1px }
.held { background: #0072b2; color: #fff } .failed { background: #e69f00; color: #000 }
.stopped { background: #333; color: #fff }
.count { white-space: nowrap }
.seeds { white-space: nowrap; vertical-align: bottom }
.seeds span { display: inline-block; width: 1.15rem; margin-right: 1px; writing-mode: vertical-rl; rotate: 180deg;
  font-size: .7rem; line-height: 1.15rem; color: #555 }
.note { color: #555 } .bad { color: #8a3b00; font-weight: 600 }
svg text { font: 11px system-ui, sans-serif; fill: #333 }
pre { overflow-x: auto; background: #f4f4f4; padding: .6rem; font-size: .8rem }
"""


@dataclass(frozen=True)
class _Result:
    """A stored result and whether it is of the notebook, helpers and data as they are now."""

    folder: str
    record: dict[str, Any]
    current: bool

    def common(self) -> dict[str, Any]:
        return {
            "paper": self.record["paper"],
            "seed": self.record["values"].get("seed"),
            "changed": json.dumps(changed(self.record), sort_keys=True),
            "digest": self.record["digest"],
            "current": self.current,
            "notebook": f"{self.folder}/{self.record['notebook'] or ''}".rstrip("/"),
        }

    def run_row(self) -> dict[str, Any]:
        machine = {name: self.record["environment"].get(name) for name in ("processor", "python")}
        own = {name: self.record[name] for name in ("number", "track", "status", "error", "started")}
        empty = dict.fromkeys(("cpu_seconds", "wall_seconds", "peak_mb"))
        cost = self.record["cost"] or empty
        return self.common() | own | machine | {name: cost[name] for name in empty}

    def claim_rows(self) -> Iterator[dict[str, Any]]:
        for claim in self.record["claims"]:
            least, greatest = claim["bounds"]
            own = {name: claim[name] for name in ("criterion", "holds", "expected")}
            here = {name: claim["here"][name] for name in ("value", "low", "high", "n", "unit")}
            yield self.common() | here | own | {"claim": claim["name"], "least": least, "greatest": greatest}


class _Table:
    """Rows written as they come, to a CSV file and to a JSON array beside it."""

    def __init__(self, columns: Sequence[str], csv_file: TextIO, json_file: TextIO) -> None:
        self.columns, self.json_file, self.rows = columns, json_file, 0
        self.csv = csv.DictWriter(csv_file, columns, lineterminator="\n")
        self.csv.writeheader()

    def add(self, row: dict[str, Any]) -> None:
        self.csv.writerow(row)
        self.json_file.write(",\n" if self.rows else "[\n")
        self.json_file.write(json.dumps({column: row[column] for column in self.columns}, ensure_ascii=False))
        self.rows += 1

    def close(self) -> None:
        self.json_file.write("\n]\n" if self.rows else "[]\n")


def _results(store: Store) -> Iterator[_Result | None]:
    """Every stored result, None for one that cannot be read."""
    checkout = Checkout()
    present = {}
    for notebook in catalogue.notebook_paths():
        with suppress(NotebookFault):  # results can be shown while a notebook is being written
            paper = catalogue.load(notebook)
            present[paper.slug] = checkout.digest(notebook)
    for path, record in store.records():
        if record is None:
            yield None
        else:
            folder = path.relative_to(store.folder).as_posix()
            yield _Result(folder, record, present.get(record["paper"]) == record["checkout"])


def write(folder: Path, *, earlier: bool = False) -> tuple[Path, Summary, int, int]:
    """Write report.html, claims and runs (each .csv and .json) into a folder of results.

    Results of an earlier version of a notebook, its helpers or its data are in the tables, marked; on the page
    only with `earlier`. Returns the page's path, the summary shown on it, and how many results were of an
    earlier version or could not be read.

    Raises StoreFault when there are no results or the files cannot be written.
    """
    store, summary, outdated, unreadable = Store(folder), Summary(), 0, 0
    if next(store.records(), None) is None:
        raise StoreFault(f"{folder}: there are no results here; `miniatures run` makes them")
    try:
        with ExitStack() as files:
            opened = {
                name: files.enter_context(whole_file(folder / name))
                for name in ("runs.csv", "runs.json", "claims.csv", "claims.json", PAGE)
            }
            runs = _Table(RUN_COLUMNS, opened["runs.csv"], opened["runs.json"])
            claims = _Table(CLAIM_COLUMNS, opened["claims.csv"], opened["claims.json"])
            for result in _results(store):
                if result is None:
                    unreadable += 1
                    continue
                runs.add(result.run_row())
                for row in result.claim_rows():
                    claims.add(row)
                outdated += not result.current
                if result.current or earlier:
                    note = "" if result.current else EARLIER.format(result.record["checkout"][:8])
                    summary.add(result.record, result.folder, note)
            runs.close()
            claims.close()
            opened[PAGE].writelines(_page(summary, 0 if earlier else outdated, unreadable))
    except OSError as error:
        raise StoreFault(f"{folder}: cannot be written ({error.strerror})") from None
    return folder / PAGE, summary, outdated, unreadable


def _page(summary: Summary, outdated: int, unreadable: int) -> Iterator[str]:
    groups = summary.groups
    yield "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
    yield "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    yield f"<title>Paper Miniatures: results</title><style>{STYLE}</style></head><body>\n"
    yield "<h1>Paper Miniatures: results</h1>\n"
    yield from _overview(groups, outdated, unreadable)
    yield "<h2>Claims by paper and seed</h2>\n"
    yield (
        "<p class='note'><span class='cells'><span class='held'>✓</span></span> holds &nbsp; "
        "<span class='cells'><span class='failed'>✗</span></span> does not hold &nbsp; "
        "<span class='cells'><span class='stopped'>!</span></span> the run stopped. Columns are seeds; a cell opens "
        "the run's notebook.</p>\n"
    )
    for group in groups:
        yield from _heat_map(group)
    yield "<h2>Measured values</h2>\n"
    yield (
        "<p class='note'>A dot for each run, with its interval where it has one; of many runs, some. The blue ground "
        "is where the criterion holds. Runs that stopped do not count.</p>\n"
    )
    for group in groups:
        yield f"<h3>{escape(group.title)}</h3>\n"
        for claim in group.claims.values():
            yield _distribution(claim)
    yield "<h2>Time and memory</h2>\n"
    yield from _costs(groups)
    if any(group.stopped for group in groups):
        yield "<h2>Runs that stopped</h2>\n"
        for group in groups:
            yield from (_stopped(group.title, stopped) for stopped in group.stopped)
    yield "</body></html>\n"


def _overview(groups: Sequence[Group], outdated: int, unreadable: int) -> Iterator[str]:
    claims = [claim for group in groups for claim in group.claims.values()]
    runs, stopped = sum(group.runs for group in groups), sum(len(group.stopped) for group in groups)
    yield f"<p><b>{runs}</b> runs of <b>{len({group.paper for group in groups})}</b> papers. "
    for words, chosen in (
        ("Claims expected to hold", [claim for claim in claims if claim.expected]),
        ("Claims not expected to hold", [claim for claim in claims if not claim.expected]),
    ):
        if chosen:
            held, of = sum(claim.held for claim in chosen), sum(len(claim.points) for claim in chosen)
            yield f"{words}: held <b>{held} of {of}</b> times. "
    if stopped:
        yield f"<span class='bad'>{stopped} runs stopped before their end.</span> "
    if outdated:
        yield f"{outdated} results of earlier versions of notebooks, helpers or data are left out. "
    if unreadable:
        yield f"{unreadable} results could not be read. "
    yield (
        "The same as tables: <a href='claims.csv'>claims.csv</a>, <a href='claims.json'>claims.json</a>, "
        "<a href='runs.csv'>runs.csv</a>, <a href='runs.json'>runs.json</a>.</p>\n"
    )


def _heat_map(group: Group) -> Iterator[str]:
    """A row for each claim, a column for each seed; neighbouring seeds share a column where there are many."""
    seeds = sorted({one.seed for one in (*group.stopped, *(p for c in group.claims.values() for p in c.points))})
    size = max(1, math.ceil(len(seeds) / MOST_CELLS))
    columns = {seed: place // size for place, seed in enumerate(seeds)}
    stopped: dict[int, list[Stopped]] = {}
    for one in group.stopped:
        stopped.setdefault(columns[one.seed], []).append(one)
    yield f"<h3>{escape(group.title)}</h3>\n<div class='wide'><table>\n<tr><td></td><td></td><td class='seeds'>"
    yield "".join(f"<span>{seed}</span>" for seed in seeds[::size]) + "</td></tr>\n"
    for claim in group.claims.values():
        points: dict[int, list[Point]] = {}
        for point in claim.points:
            points.setdefault(columns[point.seed], []).append(point)
        expected = "" if claim.expected else " <span class='note'>(not expected)</span>"
        yield f"<tr><td class='claim'>{escape(claim.name)}{expected}</td>"
        yield f"<td class='count'>{claim.held} of {len(claim.points)}</td>"
        cells = (_cell(points.get(place, []), stopped.get(place, [])) for place in sorted(set(columns.values())))
        yield f"<td class='cells'>{''.join(cells)}</td></tr>\n"
    if not group.claims:
        yield "<tr><td class='claim'>no run came to its claims</td></tr>\n"
    yield "</table></div>\n"


def _cell(points: Sequence[Point], stopped: Sequence[Stopped]) -> str:
    if len(points) + len(stopped) > 1:
        held, of = sum(point.holds for point in points), len(points)
        seeds = [one.seed for one in (*points, *stopped)]
        words = f"seeds {min(seeds)} to {max(seeds)}: held {held} of {of}, {len(stopped)} stopped"
        blue, orange = held / len(seeds), of / len(seeds)
        ground = f"background: linear-gradient(to top, #0072b2 {blue:.0%}, #e69f00 {blue:.0%} {orange:.0%}, #333 0)"
        return f"<span style='{ground}' title='{words}'></span>"
    if stopped:
        one = stopped[0]
        words = f"seed {one.seed}: {one.status}: {one.error}"
        return f"<a class='stopped' href='{escape(one.link)}' title='{escape(words, quote=True)}'>!</a>"
    if not points:
        return "<span></span>"
    point = points[0]
    kind, mark, verdict = ("held", "✓", "holds") if point.holds else ("failed", "✗", "does not hold")
    value = decimal(point.value) if math.isfinite(point.value) else "not a number"
    words = f"seed {point.seed}: {value}, {verdict}"
    return f"<a class='{kind}' href='{escape(point.folder)}/{NOTEBOOK}' title='{words}'>{mark}</a>"


def _distribution(claim: Claim) -> str:
    """Dots of all measured values along an axis, over the part of the axis where the criterion holds."""
    about = f"{claim.name}: {measured(claim)} {claim.unit}".strip()
    head = f"<p><b>{escape(claim.name)}</b>: {escape(measured(claim))} {escape(claim.unit)}; holds when "
    head += f"{escape(claim.criterion)}; {claim.held} of {len(claim.points)}</p>\n"
    points = [point for point in claim.points if math.isfinite(point.value)]
    if not points:
        return head
    low, high, place = _axis(claim, points)
    points = points[:: math.ceil(len(points) / MOST_DOTS)]
    least, greatest = claim.bounds
    start = place(low if least is None else max(least, low))
    end = place(high if greatest is None else min(greatest, high))
    parts = [f"<rect x='{start:.1f}' y='4' width='{max(end - start, 0):.1f}' height='40' fill='#d6e9f5'/>"]
    parts += [
        f"<line x1='{place(bound):.1f}' x2='{place(bound):.1f}' y1='4' y2='44' stroke='#0072b2' stroke-width='1.5'/>"
        for bound in claim.bounds
        if bound is not None and low <= bound <= high
    ]
    parts += ["<line x1='20' x2='620' y1='44' y2='44' stroke='#888'/>"]
    for row, point in enumerate(sorted(points, key=lambda point: point.seed)):
        y = 9 + 30 * (row % 12) / 11
        if point.low < point.high:
            parts.append(
                f"<line x1='{place(max(point.low, low)):.1f}' x2='{place(min(point.high, high)):.1f}' y1='{y:.1f}' "
                f"y2='{y:.1f}' stroke='#777' stroke-width='1'/>"
            )
        fill = "#0072b2" if point.holds else "#e69f00"
        parts.append(f"<circle cx='{place(point.value):.1f}' cy='{y:.1f}' r='3' fill='{fill}' stroke='#333'/>")
    ticks = (low, (low + high) / 2, high)
    parts += [
        f"<text x='{place(tick):.1f}' y='58' text-anchor='{anchor}'>{decimal(tick)}</text>"
        for tick, anchor in zip(ticks, ("start", "middle", "end"), strict=True)
    ]
    drawing = f"<svg viewBox='0 0 640 62' width='640' role='img' aria-label='{escape(about)}'>{''.join(parts)}</svg>"
    return f"{head}<div class='wide'>{drawing}</div>\n"


def _axis(claim: Claim, points: Sequence[Point]) -> tuple[float, float, Any]:
    """Ends of the axis and the function that places a value on it: all values, and bounds that are not far off."""
    numbers = [number for point in points for number in (point.value, point.low, point.high) if math.isfinite(number)]
    low, high = min(numbers), max(numbers)
    width = (high - low) or abs(high) or 1.0
    for bound in claim.bounds:
        if bound is not None and low - 3 * width <= bound <= high + 3 * width:
            low, high = min(low, bound), max(high, bound)
    margin = 0.05 * ((high - low) or abs(high) or 1.0)
    low, high = low - margin, high + margin
    return low, high, lambda value: 20 + 600 * (value - low) / (high - low)


def _costs(groups: Sequence[Group]) -> Iterator[str]:
    yield "<div class='wide'><table><tr><th>paper</th><th>runs</th><th>done</th><th>CPU seconds</th>"
    yield "<th>wall seconds</th><th>peak MB</th></tr>\n"
    for group in groups:
        costs = (group.cpu_seconds, ".1f"), (group.wall_seconds, ".1f"), (group.peak_mb, ".0f")
        cells = "".join(f"<td>{spread(values, form)}</td>" for values, form in costs)
        yield f"<tr><td>{escape(group.title)}</td><td>{group.runs}</td><td>{group.done}</td>{cells}</tr>\n"
    yield "</table></div>\n"


def _stopped(title: str, stopped: Stopped) -> str:
    head = f"<b>{escape(title)}</b>, seed {stopped.seed}: {escape(stopped.status)}: {escape(stopped.error)} "
    link = f"(<a href='{escape(stopped.link)}'>what there is</a>)"
    if not stopped.traceback:
        return f"<p>{head}{link}</p>\n"
    return f"<details><summary>{head}{link}</summary><pre>{escape(stopped.traceback)}</pre></details>\n"
