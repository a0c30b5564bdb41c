"""Many runs on Dask's scheduler: in this process by default, or on any running cluster by its address.

The command that plans a batch is the only one that writes results. Workers send outcomes back, so they need
the same checkout and the same packages, but no common disk.
"""

import asyncio
import contextlib
import itertools
import logging
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from dataclasses import dataclass
from typing import Any

from helpers import catalogue
from helpers.batch import execution
from helpers.batch.execution import FAILED, WORKER_LOST, Outcome
from helpers.batch.plan import Run

LOSSES = 2  # a run whose worker is lost as often as that is marked failed
CONNECT_SECONDS = 10
LOOK_SECONDS = 5.0  # between looks at how many workers there are, while none ends
LOOPBACK = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}


class ClusterFault(RuntimeError):
    """A cluster cannot be reached, or was lost; the message is one line."""


@dataclass(frozen=True)
class Event:
    """What a worker reports of a run: `started`, or how many more cells are done."""

    digest: str
    started: bool
    cells: int


@dataclass(frozen=True)
class Task:
    """What is sent to a worker: enough to find the run in its own checkout and to see whether that is the same."""

    slug: str
    values: dict[str, Any]
    changed: dict[str, Any]
    checkout: str
    batch: str
    timeout: float

    def run(self) -> Run:
        paper = catalogue.load(catalogue.planned()[self.slug].path)
        return Run(paper, self.values, self.changed, self.checkout)


def _on_worker(task: Task) -> Outcome:
    from distributed import get_worker

    worker, run = get_worker(), task.run()

    def tell(started: bool, cells: int) -> None:
        worker.log_event(task.batch, {"digest": run.digest, "started": started, "cells": cells})

    tell(True, 0)
    return execution.execute(run, timeout=task.timeout, batch=task.batch, on_cell=lambda: tell(False, 1))


async def _allow_losses(keys: list[str], losses: int, dask_scheduler: Any = None) -> None:
    """Let a task be lost with its worker fewer than `losses` times, whatever the scheduler allows in general."""
    for _ in range(500):  # tasks travel by another way than this call and may still be coming
        if all(key in dask_scheduler.tasks for key in keys):
            break
        await asyncio.sleep(0.01)
    for key in keys:
        if key in dask_scheduler.tasks:
            task = dask_scheduler.tasks[key]
            task.suspicious = max(task.suspicious, dask_scheduler.allowed_failures + 1 - losses)


def _failed(error: BaseException) -> Outcome:
    """The outcome of a run whose worker sent none: it was lost, or has other packages."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return Outcome(WORKER_LOST, f"its worker was lost {LOSSES} times, at last {error.last_worker.address}")
    return Outcome(FAILED, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")


class Cluster:
    """A Dask cluster to run notebooks on. Use it as a context manager.

    Without an address it lives in this process, with `workers` threads, and listens nowhere but on loopback; every
    notebook has a kernel of its own. With the address of a scheduler (`tcp://host:port`) the workers are those
    that the cluster has.

    Raises ClusterFault when nothing answers at the address.
    """

    def __init__(self, workers: int = 1, scheduler: str | None = None) -> None:
        import dask
        from distributed import Client, LocalCluster

        dask.config.set(
            {
                "distributed.admin.event-loop-monitor-interval": "1h",
                # A local worker is a thread of this process: when it was silent for long, the machine slept.
                "distributed.scheduler.worker-ttl": None,
            }
        )
        for name in ("distributed", "distributed.client"):
            # A scheduler or worker that is lost is told here in one line; Dask's own account takes pages.
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._local, self._address, self._batch = None, scheduler, f"miniatures-{uuid.uuid4()}"
        if scheduler is None:
            with warnings.catch_warnings():
                # Dask asks which address leads outside; offline there is none, and none is needed.
                warnings.filterwarnings("ignore", "Couldn't detect a suitable IP address", RuntimeWarning)
                self._local = LocalCluster(
                    n_workers=1,
                    threads_per_worker=workers,
                    processes=False,
                    protocol="inproc://",
                    memory_limit=0,  # kernels are processes of their own: this one's memory says nothing
                    **LOOPBACK,
                )
        try:
            self._client = Client(self._local or scheduler, timeout=CONNECT_SECONDS)
        except (OSError, ValueError, TimeoutError, ImportError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ClusterFault(f"--scheduler {scheduler}: no Dask scheduler answers ({reason})") from None

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close(timeout=2)
        if self._local:
            self._local.close(timeout=2)

    def slots(self) -> int:
        """How many notebooks the cluster can run at once now.

        Raises ClusterFault when the scheduler does not answer.
        """
        with self._reached():
            return sum(self._client.nthreads().values())

    def wait(self) -> None:
        """Wait until the cluster has a worker.

        Raises ClusterFault when the scheduler is lost.
        """
        with self._reached():
            self._client.wait_for_workers(1)

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (OSError, TimeoutError, asyncio.CancelledError, futures.CancelledError):
            raise ClusterFault(f"the scheduler at {self._address} was lost") from None

    def execute(
        self, runs: Sequence[Run], *, timeout: float, on_event: Callable[[Event], None] = lambda event: None
    ) -> Iterator[tuple[Run, Outcome]]:
        """Yield runs with their outcomes as they finish. No more are handed out than the cluster has slots for,
        so that a lost worker costs only runs that it was executing.

        Closing the iterator, or an exception in the loop that reads it, ends all kernels of the batch.

        Raises ClusterFault when the scheduler is lost.
        """
        from distributed import as_completed

        def tell(event: tuple[float, dict[str, Any]]) -> None:
            on_event(Event(*(event[1][name] for name in ("digest", "started", "cells"))))

        waiting, out, done = iter(runs), {}, as_completed()
        try:
            with self._reached():
                self._client.subscribe_topic(self._batch, tell)
            while True:
                free = max(self.slots(), 1) - len(out)  # below zero when workers were lost
                self._submit(itertools.islice(waiting, max(free, 0)), timeout, out, done)
                if not out:
                    return
                if self._one_is_ready(done):
                    future = next(done)
                    yield out.pop(future), self._outcome(future)
        finally:
            if out:
                self._stop(out)
            with contextlib.suppress(Exception):  # there is nothing to tell where the scheduler is gone
                self._client.unsubscribe_topic(self._batch)

    def _one_is_ready(self, done: Any) -> bool:
        """Wait for a run to end, but not for ever: workers may have come meanwhile."""
        end = time.monotonic() + LOOK_SECONDS
        while not done.has_ready() and time.monotonic() < end:
            time.sleep(0.02)
        return done.has_ready()

    def _submit(self, runs: Iterable[Run], timeout: float, out: dict[Any, Run], done: Any) -> None:
        keys = []
        for run in runs:
            task = Task(run.paper.slug, run.values, run.changed, run.checkout, self._batch, timeout)
            keys.append(f"{run.paper.slug}-{uuid.uuid4()}")
            with self._reached():
                future = self._client.submit(_on_worker, task, pure=False, key=keys[-1])
            out[future] = run
            done.add(future)
        if keys and self._local is None:
            with contextlib.suppress(Exception):  # a scheduler that cannot import this keeps its own limit
                self._client.run_on_scheduler(_allow_losses, keys, LOSSES)

    def _outcome(self, future: Any) -> Outcome:
        if future.status == "error":
            return _failed(future.exception())
        if future.status != "finished":
            raise ClusterFault(f"the scheduler at {self._address} was lost")
        try:
            with self._reached():
                return future.result()
        except ClusterFault:
            raise
        except Exception as error:  # the worker that held the outcome was lost, and so was the next try
            return _failed(error)

    def _stop(self, out: Iterable[Any]) -> None:
        execution.stop_kernels(self._batch)
        with contextlib.suppress(Exception):  # a cluster that is gone has stopped already
            self._client.cancel(list(out))
            if self._local is None:
                self._client.run(execution.stop_kernels, self._batch, on_error="ignore")
