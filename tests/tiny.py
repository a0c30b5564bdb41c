"""A tiny collection for tests: one notebook that has a claims ledger and runs in about a second."""

from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from helpers import catalogue, notebooks

CELLS = {
    "parameters": "seed: int = 0  # random seed, 0 to 4294967295\nsize: int = 3  # items, 1 to 9",
    "setup": "from helpers import session\n"
    "from helpers.claims import Ledger, above\n\n"
    "session.check_parameters(seed=(seed, 0, None), size=(size, 1, 9))\n"
    "rng = session.start(seed)",
    "text": 'print("items:", size, "mean:", f"{rng.random(size).mean():.4f}", "verdict: right")',
    "declare": 'claims = Ledger("s4", seed)\n'
    'claims.declare("size", says="large", there="9", criterion=above(0))\n'
    'claims.measure("size", size - 1 + 1e-9)',
    "show": "claims.show()",
    "conclude": "claims.conclude()",
}


def notebook(slug: str = "s4", **cells: str) -> NotebookNode:
    """The tiny notebook; keyword arguments replace or add cells, an empty one removes it."""
    sources = {name: source for name, source in (CELLS | cells).items() if source}
    made = [
        new_code_cell(source, id=name, metadata={"tags": [name]} if name in ("parameters", "setup") else {})
        for name, source in sources.items()
    ]
    paper = catalogue.planned()[slug]
    made = new_notebook(cells=made)
    made.metadata["miniature"] = {
        **{name: getattr(paper, name) for name in ("number", "slug", "track", "title")},
        "authors": ["A. Author"],
        "year": 2021,
        "venue": "ICLR",
        "arxiv": "2111.00396",
        "idea": "A tiny idea.",
        "needs": [],
        "concepts": ["tiny"],
        "reading_minutes": 1,
        "running_seconds": 5,
    }
    return notebooks.normalise(made)


def write(folder: Path, slug: str = "s4", **cells: str) -> Path:
    """Write the tiny notebook where a paper belongs in the collection at `folder`."""
    paper = catalogue.planned()[slug]
    path = folder / paper.track / f"{paper.number:02d}_{slug}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    notebooks.write(notebook(slug, **cells), path)
    return path
