"""The catalogue: which papers are planned, and what each notebook's metadata block says about its paper.

The block `miniature` in a notebook's metadata is the only source of facts about its paper; everything that
lists papers (README, start page, map, command line) is made from it.
"""

import ast
import difflib
import json
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from helpers.notebooks import NOTEBOOKS, NotebookFault
from helpers.session import SEED_LIMIT, parameter_fault

PLANNED = Path(__file__).with_name("papers.tsv")
TRACKS = {
    "state_spaces": "State spaces and long sequences",
    "language_models": "How sequence models compute",
    "beyond_next_token": "Predicting more than the next token",
    "text_retrieval": "Text embeddings and retrieval",
    "feature_tables": "Embedding tables and features at scale",
    "graphs_topology": "Graphs, topology and curved spaces",
    "representations": "What networks learn",
    "metric_clustering": "Metric learning, clustering and discovery",
    "diffusion": "Diffusion and controllable generation",
    "vision_embodied": "Vision, language and action",
}
ARXIV = re.compile(r"\d{4}\.\d{4,5}")


class UnknownPaper(ValueError):
    """A paper, or a number and slug, that the catalogue does not have; the message is one line."""


class ParameterFault(ValueError):
    """A parameter that a notebook does not have or a value that it does not allow; the message is one line."""


@dataclass(frozen=True)
class Planned:
    """A paper of the plan, whether it has a notebook or not."""

    number: int
    slug: str
    track: str
    title: str

    @property
    def path(self) -> Path:
        return _place(self)


@dataclass(frozen=True)
class Miniature:
    """A notebook's metadata block. `needs` are slugs to read first, `idea` is one sentence."""

    number: int
    slug: str
    track: str
    title: str
    authors: tuple[str, ...]
    year: int
    venue: str
    arxiv: str
    idea: str
    needs: tuple[str, ...]
    concepts: tuple[str, ...]
    reading_minutes: int
    running_seconds: int

    @property
    def path(self) -> Path:
        return _place(self)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a notebook: default, allowed range `(low, high)` or `(choices,)`, and its comment."""

    name: str
    default: Any
    allowed: tuple
    words: str


def _place(paper: Planned | Miniature) -> Path:
    return NOTEBOOKS / paper.track / f"{paper.number:02d}_{paper.slug}.ipynb"


@cache
def planned() -> dict[str, Planned]:
    """The 92 papers of the plan, by slug, in order of number."""
    rows = [line.split("\t") for line in PLANNED.read_text(encoding="utf-8").splitlines()[1:]]
    return {slug: Planned(int(number), slug, track, title) for number, slug, track, title in rows}


def _list_fault(name: str, value: Any) -> str | None:
    right = isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
    return None if right else f"{name} = {value!r}: allowed is a list of non-empty strings"


def faults(block: dict[str, Any]) -> list[str]:
    """What is wrong with a metadata block, one line each; an empty list when nothing is."""
    names = [field.name for field in fields(Miniature)]
    found = [f"{name}: missing" for name in names if name not in block]
    found += [f"{name}: unknown; allowed are {', '.join(names)}" for name in block if name not in names]
    if found:
        return found
    plan = planned().get(block["slug"]) if isinstance(block["slug"], str) else None
    if plan is None:
        return [f"slug = {block['slug']!r}: not in the plan"]
    found += [
        f"{name} = {block[name]!r}: the plan has {getattr(plan, name)!r}"
        for name in ("number", "track", "title")
        if block[name] != getattr(plan, name)
    ]
    found += [
        fault
        for name, low, high in (("year", 1900, 2100), ("reading_minutes", 1, 120), ("running_seconds", 1, 60))
        if (fault := parameter_fault(name, block[name], (low, high)))
    ]
    found += [fault for name in ("authors", "needs", "concepts") if (fault := _list_fault(name, block[name]))]
    found += [
        f"{name} = {block[name]!r}: allowed is a non-empty string"
        for name in ("venue", "idea", "arxiv")
        if not isinstance(block[name], str) or not block[name].strip()
    ]
    if found:
        return found
    if block["arxiv"] != "none" and not ARXIV.fullmatch(block["arxiv"]):
        found.append(f"arxiv = {block['arxiv']!r}: allowed is a number such as 2111.00396, or 'none'")
    if not block["authors"]:
        found.append("authors = []: at least one is needed")
    if len(block["idea"]) > 200 or not block["idea"].endswith("."):
        found.append(
            f"idea: allowed is one sentence of at most 200 characters that ends in a full stop: {block['idea']!r}"
        )
    unknown = [slug for slug in block["needs"] if slug not in planned() or slug == block["slug"]]
    found += [f"needs: {slug!r} is not another paper of the plan" for slug in unknown]
    return found


def load(path: Path) -> Miniature:
    """Read the metadata block of one notebook.

    Raises NotebookFault, in one line, when there is no such notebook or its block is missing or wrong.
    """
    try:
        metadata = json.loads(path.read_text(encoding="utf-8")).get("metadata", {})
    except FileNotFoundError:
        raise NotebookFault(f"{path.name}: there is no such notebook") from None
    except (ValueError, AttributeError):
        raise NotebookFault(f"{path.name}: not a notebook (no JSON object)") from None
    block = metadata.get("miniature")
    if not isinstance(block, dict):
        raise NotebookFault(f"{path.name}: no `miniature` block in the notebook's metadata")
    wrong = faults(block)
    if wrong:
        raise NotebookFault(f"{path.name}: {'; '.join(wrong)}")
    paper = Miniature(**{name: tuple(v) if isinstance(v, list) else v for name, v in block.items()})
    if (path.parent.name, path.stem) != (paper.track, f"{paper.number:02d}_{paper.slug}"):
        raise NotebookFault(f"{path.name}: must be {paper.track}/{paper.number:02d}_{paper.slug}.ipynb")
    return paper


def notebook_paths() -> list[Path]:
    """The paths of all paper notebooks, in order of number."""
    return sorted(NOTEBOOKS.glob("*/[0-9][0-9]_*.ipynb"), key=lambda path: path.name)


def miniatures() -> list[Miniature]:
    """All papers that have a notebook, in order of number.

    Raises NotebookFault for the first notebook whose block is missing or wrong.
    """
    return [load(path) for path in notebook_paths()]


def nearest(word: str, words: Iterable[str]) -> str:
    """The end of an error message: a suggestion when one is near, and what is allowed."""
    words = list(words)
    close = difflib.get_close_matches(word, words, n=1)
    suggestion = f"did you mean {close[0]}? " if close else ""
    return f"{suggestion}allowed are {', '.join(words) or 'none'}"


def find(names: Sequence[str]) -> list[Miniature]:
    """The papers named by slug or number; all of them when `names` is empty. Other notebooks are not read.

    Raises UnknownPaper, in one line with the nearest slug, for a name that has no notebook, and NotebookFault as
    `load` does.
    """
    if not names:
        return miniatures()
    by_name: dict[str, Path] = {}
    for path in notebook_paths():
        number, slug = path.stem.split("_", 1)
        by_name |= {slug: path, str(int(number)): path}
    for name in names:
        if name.lstrip("0") not in by_name:
            slug = next((p.slug for p in planned().values() if name in (p.slug, str(p.number))), None)
            reason = f"{slug!r} is planned but has no notebook yet" if slug else "no such paper"
            slugs = [known for known in by_name if not known.isdecimal()]
            raise UnknownPaper(f"paper {name!r}: {reason}; {nearest(name, slugs)}")
    return [load(path) for path in dict.fromkeys(by_name[name.lstrip("0")] for name in names)]


def tagged_source(path: Path, tag: str) -> str:
    """The source of the one code cell tagged `tag`.

    Raises NotebookFault when there is not exactly one.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(c["source"]) for c in cells if tag in c["metadata"].get("tags", []) and c["cell_type"] == "code"]
    if len(sources) != 1:
        raise NotebookFault(f"{path.name}: {len(sources)} code cells tagged `{tag}`, one is needed")
    return sources[0]


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def bounds(source: str) -> dict[str, tuple]:
    """The ranges written in the `check_parameters(name=(name, low, high))` call of a setup cell.

    Raises NotebookFault when a range is not written in literals, which is how it can be read without running.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("check_parameters"):
            return {keyword.arg: _literal_range(keyword) for keyword in node.keywords}
    return {}


def _literal_range(keyword: ast.keyword) -> tuple:
    try:
        return tuple(ast.literal_eval(bound) for bound in keyword.value.elts[1:])
    except (AttributeError, ValueError):
        raise NotebookFault(
            f"check_parameters: {keyword.arg}={ast.unparse(keyword.value)} must be (value, low, high) or "
            "(value, choices) with literal bounds"
        ) from None


def parameters(path: Path) -> dict[str, Parameter]:
    """The parameters of a notebook, read from its `parameters` and `setup` cells without running them.

    Raises NotebookFault when a parameter has no default, no comment or no range.
    """
    source = tagged_source(path, "parameters")
    try:
        ranges = bounds(tagged_source(path, "setup")) | {"seed": (0, SEED_LIMIT)}
    except NotebookFault as fault:
        raise NotebookFault(f"{path.name}: {str(fault).removeprefix(f'{path.name}: ')}") from None
    comments = _comments(source)
    found = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.AnnAssign | ast.Assign):
            raise NotebookFault(f"{path.name}: the parameters cell holds more than parameters: {ast.unparse(node)!r}")
        name = ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])
        if name not in ranges or node.end_lineno not in comments or not isinstance(node, ast.AnnAssign):
            raise NotebookFault(
                f"{path.name}: parameter {name!r} needs a type, a comment, and a range in check_parameters"
            )
        found[name] = Parameter(name, ast.literal_eval(node.value), ranges[name], comments[node.end_lineno])
    return found


def check_values(paper: Miniature, grid: Mapping[str, Sequence[Any]]) -> None:
    """Check values of a notebook's parameters, a list for each, before anything runs.

    Raises ParameterFault, in one line, for an unknown name (with the nearest one) or a value of the wrong
    type or out of its range.
    """
    known = parameters(paper.path)
    for name, values in grid.items():
        if name not in known:
            raise ParameterFault(f"{paper.slug}: unknown parameter {name!r}; {nearest(name, known)}")
        for value in values:
            fault = parameter_fault(name, value, known[name].allowed)
            if fault:
                raise ParameterFault(f"{paper.slug}: {fault}")
