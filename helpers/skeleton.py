"""The skeleton of a new notebook: every part in its place, what must be written marked FILL IN."""

from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import catalogue, notebooks
from helpers.catalogue import Planned, UnknownPaper
from helpers.contract import FILL_IN
from helpers.notebooks import NotebookFault

PARTS = {
    "Check": "The mechanism against an independent reference:",
    "Experiment": "Claims and criteria are set before the experiment is run:",
    "Pictures": "",
    "Claims": "",
    "Limits": "",
    "Questions": "",
}
SETUP = """import numpy as np

from helpers import session
from helpers.claims import Ledger, within
from helpers.exercises import Exercise

session.check_parameters(seed=(seed, 0, None))
rng = session.start(seed)"""
DECLARE = """claims = Ledger("{slug}", seed)
claims.declare("{fill}", says="{fill}", there="{fill}", criterion=within(1e-6))"""


def _heading(title: str) -> NotebookNode:
    return new_markdown_cell(f"## {title}\n\n{FILL_IN}.")


def _code(source: str, *tags: str) -> NotebookNode:
    return new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def _exercise(number: int) -> list[NotebookNode]:
    name = f"exercise_{number}"
    return [
        new_markdown_cell(f"### Exercise {number}: {FILL_IN}"),
        _code(
            f"def check_{number}(answer):\n"
            f'    """Say what is wrong with `answer`, or return None: {FILL_IN}."""\n'
            f'    return "the check is to be written"\n\n\n'
            f'{name} = Exercise("Exercise {number}", check_{number})',
            "check",
        ),
        _code(f"answer_{number} = ...  # your code here\n\n{name}.check(answer_{number})", "exercise"),
        _code(f'# {FILL_IN}\n{name}.prove(solution=None, wrong={{"{FILL_IN}": None}})', "solution"),
    ]


def build(paper: Planned) -> NotebookNode:
    """A notebook with all parts of a miniature in their order, in normal form, not yet run."""
    cells = [
        new_markdown_cell(
            f"# {paper.title}\n\n{FILL_IN}: authors, year, arXiv.\n\n"
            f"**The idea in one sentence.** {FILL_IN}.\n\n"
            f"**After this notebook you can**\n\n- {FILL_IN}\n- {FILL_IN}\n- {FILL_IN}\n\n"
            f"**Read first:** {FILL_IN}. Reading: {FILL_IN} minutes. Running: {FILL_IN} seconds."
        ),
        _code("seed: int = 0  # random seed, 0 to 4294967295", "parameters"),
        _code(SETUP, "setup"),
        _heading("The problem"),
        _heading("The idea"),
    ]
    for title, text in PARTS.items():
        cells.append(new_markdown_cell(f"## {title}\n\n{text or FILL_IN + '.'}"))
        if title == "Check":
            cells.append(_code(f"# {FILL_IN}: assert against the reference\nerror = np.inf\nassert error < 1e-6"))
        if title == "Experiment":
            cells.append(_code(DECLARE.format(slug=paper.slug, fill=FILL_IN)))
        if title == "Claims":
            cells.append(_code("claims.show()"))
    cells.append(new_markdown_cell("## Exercises"))
    cells += [cell for number in (1, 2, 3) for cell in _exercise(number)]
    cells += [_heading("References"), _code("claims.conclude()")]
    notebook = new_notebook(cells=cells)
    notebook.metadata["miniature"] = {
        "number": paper.number,
        "slug": paper.slug,
        "track": paper.track,
        "title": paper.title,
        "authors": [FILL_IN],
        "year": 2000,
        "venue": FILL_IN,
        "arxiv": "none",
        "idea": f"{FILL_IN}.",
        "needs": [],
        "concepts": [FILL_IN],
        "reading_minutes": 30,
        "running_seconds": 40,
    }
    for place, cell in enumerate(notebook.cells):
        cell.id = f"part-{place:02d}"
    return notebooks.normalise(notebook)


def write(number: str, slug: str) -> Path:
    """Write the skeleton of a planned paper; returns its path.

    Raises UnknownPaper when number and slug are not in the plan together, NotebookFault when the notebook
    exists already.
    """
    plan = catalogue.planned()
    if slug not in plan:
        raise UnknownPaper(f"slug {slug!r}: not in the plan; {catalogue.nearest(slug, plan)}")
    paper = plan[slug]
    if number.lstrip("0") != str(paper.number):
        raise UnknownPaper(f"number {number!r}: the plan has {paper.number:02d} for {slug!r}")
    if paper.path.exists():
        raise NotebookFault(f"{paper.path.name}: exists already")
    paper.path.parent.mkdir(parents=True, exist_ok=True)
    notebooks.write(build(paper), paper.path)
    return paper.path
