"""Running notebooks with papermill, alone and side by side: whatever a notebook does becomes an outcome."""

from pathlib import Path

import nbformat
import pytest

from helpers import catalogue
from helpers.batch import execution, plan
from helpers.batch.cluster import Cluster
from helpers.batch.execution import DONE, FAILED, KERNEL_DIED, RAISED, TIMED_OUT
from tests import tiny


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Returns a function that writes the tiny paper with other cells and plans runs of it."""
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path / "notebooks")

    def made(grid=None, **cells):
        tiny.write(tmp_path / "notebooks", **cells)
        return plan.make(catalogue.find(["s4"]), grid or {})

    return made


def read(outcome):
    return nbformat.reads(outcome.notebook, as_version=4)


def printed(outcome):
    """Everything that the notebook printed before it ended."""
    outputs = [output for cell in read(outcome).cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


def test_an_outcome_has_claims_cost_environment_and_the_whole_notebook(make):
    (run,) = make({"seed": [5], "size": [4]})
    seen = []
    outcome = execution.execute(run, on_cell=lambda: seen.append(1))
    assert (outcome.status, outcome.error, outcome.traceback) == (DONE, "", "")
    assert outcome.claims[0]["here"]["value"] == pytest.approx(3)
    assert 0 < outcome.cost.cpu_seconds < 60
    assert 10 < outcome.cost.peak_mb < 2000
    assert len(seen) == len(read(outcome).cells) == len(tiny.CELLS) + 1
    assert outcome.environment["packages"]["numpy"].count(".") == 2
    assert "items: 4" in read(outcome).cells[3].outputs[0].text


def test_a_claim_that_fails_is_a_result_and_not_an_error(make):
    (run,) = make(declare=tiny.CELLS["declare"].replace("above(0)", "above(5)"))
    outcome = execution.execute(run)
    assert (outcome.status, outcome.error) == (DONE, "")
    assert outcome.claims[0]["holds"] is False


def test_a_notebook_that_raises_is_recorded_with_its_traceback_and_what_it_did_so_far(make):
    (run,) = make(text="print('so far')\n{}['key']")
    outcome = execution.execute(run)
    assert (outcome.status, outcome.error) == (RAISED, "KeyError: 'key'")
    assert "{}['key']" in outcome.traceback
    assert "\x1b" not in outcome.traceback
    assert "so far" in printed(outcome)
    assert outcome.cost.cpu_seconds > 0


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import os; os._exit(9)", "the kernel ended itself with exit code 9"),
        ("import os; os.kill(os.getpid(), 9)", "the kernel was ended by SIGKILL (out of memory?)"),
        ("import ctypes; ctypes.string_at(0)", "the kernel was ended by SIGSEGV"),
        ("import os; os.kill(os.getpid(), 40)", "the kernel was ended by signal 40"),
    ],
)
def test_a_kernel_that_dies_is_recorded_with_what_ended_it(make, text, error):
    (run,) = make(setup=tiny.CELLS["setup"] + "\nprint('so far')", text=text)
    outcome = execution.execute(run)
    assert (outcome.status, outcome.error) == (KERNEL_DIED, error)
    assert "so far" in printed(outcome)
    assert outcome.claims == []


@pytest.mark.parametrize("hanging", ["import time; time.sleep(60)", "while True: pass"])
def test_a_notebook_that_hangs_is_ended_at_its_time_limit(make, hanging):
    (run,) = make(setup=tiny.CELLS["setup"] + "\nprint('so far')", text=hanging)
    outcome = execution.execute(run, timeout=4)
    assert (outcome.status, outcome.error) == (TIMED_OUT, "not done within 4 s")
    assert "so far" in printed(outcome)
    assert outcome.cost.wall_seconds < 20


def test_the_time_limit_is_for_the_notebook_and_not_for_each_cell(make):
    cells = {f"wait_{number}": "import time; time.sleep(0.8)" for number in range(12)}
    (run,) = make(**cells)
    outcome = execution.execute(run, timeout=5)
    assert outcome.status == TIMED_OUT
    assert sum(cell.execution_count is not None for cell in read(outcome).cells) < len(tiny.CELLS) + 7


@pytest.mark.parametrize("ending", ["import sys; sys.exit()", "raise SystemExit(0)"])
def test_a_notebook_that_leaves_before_its_last_cell_is_not_done(make, ending):
    (run,) = make(text=ending)
    outcome = execution.execute(run)
    assert outcome.status == RAISED
    assert "SystemExit" in outcome.error
    assert outcome.claims == []


def test_what_a_child_of_the_kernel_writes_does_not_reach_the_command(make, capfd):
    (run,) = make(
        text="import subprocess; subprocess.run(['echo', 'leaked']); subprocess.run('echo leaked >&2', shell=True)"
    )
    assert execution.execute(run).status == DONE
    assert "leaked" not in "".join(capfd.readouterr())


def test_a_helper_that_changes_while_the_notebook_runs_makes_no_result(make):
    (run,) = make()
    changing = iter([run.checkout, "another"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(execution.Checkout, "digest", lambda self, path: next(changing))
        outcome = execution.execute(run)
    assert outcome.status == FAILED
    assert "not those of the plan" in outcome.error


def test_a_notebook_that_changed_since_the_plan_is_not_run_under_its_old_name(make):
    (run,) = make()
    make(text="print('another text')")
    outcome = execution.execute(run)
    assert outcome.status == FAILED
    assert "not those of the plan" in outcome.error


def test_a_stopped_batch_starts_no_further_kernel(make):
    (run,) = make()
    execution.stop_kernels("stopped already")
    outcome = execution.execute(run, batch="stopped already")
    assert outcome.status == FAILED
    assert outcome.claims == []


def test_notebooks_side_by_side_keep_their_own_folder_and_the_caller_its(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = make({"seed": [1, 2]}, text="import os; print(os.getcwd())")
    events = []
    with Cluster(workers=2) as cluster:
        assert cluster.slots() == 2
        outcomes = {run.digest: outcome for run, outcome in cluster.execute(runs, timeout=60, on_event=events.append)}
    assert [outcomes[run.digest].status for run in runs] == [DONE, DONE]
    assert Path.cwd() == tmp_path
    for run in runs:
        assert f"{run.paper.path.parent}\n" in read(outcomes[run.digest]).cells[3].outputs[0].text
        own = [event for event in events if event.digest == run.digest]
        assert sum(event.started for event in own) == 1
        assert sum(event.cells for event in own) == len(tiny.CELLS) + 1
