"""`miniatures run` and `miniatures report`: from the words of the command line to tables and files."""

import argparse
import ast
import contextlib
import importlib.util
import math
import os
import re
import shlex
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from helpers import catalogue, notebooks
from helpers.batch import plan, summary
from helpers.batch.execution import DONE
from helpers.batch.plan import BadPlan, Run
from helpers.batch.store import Store, StoreFault
from helpers.catalogue import Miniature
from helpers.data import files

INTERRUPTED = 130
STOP_SECONDS = 4


def seeds(text: str) -> list[int]:
    """The seeds that words such as `0-9` or `0,3,10-19` name.

    Raises BadPlan for anything else.
    """
    chosen: list[int] = []
    for part in text.split(","):
        ends = re.fullmatch(r"(\d{1,10})(?:-(\d{1,10}))?", part.strip())
        if not ends:
            raise BadPlan(f"--seeds {text!r}: allowed are numbers and ranges such as 0-9 or 0,3,10-19")
        first, last = int(ends[1]), int(ends[2] or ends[1])
        if last < first or last - first >= plan.MOST_RUNS:
            raise BadPlan(f"--seeds {text!r}: {part} is not a range of 1 to {plan.MOST_RUNS} seeds")
        chosen += range(first, last + 1)
    return list(dict.fromkeys(chosen))


def _value(text: str) -> Any:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, bool | int | float | str) else text


def grid(assignments: Sequence[str], seed_words: str | None) -> dict[str, list[Any]]:
    """The values of each parameter, from words such as `dim=64,256` and those of --seeds.

    Raises BadPlan for words of another form or a parameter that is given twice.
    """
    values: dict[str, list[Any]] = {} if seed_words is None else {"seed": seeds(seed_words)}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.isidentifier():
            raise BadPlan(f"-p {assignment!r}: allowed is name=value or name=value,value")
        if name in values:
            raise BadPlan(f"-p {assignment!r}: {name} is given twice")
        values[name] = list(dict.fromkeys(_value(part.strip()) for part in text.split(",") if part.strip()))
    return values


def papers(options: argparse.Namespace) -> list[Miniature]:
    """The papers that the command line names, by slug, number or track, or all of them.

    Raises UnknownPaper or BadPlan, in one line, for a name that there is not.
    """
    for track in options.track:
        if track not in catalogue.TRACKS:
            raise BadPlan(f"--track {track!r}: no such track; {catalogue.nearest(track, catalogue.TRACKS)}")
    chosen = catalogue.find(options.papers) if options.papers else []
    if options.all:
        return catalogue.find([])
    chosen += [paper for paper in catalogue.miniatures() if paper.track in options.track] if options.track else []
    if not chosen:
        raise BadPlan("the plan is empty: name papers, a --track that has notebooks, or --all")
    return list(dict.fromkeys(chosen))


class Progress:
    """A bar over the cells of all runs: done, running, failed, claims held so far, time left."""

    def __init__(self, runs: Sequence[Run]) -> None:
        from tqdm import tqdm

        counts = {paper: len(notebooks.read(paper.path).cells) for paper in {run.paper for run in runs}}
        # papermill adds a cell for changed parameters
        self.left = {run.digest: counts[run.paper] + bool(run.changed) for run in runs}
        self.runs = len(runs)
        self.running: set[str] = set()
        self._lock = threading.Lock()
        self.done = self.failed = self.held = self.claims = 0
        self.bar = tqdm(total=sum(self.left.values()), unit="cell", file=sys.stderr, mininterval=0.3)
        self._show()

    def _show(self) -> None:
        self.bar.set_description_str(
            f"{self.done} of {self.runs} done, {len(self.running)} running, {self.failed} failed, "
            f"{self.held} of {self.claims} claims held"
        )

    def event(self, event: Any) -> None:
        """Take what a worker tells."""
        with self._lock:  # events come from a thread of their own
            left = self.left.get(event.digest, 0)
            if event.started and left:
                self.running.add(event.digest)
                self._show()
            if event.cells and left:
                self.left[event.digest] = left - min(event.cells, left)
                self.bar.update(min(event.cells, left))

    def finished(self, run: Run, outcome: Any) -> None:
        """Take a run that ended."""
        with self._lock:
            self.running.discard(run.digest)
            self.bar.update(self.left.pop(run.digest, 0))
            self.done += outcome.status == DONE
            self.failed += outcome.status != DONE
            claims = outcome.claims if outcome.status == DONE else []
            self.claims += len(claims)
            self.held += sum(bool(claim["holds"]) for claim in claims)
            self._show()


class _Interrupt:
    """What Ctrl-C and SIGTERM do: stop, say how to go on, and leave within some seconds whatever hangs."""

    def __init__(self, folder: Path, runs: int, kept: int, forced: bool) -> None:
        self.folder, self.runs, self.kept, self.forced, self.said = folder, runs, kept, forced, False
        self.keeping = self.waits = False
        self.timer = threading.Timer(STOP_SECONDS, self.leave)
        self.timer.daemon = True

    def __call__(self, signum: int, frame: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        self.timer.start()
        self.waits = self.keeping
        if not self.waits:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def later(self) -> Iterator[None]:
        """Let what stands inside come to its end before an interrupt takes effect."""
        self.keeping = True
        try:
            yield
        finally:
            self.keeping = False
        if self.waits:
            raise KeyboardInterrupt

    def say(self, reason: str = "Stopped") -> None:
        """Say once what is kept."""
        if not self.said:
            self.said = True
            kept = f"{self.kept} of {self.runs} runs are kept in {os.path.relpath(self.folder)}"
            words = f"{kept}; the same command goes on."
            if self.forced:
                words = f"{self.kept} of {self.runs} runs were run again; what was there before is kept for the others."
            print(f"\n{reason}. {words}", file=sys.stderr)

    def leave(self) -> None:
        self.say()
        os._exit(INTERRUPTED)


@contextlib.contextmanager
def _handling(interrupt: _Interrupt) -> Iterator[None]:
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        interrupt.timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _execute(store: Store, cluster: Any, runs: Sequence[Run], timeout: float, interrupt: _Interrupt) -> None:
    """Execute runs with a bar that shows how far they are; each outcome is kept as it comes."""
    progress = Progress(runs)
    with progress.bar, contextlib.closing(cluster.execute(runs, timeout=timeout, on_event=progress.event)) as outcomes:
        for run, outcome in outcomes:
            with interrupt.later():  # else a result could be kept and not be counted
                store.put(run, outcome)
                interrupt.kept += outcome.status == DONE
            progress.finished(run, outcome)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _show_plan(runs: Sequence[Run], left: Sequence[Run], slots: int) -> None:
    for name, number in Counter(run.paper.slug for run in runs).items():
        print(f"  {name}: {_count(number, 'run')}", file=sys.stderr)
    kept = f", {len(runs) - len(left)} finished already" if len(left) < len(runs) else ""
    todo = f"{len(left)} to do on {_count(slots, 'worker')}, about {plan.minutes(left, slots):.1f} minutes"
    print(f"{_count(len(runs), 'run')}{kept}; {todo if left else 'nothing to do'}.", file=sys.stderr)


def _show_results(store: Store, runs: Sequence[Run]) -> int:
    gathered = summary.Summary()
    for run in runs:
        record = store.get(run)
        if record:
            gathered.add(record, run.name)
    print(gathered.claims_table(), gathered.costs_table(), sep="\n\n", end="\n\n")
    stops = [(group.title, stopped) for group in gathered.groups for stopped in group.stopped]
    for title, stopped in stops:
        print(f"{title}, seed {stopped.seed}: {stopped.status}: {stopped.error}")
    where = os.path.relpath(store.folder)
    print(f"Results: {where}. A page with all of them: {shlex.join(['miniatures', 'report', where])}")
    return 1 if stops else 0


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check(options: argparse.Namespace) -> None:
    if options.workers is not None and options.workers < 1:
        raise BadPlan(f"--workers {options.workers}: allowed is an integer from 1 up")
    if options.workers is not None and options.scheduler:
        raise BadPlan("--workers with --scheduler: a cluster has the workers that it has; leave --workers out")
    if not 0 < options.timeout < math.inf:
        raise BadPlan(f"--timeout {options.timeout:g}: allowed is a number of seconds above 0")
    if options.dry_run and options.scheduler:
        raise BadPlan("--dry-run with --scheduler: a dry run does not ask the cluster; leave one out")
    missing = [name for name in ("distributed", "papermill") if importlib.util.find_spec(name) is None]
    if missing:
        raise BadPlan(f"{missing[0]} is not installed; batches need: pip install -e '.[batch]'")


def run(options: argparse.Namespace) -> int:
    """Execute papers × seeds × settings, show progress, print the claims; what is finished is not run again."""
    _check(options)
    runs = plan.make(papers(options), grid(options.parameters, options.seeds))
    files.verify_all()
    if options.dry_run:
        finished = set() if options.force else Store(options.output).finished(runs)
        left = [run for run in runs if run.digest not in finished]
        slots = min(options.workers or _cores(), max(len(left), 1))
        _show_plan(runs, left, slots)
        return 0
    with Store(options.output) as store:
        finished = set() if options.force else store.finished(runs)
        left = [run for run in runs if run.digest not in finished]
        if left:
            status = _run(store, runs, left, options)
            if status:
                return status
        else:
            _show_plan(runs, left, 1)
        return _show_results(store, runs)


def _run(store: Store, runs: Sequence[Run], left: Sequence[Run], options: argparse.Namespace) -> int:
    """Execute what is left to do; 0 when every run came to an end, however it ended."""
    from helpers.batch.cluster import Cluster, ClusterFault

    interrupt = _Interrupt(store.folder, len(runs), len(runs) - len(left), options.force)
    local = min(options.workers or _cores(), len(left))
    with _handling(interrupt):
        try:
            with Cluster(local, options.scheduler) as cluster:
                if not cluster.slots():
                    print(f"The cluster at {options.scheduler} has no worker yet; waiting for one.", file=sys.stderr)
                    cluster.wait()
                _show_plan(runs, left, cluster.slots())
                try:
                    _execute(store, cluster, left, options.timeout, interrupt)
                except KeyboardInterrupt:
                    interrupt.say()  # before the cluster is closed, which may take its time
                    raise
                except (StoreFault, ClusterFault) as fault:
                    interrupt.say(f"miniatures: {fault}")
                    return 1
        except KeyboardInterrupt:
            interrupt.say()
            return INTERRUPTED
    return 0


def report(options: argparse.Namespace) -> int:
    """Write a page with all results of a batch, and the same as CSV and JSON."""
    from helpers.batch import report as pages

    page, gathered, outdated, unreadable = pages.write(options.results, earlier=options.earlier)
    print(gathered.claims_table(), gathered.costs_table(), sep="\n\n", end="\n\n")
    if outdated and not options.earlier:
        print(f"{outdated} results of earlier versions are left out; --earlier shows them too.")
    if unreadable:
        print(f"{unreadable} results could not be read.")
    print(f"Page: {os.path.relpath(page)}; tables beside it: claims and runs, each as .csv and .json.")
    return 0
