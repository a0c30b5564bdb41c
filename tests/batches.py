"""The `miniatures` command as a process of its own over a tiny collection, for tests that kill it.

Run as a script, `python -m tests.batches ARGUMENTS...`; workers of a cluster preload it. The collection is the
folder that the environment variable MINIATURES_TEST_NOTEBOOKS names.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from helpers import catalogue, cli
from helpers.notebooks import ROOT

NOTEBOOKS = "MINIATURES_TEST_NOTEBOOKS"

if NOTEBOOKS in os.environ:
    catalogue.NOTEBOOKS = Path(os.environ[NOTEBOOKS])


def environment(folder: Path) -> dict[str, str]:
    """For a process that shall see the collection at `folder / notebooks`."""
    return {**os.environ, NOTEBOOKS: str(folder / "notebooks"), "PYTHONPATH": str(ROOT)}


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """Start `miniatures ARGUMENTS` in `folder`, with its streams in pipes."""
    command = [sys.executable, "-m", "tests.batches", *arguments]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run `miniatures ARGUMENTS` in `folder` to its end."""
    process = start(folder, *arguments)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def until(condition: Callable[[], object], seconds: float = 90) -> object:
    """Wait for a condition and return its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.05)
    return value


def kernels(process: subprocess.Popen) -> list[psutil.Process]:
    """The kernels that a process has started."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
        return [child for child in children if "ipykernel_launcher" in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def results(folder: Path) -> dict[str, float]:
    """The results that are there, by name, with the time at which each record was written.

    A folder whose name begins with a dot is set aside: it is no result yet, and may be renamed at any moment.
    """
    records = (folder / "results").glob("*/[!.]*/result.json")
    return {path.parent.name: path.stat().st_mtime for path in records}


def leftovers(folder: Path) -> list[Path]:
    """What no finished batch may leave: anything below the results that is set aside."""
    return [path for path in (folder / "results").rglob(".*") if path.name != ".lock"]


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and workers as processes of their own on loopback; yields its address and these processes."""
    environ, quiet = environment(folder), {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    address_file = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    dashboard = ["--dashboard-address", "127.0.0.1:0"]
    scheduling = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(address_file)]
    processes = [subprocess.Popen([*scheduling, *dashboard], env=environ, **quiet)]
    try:
        address = until(lambda: address_file.exists() and json.loads(address_file.read_text() or "{}").get("address"))
        working = [*dask, "worker", "--scheduler-file", str(address_file), "--host", "127.0.0.1", "--nthreads", "1"]
        working += [*dashboard, "--preload", "tests.batches", "--local-directory", str(folder / "scratch")]
        processes += [subprocess.Popen(working, env=environ, **quiet) for _ in range(workers)]
        yield address, processes
    finally:
        for process in processes:
            kill(process)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listening(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kill(process: subprocess.Popen) -> None:
    """End a process and all that it started."""
    for child in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []:
        child.kill()
    process.kill()
    process.wait()


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of some processes have ended."""

    def ended(process: psutil.Process) -> bool:
        try:
            return process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return all(map(ended, processes))


def interrupt(process: subprocess.Popen) -> None:
    """What Ctrl-C in a terminal does."""
    process.send_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(cli.main(sys.argv[1:]))
