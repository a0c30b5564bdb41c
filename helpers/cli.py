"""The `miniatures` command."""

import argparse
import ast
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers import catalogue
from helpers.catalogue import Miniature, ParameterFault, UnknownPaper
from helpers.data import files
from helpers.data.files import DataFault
from helpers.notebooks import NotebookFault

USAGE_ERROR = 2


class BadInput(ValueError):
    """The command line asks for something that is not allowed; the message is one line."""


def _values(assignments: Sequence[str]) -> dict[str, Any]:
    values = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput(f"-p {assignment!r}: allowed is name=value")
        try:
            values[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            values[name] = text
    return values


def _claims_table(results: Sequence[Any]) -> str:
    from helpers.claims import decimal

    rows = []
    for result in results:
        for claim in result.claims:
            here = claim["here"]
            value = "not a number" if here["value"] is None else decimal(here["value"])
            verdict = ("holds" if claim["holds"] else "FAILS") if claim["expected"] else "not expected"
            rows.append((result.run.paper.slug, claim["name"], f"{value} {here['unit']}", claim["criterion"], verdict))
    heads = ("paper", "claim", "measured", "holds when", "verdict")
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [heads, *rows]]
    return "\n".join(line.rstrip() for line in lines)


def _cell_count(paper: Miniature) -> int:
    from helpers.notebooks import read

    return len(read(paper.path).cells)


def run(options: argparse.Namespace) -> int:
    """Execute notebooks, show progress, print the claims and where the results lie."""
    from tqdm import tqdm

    from helpers import batch

    if options.workers is not None and options.workers < 1:
        raise BadInput(f"--workers {options.workers}: allowed is an integer from 1 up")
    papers = catalogue.find(options.papers)
    runs = batch.plan(papers, _values(options.parameters), options.output)
    files.verify_all()
    workers = min(options.workers or os.cpu_count() or 1, len(runs))
    seconds = sum(paper.running_seconds for paper in papers)
    print(f"{len(runs)} notebooks on {workers} workers, about {seconds} CPU seconds in all.", file=sys.stderr)
    cells = sum(map(_cell_count, papers)) + len(runs) * bool(options.parameters)  # papermill adds a cell for these
    with tqdm(total=cells, unit="cell", desc=f"0 of {len(runs)} done") as bar:
        done = []

        def on_cell(slug: str) -> None:
            bar.set_postfix_str(slug, refresh=False)
            bar.update()

        def on_result(result: Any) -> None:
            done.append(result)
            bar.set_description_str(f"{len(done)} of {len(runs)} done")

        results = batch.execute_all(runs, workers, on_cell, on_result)
    print(_claims_table(results), end="\n\n")
    for result in results:
        cost = result.cost
        spent = f"{cost.cpu_seconds:.1f} CPU s, {cost.peak_mb:.0f} MB" if cost else "no cost known"
        state = f"stopped: {result.error}" if result.error else "done"
        print(f"{result.run.paper.slug}: {state}, {spent}, {os.path.relpath(result.run.target)}")
    return 1 if any(result.error for result in results) else 0


def list_papers(options: argparse.Namespace) -> int:
    """Print the papers that have a notebook."""
    for paper in catalogue.miniatures():
        print(f"{paper.number:02d}  {paper.slug:28s} {paper.track:18s} {paper.title}")
    return 0


def new(options: argparse.Namespace) -> int:
    """Write the skeleton of a notebook and say what must be filled in."""
    from helpers import contract, skeleton

    path = skeleton.write(options.number, options.slug)
    print(f"Written: {os.path.relpath(path)}. Fill in, then run `make fix`:")
    for fault in contract.faults(path):
        print(f"  {fault}")
    return 0


def check(options: argparse.Namespace) -> int:
    """Print what the notebooks lack, one line for each fault."""
    from helpers import contract

    paths = [paper.path for paper in catalogue.find(options.papers)] if options.papers else catalogue.notebook_paths()
    faults = [fault for path in paths for fault in contract.faults(path)]
    faults += contract.repetitions(catalogue.notebook_paths())
    print("\n".join(faults) or f"{len(paths)} notebooks, nothing to mend.")
    return 1 if faults else 0


def execute(options: argparse.Namespace) -> int:
    """Run notebooks in place, as they are committed, and note their running time."""
    from helpers import notebooks, pages

    paths = [paper.path for paper in catalogue.find(options.papers)]
    for path in [*paths, *([] if options.papers else [pages.START])]:
        notebook, cost = notebooks.execute(path)
        if "miniature" in notebook.metadata:
            pages.note_running_time(notebook, cost.cpu_seconds)
        notebooks.write(notebook, path)
        print(f"{path.stem}: {cost.cpu_seconds:.1f} CPU s, {cost.peak_mb:.0f} MB")
    return 0


def fix(options: argparse.Namespace) -> int:
    """Bring all notebooks into normal form and make the generated pages again."""
    from helpers import notebooks, pages

    changed = pages.generate()
    for path in [*catalogue.notebook_paths(), pages.START]:
        before = path.read_bytes()
        notebooks.write(notebooks.normalise(notebooks.read(path)), path)
        if path.read_bytes() != before:
            changed.append(path)
    for path in dict.fromkeys(changed):
        print(f"mended: {os.path.relpath(path)}")
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line of `miniatures`."""
    top = argparse.ArgumentParser(prog="miniatures", description="Paper Miniatures: run, check and add notebooks.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(function: Any, name: str = "") -> argparse.ArgumentParser:
        sub = commands.add_parser(name or function.__name__, help=function.__doc__, description=function.__doc__)
        sub.set_defaults(function=function)
        return sub

    running = command(run)
    running.add_argument("papers", nargs="*", metavar="PAPER", help="slug or number; all when none is named")
    running.add_argument("-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE")
    running.add_argument("--workers", type=int, help="notebooks at once (default: the cores)")
    running.add_argument("--output", type=Path, default=Path("results"), help="folder for executed notebooks")
    command(list_papers, "list")
    adding = command(new)
    adding.add_argument("number", metavar="NN", help="the paper's number in the plan")
    adding.add_argument("slug", help="the paper's slug in the plan")
    for function in (check, execute):
        sub = command(function)
        sub.add_argument("papers", nargs="*", metavar="PAPER", help="slug or number; all when none is named")
    command(fix)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; bad input is one line on stderr and exit status 2."""
    options = parser().parse_args(arguments)
    try:
        return options.function(options)
    except (BadInput, UnknownPaper, ParameterFault, NotebookFault, DataFault) as error:
        print(f"miniatures: {error}", file=sys.stderr)
        return USAGE_ERROR
    except OSError as error:
        print(f"miniatures: {error.filename or 'file'}: {error.strerror}", file=sys.stderr)
        return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
