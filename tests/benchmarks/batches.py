"""Speed of batches: cores kept busy, against a shell loop, resuming, and how plans of growing size scale."""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from helpers import catalogue
from helpers.batch import plan
from helpers.batch.execution import DONE, Outcome
from helpers.batch.store import Store
from helpers.notebooks import KERNEL_ENVIRONMENT, Cost
from tests import batches, tiny

BUSY_SECONDS = 10
BUSY = f"import time\nend = time.process_time() + {BUSY_SECONDS}\nwhile time.process_time() < end:\n    pass"
SIZES = (1_000, 10_000, 100_000)
SCALE = """
import resource, sys, time
from pathlib import Path
from helpers import catalogue
from helpers.batch import plan, report
from helpers.batch.store import Store
from tests import batches
began = time.process_time()
runs = plan.make(catalogue.find(["s4"]), {"seed": range(int(sys.argv[1]))})
planned = time.process_time()
finished = len(Store(Path("results")).finished(runs))
known = time.process_time()
report.write(Path("results"))
ended = time.process_time()
assert finished == len(runs)
print(planned - began, known - planned, ended - known, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def timed(folder: Path, *arguments: str) -> float:
    """Wall seconds of `miniatures ARGUMENTS`."""
    began = time.monotonic()
    done = batches.run(folder, *arguments)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def busy(folder: Path) -> None:
    """CPU seconds of the kernels over wall seconds times workers, for 24 runs of about ten seconds on two."""
    wall = timed(folder, "run", "s4", "--seeds", "0-23", "--workers", "2", "--output", "busy")
    records = [json.loads(path.read_text()) for path in (folder / "busy").glob("*/*/result.json")]
    cpu = sum(record["cost"]["cpu_seconds"] for record in records)
    running = sum(record["cost"]["wall_seconds"] for record in records)
    print(f"{len(records)} runs, two workers: {cpu:.0f} CPU s in {wall:.0f} s: cores busy {cpu / (2 * wall):.2f}")
    print(f"  while a notebook ran, its kernel had a core {cpu / running:.2f} of the time (1 on a quiet machine)")


def against_a_shell_loop(folder: Path) -> None:
    """The same 12 runs by a loop over the `papermill` command, one after another."""
    notebook = folder / "notebooks" / "state_spaces" / "02_s4.ipynb"
    (folder / "looped").mkdir()
    began = time.monotonic()
    for seed in range(12):
        command = ["papermill", "--no-progress-bar", "-p", "seed", str(seed), notebook, folder / f"looped/{seed}.ipynb"]
        environ = {**batches.environment(folder), **KERNEL_ENVIRONMENT}
        subprocess.run([sys.executable, "-m", *command], env=environ, capture_output=True, check=True)
    loop = time.monotonic() - began
    wall = timed(folder, "run", "s4", "--seeds", "0-11", "--workers", "2", "--output", "against")
    print(f"12 runs: shell loop {loop:.0f} s, batch on two workers {wall:.0f} s: {loop / wall:.2f} times faster")


def stored(folder: Path, count: int) -> None:
    """Results of `count` finished runs, as a batch would have left them."""
    claims = [
        {
            "name": f"claim {number}",
            "says": "what the paper says",
            "there": "2 times",
            "here": {"value": math.sin(number), "low": -1.0, "high": 1.0, "n": 4, "unit": "times"},
            "criterion": "at least 0, value",
            "bounds": [0.0, None],
            "holds": math.sin(number) >= 0,
            "expected": True,
            "reason": "",
        }
        for number in range(5)
    ]
    outcome = Outcome(DONE, claims=claims, cost=Cost(30.0, 600.0, 40.0), notebook="{}")
    fsync, os.fsync = os.fsync, lambda _: None  # a hundred thousand waits for the disk say nothing here
    try:
        with Store(folder / "results") as store:
            for run in plan.make(catalogue.find(["s4"]), {"seed": range(count)}):
                store.put(run, outcome)
    finally:
        os.fsync = fsync


def resuming(folder: Path) -> None:
    """A batch of a thousand runs that are all finished, as the whole command."""
    stored(folder, 1000)
    times = [timed(folder, "run", "s4", "--seeds", "0-999", "--workers", "2") for _ in range(3)]
    print(f"1,000 finished runs recognised and summed up in {min(times):.2f} s (least of three)")
    shutil.rmtree(folder / "results")


def scaling(folder: Path) -> None:
    """Planning, recognising what is finished, and the report, over the number of runs."""
    rows = []
    print(f"{'runs':>8s} {'plan s':>8s} {'resume s':>9s} {'report s':>9s} {'peak MB':>8s}")
    for size in SIZES:
        stored(folder, size)
        done = subprocess.run(
            [sys.executable, "-c", SCALE, str(size)],
            cwd=folder,
            env=batches.environment(folder),
            capture_output=True,
            text=True,
            check=True,
        )
        rows.append([float(word) for word in done.stdout.split()])
        print(f"{size:8d} {rows[-1][0]:8.2f} {rows[-1][1]:9.2f} {rows[-1][2]:9.2f} {rows[-1][3]:8.0f}")
        shutil.rmtree(folder / "results")
    table, sizes = np.array(rows), np.array(SIZES)
    more = np.diff(table, axis=0) / np.diff(sizes)[:, None]  # cost of a further run, free of what every start costs
    print(f"ms for a further run: {', '.join(f'{1e3 * cost:.3f}' for cost in more[:, :3].sum(axis=1))}")
    print(f"kB for a further run: {', '.join(f'{1024 * cost:.2f}' for cost in more[:, 3])} (level where linear)")


def main() -> None:
    """Print all of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        catalogue.NOTEBOOKS = folder / "notebooks"
        tiny.write(folder / "notebooks", text=BUSY)
        resuming(folder)
        scaling(folder)
        busy(folder)
        against_a_shell_loop(folder)
