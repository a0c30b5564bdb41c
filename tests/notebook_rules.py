"""The collection's rules for nbval: what is compared, what a kernel may cost, how its death is told."""

import csv
import os
import queue
import time

import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbFile

from helpers.claims import CLAIMS_MIME
from helpers.notebooks import KERNEL_ENVIRONMENT, ROOT, kernel_cost
from tests.processor_speed import slowness

# The ledger's JSON holds raw decimals (its text form is compared, masked); SVG is not reproducible.
NOT_COMPARED = ("image/svg+xml", CLAIMS_MIME)
LIMIT_MB = 900
LIMIT_CPU_SECONDS = 60  # on the reference machine of tests.processor_speed; a slower one has proportionally more
LISTED_CPU_SECONDS = 40
COSTS = ROOT / "results" / "notebook_costs.csv"
POLL_SECONDS = 1.0


class KernelDied(RuntimeError):
    """The kernel of a notebook died while a cell ran."""


class CostItem(pytest.Item):
    """The last test of a notebook: peak memory and CPU seconds of its kernel are within the limits."""

    def runtest(self) -> None:
        cpu, peak = kernel_cost(self.parent.kernel.km.provisioner.pid)
        self.user_properties.append(("cost", (self.parent.path.stem, round(cpu, 1), round(peak))))
        assert peak <= LIMIT_MB, f"{self.parent.path.stem}: {peak:.0f} MB; the limit is {LIMIT_MB} MB"
        limit = LIMIT_CPU_SECONDS * slowness()
        assert cpu <= limit, f"{self.parent.path.stem}: {cpu:.1f} CPU s; the limit on this machine is {limit:.0f} s"

    def reportinfo(self) -> tuple:
        return self.path, None, f"{self.parent.path.name}::cost"

    def repr_failure(self, excinfo: pytest.ExceptionInfo) -> str:
        return str(excinfo.value)


def _with_cost(collect):
    def wrapped(self):
        yield from collect(self)
        yield CostItem.from_parent(self, name="cost")

    return wrapped


def _watching_for_death(get_message):
    def wrapped(self, stream, timeout=None):
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = POLL_SECONDS if end is None else min(POLL_SECONDS, end - time.monotonic())
            try:
                return get_message(self, stream, timeout=max(left, 0))
            except queue.Empty:
                if not self.is_alive():
                    raise KernelDied("the kernel died while this cell ran") from None
                if end is not None and time.monotonic() >= end:
                    raise

    return wrapped


def pytest_configure(config):
    os.environ.update(KERNEL_ENVIRONMENT)
    if not getattr(IPyNbFile, "has_miniatures_rules", False):
        IPyNbFile.has_miniatures_rules = True
        IPyNbFile.collect = _with_cost(IPyNbFile.collect)
        RunningKernel.get_message = _watching_for_death(RunningKernel.get_message)
    config.pluginmanager.register(CostTable(), "miniatures-costs")


def pytest_collectstart(collector):
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += NOT_COMPARED


class CostTable:
    """Gathers the costs of all notebooks, from all workers, prints them and writes `results/notebook_costs.csv`."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, int]] = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.rows += [cost for name, cost in report.user_properties if name == "cost"]

    def pytest_terminal_summary(self, terminalreporter):
        if not self.rows:
            return
        COSTS.parent.mkdir(exist_ok=True)
        with COSTS.open("w", newline="") as table:
            csv.writer(table).writerows([("notebook", "cpu_seconds", "peak_mb"), *sorted(self.rows)])
        listed = LISTED_CPU_SECONDS * slowness()
        terminalreporter.section(f"what the notebooks cost ({COSTS.relative_to(ROOT)})")
        for name, cpu, peak in sorted(self.rows):
            note = f"  over {listed:.0f} s" if cpu > listed else ""
            terminalreporter.write_line(f"{name:32s} {cpu:6.1f} CPU s {peak:5.0f} MB{note}")
