"""The `miniatures` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers import catalogue
from helpers.batch import command as batches
from helpers.batch.cluster import ClusterFault
from helpers.batch.execution import DEFAULT_TIMEOUT
from helpers.batch.plan import BadPlan
from helpers.batch.store import StoreFault
from helpers.catalogue import ParameterFault, UnknownPaper
from helpers.data.files import DataFault
from helpers.notebooks import NotebookFault

USAGE_ERROR = 2
RESULTS = Path("results")


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


def _run_options(running: argparse.ArgumentParser) -> None:
    add = running.add_argument
    add("papers", nargs="*", metavar="PAPER", help="slug or number")
    add("--track", action="append", default=[], help="all papers of a track")
    add("--all", action="store_true", help="all papers")
    add("--seeds", metavar="0-9", help="one run for each of these seeds, such as 0-9 or 0,3,10-19")
    add("-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE[,VALUE…]", help="values to combine")
    add("--workers", type=int, help="notebooks at once (default: the cores)")
    add("--scheduler", metavar="tcp://HOST:PORT", help="a running Dask cluster instead of this machine")
    add("--timeout", type=float, default=DEFAULT_TIMEOUT, help="seconds for a notebook (default: %(default)g)")
    add("--output", type=Path, default=RESULTS, help="folder for results (default: %(default)s)")
    add("--dry-run", action="store_true", help="show the plan, run nothing")
    again = running.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="do not repeat what is finished (the default)")
    again.add_argument("--force", action="store_true", help="run again what is finished")


def parser() -> argparse.ArgumentParser:
    """The command line of `miniatures`."""
    top = argparse.ArgumentParser(prog="miniatures", description="Paper Miniatures: run, check and add notebooks.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(function: Any, name: str = "") -> argparse.ArgumentParser:
        sub = commands.add_parser(name or function.__name__, help=function.__doc__, description=function.__doc__)
        sub.set_defaults(function=function)
        return sub

    _run_options(command(batches.run))
    reporting = command(batches.report)
    reporting.add_argument("results", nargs="?", type=Path, default=RESULTS, help="folder that `run` wrote to")
    reporting.add_argument("--earlier", action="store_true", help="show results of earlier versions too")
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
    except (BadPlan, UnknownPaper, ParameterFault, NotebookFault, DataFault, StoreFault, ClusterFault) as error:
        print(f"miniatures: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return batches.INTERRUPTED
    except OSError as error:
        print(f"miniatures: {error.filename or type(error).__name__}: {error.strerror or error}", file=sys.stderr)
        return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
