"""The summary and the report of a batch: every result counted once, tables that pandas-like readers read, safe HTML."""

import csv
import json
import re
from html.parser import HTMLParser

import pytest
from scipy import stats

from helpers import catalogue
from helpers.batch import plan, report
from helpers.batch.execution import DONE, RAISED, Outcome
from helpers.batch.store import Store, StoreFault
from helpers.batch.summary import Summary
from helpers.notebooks import Cost
from tests import tiny


def claim(name, value, holds=True, expected=True, bounds=(0.0, None)):
    here = {"value": value, "low": None if value is None else value - 1, "high": value, "n": 3, "unit": "s"}
    return {
        "name": name, "says": "", "there": "", "here": here, "criterion": "above 0, value", "bounds": list(bounds),
        "holds": holds, "expected": expected, "reason": "",
    }  # fmt: skip


def outcome(seed, status=DONE, **rest):
    claims = [claim("fast <b>", float(seed), seed > 0), claim("deep", None, False, expected=False)]
    return Outcome(status, claims=claims, cost=Cost(1.5 + seed, 100.0 + seed, 2.0), notebook="{}", **rest)


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Results of seeds 0 to 4 at two settings; seed 4 raised at the second."""
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path / "notebooks")
    tiny.write(tmp_path / "notebooks")
    runs = plan.make(catalogue.find(["s4"]), {"seed": list(range(5)), "size": [3, 4]})
    with Store(tmp_path / "out") as store:
        for run in runs:
            stops = run.values == {"seed": 4, "size": 4}
            store.put(run, Outcome(RAISED, "KeyError: <x>", "Trace <y>") if stops else outcome(run.values["seed"]))
    return tmp_path / "out"


class Page(HTMLParser):
    """Collects tags with their attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.open = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data

    def all(self, tag, **wanted):
        return [a for name, a in self.tags if name == tag and all(a.get(k) == v for k, v in wanted.items())]


@pytest.fixture
def page(results):
    return Page(report.write(results)[0].read_text())


def test_the_summary_counts_claims_over_seeds_for_each_setting(results):
    _, summary, _, _ = report.write(results)
    plain, larger = summary.groups
    assert (plain.title, larger.title) == ("s4", "s4 size=4")
    assert (plain.runs, plain.done, larger.runs, larger.done) == (5, 5, 5, 4)
    fast = plain.claims["fast <b>"]
    assert (fast.held, len(fast.points)) == (4, 5)
    low, high = stats.t.interval(0.95, 4, loc=2, scale=stats.sem(range(5)))
    assert (fast.interval().value, fast.interval().low, fast.interval().high) == pytest.approx((2, low, high))
    assert plain.claims["deep"].interval() is None
    assert plain.stopped == []
    assert [(stopped.seed, stopped.status) for stopped in larger.stopped] == [(4, RAISED)]


def test_the_tables_say_how_often_a_claim_held_and_what_it_cost(results):
    _, summary, _, _ = report.write(results)
    claims = summary.claims_table().splitlines()
    assert re.match(r"s4 +fast <b> +4 of 5 +2\.000 \[0\.0368, 3\.963\] s +above 0, value", claims[1])
    assert re.match(r"s4 +deep +0 of 5, not expected +not a number", claims[2])
    assert re.match(r"s4 size=4 +5 +4 +1\.5 to 4\.5 +100 to 103", summary.costs_table().splitlines()[2])


def test_csv_and_json_have_the_same_rows_and_every_result(results):
    report.write(results)
    for name, count in (("runs", 10), ("claims", 18)):
        with (results / f"{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        records = json.loads((results / f"{name}.json").read_text())
        assert len(rows) == len(records) == count
        for row, record in zip(rows, records, strict=True):
            assert row == {key: "" if value is None else str(value) for key, value in record.items()}
    assert {json.dumps(row["changed"]) for row in records} == {'"{}"', '"{\\"size\\": 4}"'}
    assert all((results / row["notebook"]).exists() for row in records)


def test_the_page_asks_for_nothing_from_elsewhere(page):
    assert not page.all("script") + page.all("link") + page.all("img") + page.all("iframe")
    references = [a.get("href") or a.get("src") for _, a in page.tags if "href" in a or "src" in a]
    assert references
    assert not [reference for reference in references if re.match(r"\w+:|//", reference)]


def test_the_page_has_a_cell_for_each_claim_and_run_that_links_to_its_notebook(page, results):
    cells = page.all("a", **{"class": "held"}) + page.all("a", **{"class": "failed"})
    assert len(cells) == 18
    cells += page.all("a", **{"class": "stopped"})
    assert len(cells) == 20
    assert all((results / cell["href"]).exists() for cell in cells)
    assert len({cell["href"] for cell in cells}) == 10
    assert page.open == []


def test_what_notebooks_say_is_never_html(page):
    assert not page.all("b", title="x")
    assert "fast <b>" in page.words
    assert "KeyError: <x>" in page.words
    assert "Trace <y>" in page.words


def test_every_measured_value_is_a_dot_and_bounds_are_drawn(page):
    assert len(page.all("circle")) == 9  # values that are not numbers have none
    assert len(page.all("rect")) == 2


def test_a_run_that_showed_its_claims_and_then_stopped_does_not_count_as_held(results, tmp_path):
    runs = plan.make(catalogue.find(["s4"]), {"seed": [0]})
    with Store(results) as store:
        store.put(runs[0], outcome(0, RAISED, error="ValueError: late"))
    page, summary, _, _ = report.write(results)
    plain = summary.groups[0]
    assert (plain.done, len(plain.claims["deep"].points)) == (4, 4)
    assert len(Page(page.read_text()).all("a", **{"class": "stopped"})) == 2 * 2


def test_a_notebook_that_is_being_written_does_not_hide_results(results, tmp_path):
    (tmp_path / "notebooks" / "state_spaces" / "01_lssl.ipynb").write_text("{")
    assert len(report.write(results)[1].groups) == 2


def test_many_runs_share_cells_and_dots(tmp_path):
    summary = Summary()
    for seed in range(1000):
        record = outcome(seed).record() | {
            "notebook": "notebook.ipynb",
            "paper": "s4",
            "values": {"seed": seed},
            "changed": {},
        }
        summary.add(record, f"02_s4/{seed}")
    page = Page("".join(report._page(summary, 0, 0)))
    assert len(page.all("circle")) <= report.MOST_DOTS
    shared = [a for a in page.all("span") if "held" in a.get("title", "")]
    assert 50 <= len(shared) <= 2 * report.MOST_CELLS
    assert sum(int(re.search(r"of (\d+)", a["title"])[1]) for a in shared) == 2000


def test_results_of_an_earlier_version_are_left_out_unless_asked_for(results, tmp_path):
    checkout = json.loads(next(results.glob("*/*/result.json")).read_text())["checkout"][:8]
    tiny.write(tmp_path / "notebooks", text="print('another text')")
    _, summary, outdated, _ = report.write(results)
    assert (len(summary.groups), outdated) == (0, 10)
    page, summary, _, _ = report.write(results, earlier=True)
    assert [group.title for group in summary.groups] == [
        f"s4 (earlier version {checkout})",
        f"s4 size=4 (earlier version {checkout})",
    ]
    with (results / "runs.csv").open(newline="") as file:
        assert {row["current"] for row in csv.DictReader(file)} == {"False"}


def test_a_damaged_result_is_counted_and_the_others_are_shown(results):
    next(results.glob("*/*/result.json")).write_text("{")
    page, summary, _, unreadable = report.write(results)
    assert unreadable == 1
    assert sum(group.runs for group in summary.groups) == 9
    assert "1 results could not be read" in page.read_text()


def test_a_folder_without_results_is_one_line(tmp_path):
    with pytest.raises(StoreFault, match="there are no results here"):
        report.write(tmp_path / "nothing")
    assert list(tmp_path.iterdir()) == []


def test_the_report_can_be_written_while_a_batch_holds_the_folder(results):
    with Store(results):
        assert report.write(results)[0].exists()
