"""Where results are kept: a folder for each run, there whole or not at all, and one batch at a time."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers.batch.execution import DONE, Outcome
from helpers.batch.plan import Run

RECORD = "result.json"
NOTEBOOK = "notebook.ipynb"
ASIDE, REPLACED = ".aside--", ".replaced--"
KEYS = {
    "paper", "number", "track", "values", "changed", "checkout", "digest", "notebook", "status", "error", "traceback",
    "claims", "cost", "started", "environment",
}  # fmt: skip


class StoreFault(ValueError):
    """Results cannot be kept here; the message is one line."""


def _record(run: Run, outcome: Outcome) -> dict[str, Any]:
    about = {
        "paper": run.paper.slug,
        "number": run.paper.number,
        "track": run.paper.track,
        "values": run.values,
        "changed": run.changed,
        "checkout": run.checkout,
        "digest": run.digest,
        "notebook": NOTEBOOK if outcome.notebook else None,
    }
    return about | outcome.record()


def _write(path: Path, text: str) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Store:
    """The results in one folder, `<paper>/<seed and changed values>--<digest>/`, each with its record and notebook.

    Use it as a context manager to write: it holds a lock, so that two batches never write in one folder, and mends
    what a killed batch left. Reading needs no lock.

    Raises StoreFault when the folder is in use by another batch or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / ".lock")

    def __enter__(self) -> "Store":
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            words = "another batch writes here; wait for it, or give another --output"
            raise StoreFault(f"{self.folder}: {words}") from None
        except OSError as error:
            raise StoreFault(f"{self.folder}: cannot be written ({error.strerror})") from None
        self._mend()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _mend(self) -> None:
        """Remove what a killed batch had not finished; bring back a result that it was about to replace."""
        for paper in filter(Path.is_dir, self.folder.iterdir()):
            for path in paper.glob(".*--*"):
                if path.name.startswith(REPLACED):
                    kept = paper / path.name.removeprefix(REPLACED)
                    if not kept.exists():
                        path.rename(kept)
                        continue
                if path.name.startswith((ASIDE, REPLACED)):
                    shutil.rmtree(path)

    def put(self, run: Run, outcome: Outcome) -> Path:
        """Keep an outcome: written aside, then renamed; what stood there before goes only then.

        Raises StoreFault when it cannot be written; then nothing has changed.
        """
        target = self.folder / run.name
        aside = target.with_name(ASIDE + target.name)
        replaced = target.with_name(REPLACED + target.name)
        try:
            aside.mkdir(parents=True)
            if outcome.notebook:
                _write(aside / NOTEBOOK, outcome.notebook)
            _write(aside / RECORD, json.dumps(_record(run, outcome), indent=1, ensure_ascii=False))
            _sync(aside)
            if target.exists():
                target.rename(replaced)
            aside.rename(target)
            _sync(target.parent)
        except OSError as error:
            raise StoreFault(f"{target}: cannot be written ({error.strerror})") from None
        finally:  # also when Ctrl-C comes in between
            shutil.rmtree(aside, ignore_errors=True)
            if replaced.exists() and not target.exists():
                replaced.rename(target)
            shutil.rmtree(replaced, ignore_errors=True)
        return target

    def get(self, run: Run) -> dict[str, Any] | None:
        """The record of a run, or None when there is none (or none that can be read)."""
        return read(self.folder / run.name)

    def finished(self, runs: Sequence[Run]) -> set[str]:
        """The digests of those runs that are done. A run that was stopped is not done."""
        present = {f"{paper.name}/{path.name}" for paper in self._papers() for path in paper.iterdir()}
        records = ((run.digest, self.get(run)) for run in runs if run.name in present)
        return {digest for digest, record in records if record and record["status"] == DONE}

    def _papers(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))

    def records(self) -> Iterator[tuple[Path, dict[str, Any] | None]]:
        """Every result's folder and its record (None where it cannot be read), paper by paper."""
        for paper in self._papers():
            for path in sorted(paper.iterdir()):
                if path.is_dir() and not path.name.startswith("."):
                    yield path, read(path)


def read(folder: Path) -> dict[str, Any] | None:
    """The record in a result's folder, or None when there is none that is whole."""
    with contextlib.suppress(OSError, ValueError):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if isinstance(record, dict) and record.keys() >= KEYS:
            return record
    return None
