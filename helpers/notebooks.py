"""Notebook files: read, run as a reader would, and write in one normal form."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from helpers.session import THREAD_VARIABLES

if TYPE_CHECKING:  # where JupyterLab is installed this import takes more than a second
    from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
CELL_TIMEOUT = 120
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KERNEL_ENVIRONMENT = {**dict.fromkeys(THREAD_VARIABLES, "1"), "OMP_WAIT_POLICY": "PASSIVE"}
QUIET = ["--IPKernelApp.log_level=40"]  # no note on every start that the kernel listens on loopback unencrypted
HIDDEN_TAGS = {"solution", "check"}


class NotebookFault(ValueError):
    """A notebook file is not what it must be; the message is one line that names the file."""


@dataclass(frozen=True)
class Cost:
    """What running a notebook cost: CPU seconds and peak resident memory of its kernel, wall seconds."""

    cpu_seconds: float
    peak_mb: float
    wall_seconds: float


def read(path: Path) -> "NotebookNode":
    """Read a notebook.

    Raises NotebookFault when the file is missing or is not a notebook.
    """
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise NotebookFault(f"{path}: there is no such notebook") from None
    except Exception as error:  # nbformat raises many kinds for many kinds of damage
        raise NotebookFault(f"{path}: not a notebook ({type(error).__name__})") from None


def normalise(notebook: "NotebookNode") -> "NotebookNode":
    """Bring a notebook into the one form in which it is committed, in place.

    What depends on the machine or the moment goes: timings, kernel versions, widget state, execution
    counts other than 1, 2, 3. Cell metadata keep tags and hidden sources; solutions are folded.
    """
    import nbformat

    about = notebook.metadata.get("miniature")
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    if about:
        notebook.metadata["miniature"] = about
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    count = 0
    for cell in notebook.cells:
        tags = sorted(cell.metadata.get("tags", []))
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if HIDDEN_TAGS & set(tags):
            cell.metadata["jupyter"] = {"source_hidden": True}
        cell.source = cell.source.rstrip()
        if cell.cell_type != "code":
            cell.pop("attachments", None)
            continue
        if cell.execution_count is not None:
            count += 1
            cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output["execution_count"] = cell.execution_count
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return notebook


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file, written aside, that takes the place of `path` only when everything was written."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("w", encoding="utf-8", newline="") as file:
            yield file
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write(notebook: "NotebookNode", path: Path) -> None:
    """Write a notebook whole or not at all."""
    import nbformat

    with whole_file(path) as file:
        file.write(nbformat.writes(notebook))


def kernel_cost(pid: int) -> tuple[float, float]:
    """CPU seconds and peak resident megabytes of a running process (its present memory where the peak is not told)."""
    import psutil

    process = psutil.Process(pid)
    times = process.cpu_times()
    memory = process.memory_info()
    peak = getattr(memory, "peak_wset", memory.rss)
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        peak = next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return times.user + times.system, peak / 2**20


def execute(path: Path) -> "tuple[NotebookNode, Cost]":
    """Run a notebook from a fresh kernel in its own folder; returns it in normal form, with what it cost.

    Raises nbclient's CellExecutionError with the traceback when a cell raises.
    """
    from nbclient import NotebookClient

    notebook = read(path)
    os.environ.update(KERNEL_ENVIRONMENT)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name=KERNELSPEC["name"],
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=QUIET,
        coalesce_streams=True,
        record_timing=False,
    )
    began = time.monotonic()
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        cpu, peak = kernel_cost(client.km.provisioner.pid)
    return normalise(notebook), Cost(cpu, peak, time.monotonic() - began)
