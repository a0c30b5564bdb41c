"""What every paper notebook must be, read from the committed file: one line for each fault."""

import ast
import collections
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers import catalogue, notebooks
from helpers.claims import claims_in
from helpers.notebooks import NotebookFault

FILL_IN = "FILL IN"
PARTS = (
    "The problem",
    "The idea",
    "Check",
    "Experiment",
    "Pictures",
    "Claims",
    "Limits",
    "Questions",
    "Exercises",
    "References",
)
MAX_CELL_LINES = 32
MAX_BYTES = 200_000
MAX_PARAMETERS = 7
LEAST_PROSE_WORDS = 500
LEAST_PICTURES = 3
LEAST_ASSERTS = 2
EXERCISES = 3
REPEATED_LINES = 6
REPEATED_PLACES = 3
FORBIDDEN = {
    r"\bexcept\s*(Exception)?\s*:": "swallows every error",
    r"\btime\.sleep\(": "sleeps",
    r"\bTODO\b|\bFIXME\b|\bXXX\b": "unfinished",
    r"filterwarnings|simplefilter": "hides warnings",
    r"urlopen|requests\.|urlretrieve": "reaches for the network",
    r"allow_pickle\s*=\s*True|pickle\.load|weights_only\s*=\s*False": "unpickles",
    r"sys\.path": "changes sys.path",
}
LOCAL_PATH = re.compile(r"(?<![\w.])/(root|home|tmp|work|Users|usr)/|[A-Z]:\\\\")
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
Fault = tuple[int | None, str]


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _code(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return [(place, cell) for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def _order(notebook: NotebookNode) -> Iterator[Fault]:
    cells = notebook.cells
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        yield 0, "must be a markdown cell that begins with the title (`# …`)"
    places = [
        (place, line[3:].split(":")[0].strip())
        for place, cell in enumerate(cells)
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    headings = [title for _, title in places]
    if headings != list(PARTS):
        missing = [part for part in PARTS if part not in headings]
        others = [f"{title!r} (cell {place})" for place, title in places if title not in PARTS]
        yield (
            None,
            (
                f"the parts must be {', '.join(PARTS)}, in this order; "
                f"missing: {', '.join(missing) or 'none'}; unknown: {', '.join(others) or 'none'}"
            ),
        )
    if not cells or cells[-1].source.strip() != "claims.conclude()":
        yield len(cells) - 1, "the last cell must be `claims.conclude()`"


def _about(notebook: NotebookNode, path: Path) -> Iterator[Fault]:
    block = notebook.metadata.get("miniature")
    if not isinstance(block, dict):
        yield None, "no `miniature` block in the notebook's metadata"
        return
    for fault in catalogue.faults(block):
        yield None, f"metadata: {fault}"
    place = f"{block.get('track')}/{str(block.get('number')).zfill(2)}_{block.get('slug')}.ipynb"
    if f"{path.parent.name}/{path.name}" != place:
        yield None, f"the metadata place it at {place}"
    if block.get("title") and notebook.cells and f"# {block['title']}" not in notebook.cells[0].source:
        yield 0, "the title differs from the one in the metadata"
    if FILL_IN in str(block):
        yield None, f"metadata: {FILL_IN} is left in {', '.join(k for k, v in block.items() if FILL_IN in str(v))}"


def _parameters(path: Path) -> Iterator[Fault]:
    try:
        found = catalogue.parameters(path)
        declared = set(found)
        bounds = set(catalogue.bounds(catalogue.tagged_source(path, "setup")))
    except NotebookFault as fault:
        yield None, str(fault).split(": ", 1)[1]
        return
    if next(iter(found), None) != "seed" or found["seed"].default != 0:
        yield None, "the parameters must begin with `seed: int = 0`"
    if len(found) > MAX_PARAMETERS:
        yield None, f"{len(found)} parameters; at most {MAX_PARAMETERS} with the seed"
    for name in sorted(bounds ^ declared):
        yield None, f"{name!r} must stand in the parameters cell and in check_parameters"
    for parameter in found.values():
        fault = catalogue.parameter_fault(parameter.name, parameter.default, parameter.allowed)
        if fault:
            yield None, f"the default is out of range: {fault}"


def _cells(notebook: NotebookNode) -> Iterator[Fault]:
    asserts = 0
    for place, cell in enumerate(notebook.cells):
        if FILL_IN in cell.source:
            yield place, f"{FILL_IN} is left"
        if cell.cell_type != "code":
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if not lines:
            yield place, "an empty code cell"
            continue
        if len(lines) > MAX_CELL_LINES:
            yield place, f"{len(lines)} lines of code; at most {MAX_CELL_LINES}"
        for pattern, what in FORBIDDEN.items():
            if re.search(pattern, cell.source):
                yield place, what
        try:
            asserts += sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))
        except SyntaxError as error:
            yield place, f"does not parse: {error.msg}, line {error.lineno}"
    if asserts < LEAST_ASSERTS:
        yield None, f"{asserts} asserts; at least {LEAST_ASSERTS}"


def _outputs(notebook: NotebookNode) -> Iterator[Fault]:
    pictures = 0
    for place, cell in _code(notebook):
        if cell.execution_count is None:
            yield place, "committed without having been run"
        shows = re.search(r"\bprint\(|plots\.show\(|explore\(|\.show\(\)", cell.source)
        inside = re.search(r"^\s+.*(print\(|\.show\()|^\s*(def|class) ", cell.source, re.M)
        if shows and not inside and not cell.outputs:
            yield place, "the output is missing"
        for output in cell.outputs:
            if output.output_type == "error":
                yield place, f"an error output is committed: {output.ename}"
            if output.get("name") == "stderr":
                yield place, "output on stderr"
            data = output.get("data", {})
            pictures += "image/png" in data
            text = "".join([output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")])
            if LOCAL_PATH.search(text):
                yield place, "a machine's path in the output"
            if ADDRESS.search(text):
                yield place, "an address in memory in the output; it differs at every run"
    if pictures < LEAST_PICTURES:
        yield None, f"{pictures} pictures; at least {LEAST_PICTURES}"


def _prose(notebook: NotebookNode) -> Iterator[Fault]:
    prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    if len(prose.split()) < LEAST_PROSE_WORDS:
        yield None, f"{len(prose.split())} words of prose; at least {LEAST_PROSE_WORDS}"
    if "$" not in prose:
        yield None, "no equation"
    if not any("explore(" in cell.source for _, cell in _code(notebook)):
        yield None, "no interactive control (helpers.controls.explore)"


def _claims(notebook: NotebookNode) -> Iterator[Fault]:
    claims = claims_in(notebook)
    if len(claims) < 3:
        yield None, f"{len(claims)} claims in the ledger; at least 3"
    for claim in claims:
        if claim["here"]["value"] is None:
            yield None, f"claim {claim['name']!r}: no measured value"
        if claim["expected"] and not claim["holds"]:
            yield None, f"claim {claim['name']!r}: expected, and does not hold"
    if claims and not any(claim["expected"] and claim["holds"] for claim in claims):
        yield None, "no claim of the paper holds here"


def _exercises(notebook: NotebookNode) -> Iterator[Fault]:
    places = {tag: [(p, c) for p, c in _code(notebook) if tag in _tags(c)] for tag in ("check", "exercise", "solution")}
    proofs = [cell for _, cell in places["solution"] if ".prove(" in cell.source]
    for tag, count in (
        ("check", len(places["check"])),
        ("exercise", len(places["exercise"])),
        ("solution", len(proofs)),
    ):
        if count != EXERCISES:
            what = " that prove their check" if tag == "solution" else ""
            yield None, f"{count} code cells tagged `{tag}`{what}; {EXERCISES} are needed"
    for place, cell in places["exercise"]:
        if "not yet." not in str(cell.outputs):
            yield place, "the committed stub must be told `not yet`"


def _form(path: Path) -> Iterator[Fault]:
    raw = path.read_text(encoding="utf-8")
    if len(raw.encode()) > MAX_BYTES:
        yield None, f"{len(raw.encode()) // 1000} kB; at most {MAX_BYTES // 1000}"
    if nbformat.writes(notebooks.normalise(notebooks.read(path))) != raw:
        yield None, "not in normal form; run `make fix`"


def faults(path: Path) -> list[str]:
    """What is wrong with one paper notebook: `notebook: cell N: fault`, one line each.

    An empty list when the notebook keeps the contract. Cells are counted from 0, all kinds together.
    """
    try:
        notebook = notebooks.read(path)
    except NotebookFault as fault:
        return [str(fault)]
    found = [
        *_about(notebook, path),
        *_order(notebook),
        *_parameters(path),
        *_cells(notebook),
        *_outputs(notebook),
        *_prose(notebook),
        *_claims(notebook),
        *_exercises(notebook),
        *_form(path),
    ]
    return [f"{path.stem}: " + (f"cell {place}: " if place is not None else "") + words for place, words in found]


def repetitions(paths: Sequence[Path]) -> list[str]:
    """Runs of six code lines that stand in three notebooks or more, and so belong in helpers."""
    where: dict[tuple[str, ...], set[str]] = collections.defaultdict(set)
    for path in paths:
        for _, cell in _code(notebooks.read(path)):
            if _tags(cell) & {"parameters", "setup"}:
                continue
            lines = [" ".join(line.split()) for line in cell.source.splitlines()]
            lines = [line for line in lines if len(line) > 3 and not line.startswith(("#", "import ", "from "))]
            for start in range(len(lines) - REPEATED_LINES + 1):
                where[tuple(lines[start : start + REPEATED_LINES])].add(path.stem)
    rows = {tuple(sorted(stems)): run[0] for run, stems in where.items() if len(stems) >= REPEATED_PLACES}
    return [
        f"{', '.join(stems)}: {REPEATED_LINES} lines from {line!r} belong in helpers" for stems, line in rows.items()
    ]
