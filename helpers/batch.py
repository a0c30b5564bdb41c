"""Run notebooks side by side: papermill for one notebook, Dask's scheduler for many."""

import contextlib
import contextvars
import os
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.catalogue import Miniature, check_values
from helpers.claims import CLAIMS_MIME
from helpers.notebooks import CELL_TIMEOUT, KERNEL_ENVIRONMENT, KERNELSPEC, QUIET, ROOT, Cost, kernel_cost

RESULTS = ROOT / "results"
PROGRESS_TOPIC = "cells"


@dataclass(frozen=True)
class Run:
    """One planned execution: a paper, parameter values that differ from the defaults, and where the result goes."""

    paper: Miniature
    values: dict[str, Any]
    target: Path


@dataclass(frozen=True)
class Result:
    """What came of a run: claims as the ledger recorded them, cost, and the error if the notebook stopped."""

    run: Run
    claims: list[dict[str, Any]] = field(default_factory=list)
    cost: Cost | None = None
    error: str = ""


def plan(papers: Sequence[Miniature], values: dict[str, Any], folder: Path = RESULTS) -> list[Run]:
    """One run for each paper with the same parameter values.

    Raises ParameterFault when a paper does not have a parameter or does not allow its value.
    """
    for paper in papers:
        check_values(paper, values)
    suffix = "".join(f"--{name}={value}" for name, value in sorted(values.items()))
    folder = folder.resolve()
    return [Run(paper, values, folder / f"{paper.path.stem}{suffix}.ipynb") for paper in papers]


def claims_in(notebook: Any) -> list[dict[str, Any]]:
    """The claims that an executed notebook (a NotebookNode) carries; an empty list when it has none."""
    for cell in reversed(notebook.cells):
        for output in cell.get("outputs", []):
            record = output.get("data", {}).get(CLAIMS_MIME)
            if record:
                return record["claims"]
    return []


def _engine(folder: Path, on_cell: Callable[[], None], costs: list[Cost]) -> type:
    """A papermill engine that reports every finished cell and, at the end, what the kernel cost.

    It starts the kernel in `folder` itself: papermill's own way changes the folder of the whole process,
    which notebooks running side by side would change under one another.
    """
    import time

    import psutil
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine

    class Client(PapermillNotebookClient):
        def execute_cell(self, *args: Any, **kwargs: Any) -> Any:
            try:
                return super().execute_cell(*args, **kwargs)
            finally:
                on_cell()

        def papermill_execute_cells(self) -> None:
            began = time.monotonic()
            try:
                super().papermill_execute_cells()
            finally:
                with contextlib.suppress(psutil.NoSuchProcess):  # the kernel may have died
                    costs.append(Cost(*kernel_cost(self.km.provisioner.pid), time.monotonic() - began))

    class Engine(NBClientEngine):
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
            options = {key: options[key] for key in ("coalesce_streams", "record_timing")}
            Client(
                nb_man,
                kernel_name=kernel_name,
                timeout=CELL_TIMEOUT,
                extra_arguments=QUIET,
                resources={"metadata": {"path": str(folder)}},
                **options,
            ).execute()

    return Engine


def execute(run: Run, on_cell: Callable[[], None] = lambda: None) -> Result:
    """Execute one notebook with papermill; its result lands whole (written aside, then renamed).

    A notebook that stops with an error is recorded with it, not raised; a claim that fails is a result.
    """
    import nbformat
    import papermill
    from papermill.engines import papermill_engines

    os.environ.update(KERNEL_ENVIRONMENT)
    run.target.parent.mkdir(parents=True, exist_ok=True)
    aside = run.target.with_name(f".{os.getpid()}.{run.target.name}")
    costs: list[Cost] = []
    papermill_engines.register(str(aside), _engine(run.paper.path.parent, on_cell, costs))
    error, landed = "", False
    try:
        # In a context of its own: Jupyter keeps its event loop in a context variable, which threads would share.
        contextvars.Context().run(
            papermill.execute_notebook,
            run.paper.path,
            aside,
            parameters=run.values,
            engine_name=str(aside),
            kernel_name=KERNELSPEC["name"],
            progress_bar=False,
            coalesce_streams=True,
            record_timing=False,
        )
    except Exception as problem:  # papermill, nbclient and the kernel each raise kinds of their own
        last = traceback.format_exception_only(problem)[-1].strip().splitlines()
        error = next((line for line in reversed(last) if line.strip()), type(problem).__name__)
    finally:
        papermill_engines._engines.pop(str(aside), None)
        if aside.exists():
            aside.replace(run.target)
            landed = True
    claims = claims_in(nbformat.read(run.target, as_version=4)) if landed else []
    if error.startswith("ClaimsFailed"):
        error = ""
    return Result(run, claims, costs[-1] if costs else None, error)


def _on_worker(run: Run) -> Result:
    from distributed import get_worker

    worker = get_worker()
    return execute(run, lambda: worker.log_event(PROGRESS_TOPIC, run.paper.slug))


def execute_all(
    runs: Sequence[Run], workers: int, on_cell: Callable[[str], None], on_result: Callable[[Result], None]
) -> list[Result]:
    """Execute runs on an in-process Dask cluster of `workers` threads; every notebook has its own kernel.

    `on_cell(slug)` is called for every finished cell, `on_result` for every finished run. Results come
    back in the order of `runs`.
    """
    import dask
    from distributed import Client, LocalCluster, as_completed

    dask.config.set({"distributed.admin.event-loop-monitor-interval": "1h", "distributed.logging.distributed": "error"})
    loopback = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
    with warnings.catch_warnings():
        # Dask asks which address leads outside; offline there is none, and none is needed.
        warnings.filterwarnings("ignore", "Couldn't detect a suitable IP address", RuntimeWarning)
        cluster = LocalCluster(
            n_workers=1, threads_per_worker=workers, processes=False, protocol="inproc://", **loopback
        )
    results: dict[int, Result] = {}
    with cluster, Client(cluster) as client:
        client.subscribe_topic(PROGRESS_TOPIC, lambda event: on_cell(event[1]))
        futures = {client.submit(_on_worker, run, pure=False): place for place, run in enumerate(runs)}
        for future in as_completed(futures):
            results[futures[future]] = future.result()
            on_result(results[futures[future]])
    return [results[place] for place in range(len(runs))]
