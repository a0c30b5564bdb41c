"""One run: papermill executes the notebook in a kernel of its own, and whatever happens becomes an outcome."""

import contextlib
import contextvars
import math
import os
import platform
import re
import signal
import subprocess
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from helpers import notebooks
from helpers.batch.checkout import Checkout
from helpers.batch.plan import Run
from helpers.claims import claims_in
from helpers.notebooks import KERNEL_ENVIRONMENT, KERNELSPEC, QUIET, ROOT, Cost, kernel_cost

DONE, RAISED, TIMED_OUT, KERNEL_DIED, WORKER_LOST, FAILED = (
    "done", "raised", "timed out", "kernel died", "worker lost", "failed",
)  # fmt: skip
DEFAULT_TIMEOUT = 900.0
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
PACKAGES = ("ipykernel", "matplotlib", "networkx", "numpy", "papermill", "scikit-learn", "scipy", "torch")

# Kernels that run for each batch in this process, so that an interrupted batch can end them.
_kernels: dict[str, set[int]] = {}
_stopped: set[str] = set()


@dataclass(frozen=True)
class Outcome:
    """What came of a run. `status` is one of the six words above; a failing claim is `done`.

    `error` is one line, `notebook` the executed notebook as JSON text, whole or up to where it stopped.
    """

    status: str
    error: str = ""
    traceback: str = ""
    claims: list[dict[str, Any]] = field(default_factory=list)
    cost: Cost | None = None
    started: str = ""
    environment: dict[str, Any] = field(default_factory=dict)
    notebook: str = ""

    def record(self) -> dict[str, Any]:
        """Everything but the notebook, as JSON can hold it."""
        record = asdict(self)
        del record["notebook"]
        return record


@cache
def environment() -> dict[str, Any]:
    """This machine's Python, packages and processor."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = re.findall(r"^model name\s*: (.+)$", cpuinfo.read_text(encoding="utf-8"), re.M)
        processor = models[0] if models else processor
    versions = {name: metadata.version(name) for name in PACKAGES}
    system = f"{platform.system()} {platform.release()}"
    return {"python": platform.python_version(), "system": system, "processor": processor, "packages": versions}


def stop_kernels(batch: str) -> None:
    """End all kernels of a batch in this process at once, and let no further one start."""
    _stopped.add(batch)
    for pid in _kernels.get(batch, set()).copy():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class _Seen:
    """What is known of a run while it goes on: kept outside the client, because it may stop anywhere."""

    def __init__(self) -> None:
        self.notebook: Any = None
        self.cost: Cost | None = None
        self.exit_code: int | None = None
        self.late = False


def _engine(folder: Path, timeout: float, batch: str, on_cell: Callable[[], None], seen: _Seen) -> type:
    """A papermill engine with a time limit for the whole notebook, which reports every finished cell.

    It starts the kernel in `folder` itself: papermill's own way changes the folder of the whole process,
    which notebooks running side by side would change under one another.
    """
    from nbclient.exceptions import CellTimeoutError
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine

    began = time.monotonic()

    class Client(PapermillNotebookClient):
        def execute_cell(self, *args: Any, **kwargs: Any) -> Any:
            left = began + timeout - time.monotonic()
            if left <= 0:
                seen.late = True
                raise CellTimeoutError("the time limit of the notebook has passed")
            self.timeout = math.ceil(left)
            try:
                return super().execute_cell(*args, **kwargs)
            except CellTimeoutError:
                seen.late = time.monotonic() >= began + timeout
                raise
            finally:
                self.note_cost()
                on_cell()

        def note_cost(self) -> None:
            import psutil

            with contextlib.suppress(psutil.Error, OSError, StopIteration):  # the kernel may have died
                seen.cost = Cost(*kernel_cost(self.km.provisioner.pid), time.monotonic() - began)

        def papermill_execute_cells(self) -> None:
            pids, pid = _kernels.setdefault(batch, set()), self.km.provisioner.pid
            pids.add(pid)
            try:
                if batch in _stopped:
                    raise RuntimeError("the batch was stopped")
                super().papermill_execute_cells()
            finally:
                process = self.km.provisioner.process
                seen.exit_code = process.poll() if process else None
                pids.discard(pid)

    class Engine(NBClientEngine):
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
            seen.notebook = nb_man.nb
            client = Client(
                nb_man,
                kernel_name=kernel_name,
                extra_arguments=QUIET,
                resources={"metadata": {"path": str(folder)}},
                iopub_timeout=60,  # a busy machine may be late with outputs
                shutdown_kernel="immediate",  # its results are here; a graceful end takes a second of a core
                coalesce_streams=True,
                record_timing=False,
            )
            # The helpers of this checkout, whatever else is installed: the result stands under their digest.
            path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
            environ = {**os.environ, **KERNEL_ENVIRONMENT, "PYTHONPATH": path}
            # Its own streams carry what its children write and complaints when it is ended; cells have theirs.
            client.execute(env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return Engine


def _with_papermill(run: Run, timeout: float, batch: str, on_cell: Callable[[], None], seen: _Seen) -> None:
    import papermill
    from papermill.engines import papermill_engines

    name = f"miniatures-{uuid.uuid4()}"
    papermill_engines.register(name, _engine(run.paper.path.parent, timeout, batch, on_cell, seen))
    try:
        # In a context of its own: Jupyter keeps its event loop in a context variable, which threads would share.
        contextvars.Context().run(
            papermill.execute_notebook,
            notebooks.read(run.paper.path),
            None,
            parameters=run.changed,
            engine_name=name,
            kernel_name=KERNELSPEC["name"],
            progress_bar=False,
        )
    finally:
        papermill_engines._engines.pop(name, None)


def _died(exit_code: int | None) -> str:
    if exit_code is None or exit_code == 0:
        return "the kernel died"
    if exit_code > 0:
        return f"the kernel ended itself with exit code {exit_code}"
    known = {number.value: number.name for number in signal.Signals}
    name = known.get(-exit_code, f"signal {-exit_code}")
    return f"the kernel was ended by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")


def _judge(problem: Exception, timeout: float, seen: _Seen) -> tuple[str, str, str]:
    """Status, one line and the traceback of what stopped a run."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(problem, PapermillExecutionError):
        if problem.ename == "ClaimsFailed":
            return DONE, "", ""
        words = str(problem.evalue).strip().splitlines()
        line = f"{problem.ename}: {words[-1]}" if words else problem.ename
        return RAISED, line, ESCAPE.sub("", "\n".join(problem.traceback))
    if isinstance(problem, CellTimeoutError) and seen.late:
        return TIMED_OUT, f"not done within {timeout:g} s", str(problem)
    if isinstance(problem, DeadKernelError) or "Kernel died" in str(problem):
        return KERNEL_DIED, _died(seen.exit_code), ""
    words = str(problem).strip().splitlines()
    line = f"{type(problem).__name__}: {words[0]}" if words else type(problem).__name__
    return FAILED, line, "".join(traceback.format_exception(problem))


def _check_checkout(run: Run) -> None:
    if Checkout().digest(run.paper.path) != run.checkout:
        raise RuntimeError("the notebook, its helpers or its data are not those of the plan")


def execute(
    run: Run, *, timeout: float = DEFAULT_TIMEOUT, batch: str = "", on_cell: Callable[[], None] = lambda: None
) -> Outcome:
    """Execute one notebook from a fresh kernel in its own folder; never raises for what the notebook does.

    `timeout` is in seconds for the whole notebook, `on_cell` is called after every cell. A notebook, helper or data
    file that is not what the plan saw, before or after, is a failure: its result would stand under a wrong name.
    """
    import nbformat

    started = datetime.now(UTC).isoformat(timespec="seconds")
    seen = _Seen()
    status, error, trace = DONE, "", ""
    try:
        if batch in _stopped:
            raise RuntimeError("the batch was stopped")
        _check_checkout(run)
        _with_papermill(run, timeout, batch, on_cell, seen)
        _check_checkout(run)
        if any(cell.cell_type == "code" and cell.source and not cell.execution_count for cell in seen.notebook.cells):
            status, error = RAISED, "SystemExit: it ended before its last cell"
    except Exception as problem:  # papermill, nbclient and the kernel each raise kinds of their own
        status, error, trace = _judge(problem, timeout, seen)
    claims, text = [], ""
    if seen.notebook is not None:
        claims, text = claims_in(seen.notebook), nbformat.writes(seen.notebook)
    return Outcome(status, error, trace, claims, seen.cost, started, environment(), text)
