"""Batches that are damaged on purpose: killed, interrupted, out of space. Nothing may be lost or half there."""

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress

import psutil
import pytest

from helpers.notebooks import ROOT
from tests import batches, tiny

SLOW = "import time; time.sleep(2); print('slow')"
HANGING = """from pathlib import Path
import time
print("so far")
mark = Path("started")
if seed == 1 and not mark.exists():
    mark.touch()
    time.sleep(60)
"""  # seed 1 hangs, the first time


@pytest.fixture
def folder(tmp_path):
    """A folder with a collection of one slow tiny paper in `notebooks`; results land beside it."""
    tiny.write(tmp_path / "notebooks", text=SLOW)
    return tmp_path


def record(folder, name):
    (path,) = (folder / "results").glob(f"*/{name}*/result.json")
    return json.loads(path.read_text())


def wait_for_results(folder, count):
    return batches.until(lambda: len(found := batches.results(folder)) >= count and found)


def assert_whole(folder, seeds):
    """Every planned run is there exactly once, done, with its notebook, and nothing else is."""
    found = [json.loads(path.read_text()) for path in (folder / "results").glob("*/*/result.json")]
    assert sorted(one["values"]["seed"] for one in found) == list(seeds)
    assert {one["status"] for one in found} == {"done"}
    assert len(list((folder / "results").glob("*/*/notebook.ipynb"))) == len(found)
    assert batches.leftovers(folder) == []


def test_a_killed_command_goes_on_where_it_was(folder):
    process = batches.start(folder, "run", "s4", "--seeds", "0-4", "--workers", "2")
    wait_for_results(folder, 2)
    kernels = batches.until(lambda: batches.kernels(process))
    process.kill()
    process.communicate()
    before = batches.results(folder)
    batches.until(lambda: batches.gone(kernels))
    done = batches.run(folder, "run", "s4", "--seeds", "0-4", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert f"{len(before)} finished already; {5 - len(before)} to do" in done.stderr
    assert_whole(folder, range(5))
    after = batches.results(folder)
    assert {name: after[name] for name in before} == before


def test_a_killed_kernel_is_recorded_and_the_batch_goes_on(folder):
    tiny.write(folder / "notebooks", text=HANGING)
    process = batches.start(folder, "run", "s4", "--seeds", "0-2", "--workers", "1")
    batches.until(lambda: list(folder.rglob("started")))
    (victim,) = batches.kernels(process)
    victim.kill()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    assert "kernel died: the kernel was ended by SIGKILL (out of memory?)" in out
    assert sorted(record(folder, f"seed={seed}")["status"] for seed in range(3)) == ["done", "done", "kernel died"]
    again = batches.run(folder, "run", "s4", "--seeds", "0-2")
    assert again.returncode == 0
    assert "2 finished already; 1 to do" in again.stderr
    assert_whole(folder, range(3))


def test_a_batch_goes_on_after_the_machine_slept(folder, monkeypatch):
    """Dask gives up a worker that was silent for five minutes, here one second, though it slept as all else did."""
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "1s")
    process = batches.start(folder, "run", "s4", "--seeds", "0-3", "--workers", "1")
    wait_for_results(folder, 1)
    batches.until(lambda: batches.kernels(process))
    command = psutil.Process(process.pid)
    command.suspend()
    kernels = batches.kernels(process)  # those that it can end no more
    for kernel in kernels:
        kernel.suspend()
    time.sleep(8)
    for one in (*kernels, command):
        one.resume()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert_whole(folder, range(4))


def test_ctrl_c_stops_soon_says_how_to_go_on_and_leaves_nothing_half_written(folder):
    process = batches.start(folder, "run", "s4", "--seeds", "0-5", "--workers", "2")
    wait_for_results(folder, 1)
    kernels = batches.until(lambda: batches.kernels(process))
    began = time.monotonic()
    batches.interrupt(process)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - began < 8  # five are promised; a busy machine may take some to end the process
    assert process.returncode == 130
    kept = len(batches.results(folder))
    assert f"Stopped. {kept} of 6 runs are kept in results; the same command goes on." in err
    assert "Traceback" not in err
    assert batches.leftovers(folder) == []
    batches.until(lambda: batches.gone(kernels), seconds=10)
    done = batches.run(folder, "run", "s4", "--seeds", "0-5", "--workers", "2")
    assert done.returncode == 0
    assert_whole(folder, range(6))


def test_a_second_batch_in_the_same_folder_is_refused_and_the_first_goes_on(folder):
    tiny.write(folder / "notebooks", text=HANGING)
    first = batches.start(folder, "run", "s4", "--seeds", "1", "--timeout", "100")
    batches.until(lambda: batches.kernels(first))
    second = batches.run(folder, "run", "s4", "--seeds", "5")
    assert second.returncode == 2
    assert second.stderr == "miniatures: results: another batch writes here; wait for it, or give another --output\n"
    assert first.poll() is None
    batches.interrupt(first)
    first.communicate(timeout=30)
    assert batches.results(folder) == {}


def test_a_notebook_that_hangs_is_ended_and_the_batch_goes_on(folder):
    tiny.write(folder / "notebooks", text=HANGING)
    done = batches.run(folder, "run", "s4", "--seeds", "0-2", "--timeout", "15", "--workers", "3")
    assert done.returncode == 1, done.stderr
    assert "seed 1: timed out: not done within 15 s" in done.stdout
    assert [record(folder, f"seed={seed}")["status"] for seed in range(3)] == ["done", "timed out", "done"]
    assert batches.run(folder, "report").returncode == 0
    assert "timed out" in (folder / "results" / "report.html").read_text()


def test_a_full_disk_is_one_line_and_what_is_kept_is_whole(folder):
    """On a file system of 100 kB, in a mount namespace; a notebook of 40 kB fits there twice."""
    tiny.write(folder / "notebooks", text="print('x' * 30_000)")
    mounted = 'mount -t tmpfs -o size=100k tmpfs results && exec "$@"'
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", mounted, "sh"]
    (folder / "results").mkdir()
    if subprocess.run([*command, "true"], cwd=folder, capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mount namespace")
    script = f'{sys.executable} -m tests.batches run s4 --seeds 0-5 --workers 1; echo "status $?"; find results -type f'
    command[5] = mounted.replace('exec "$@"', script)
    done = subprocess.run(
        command, cwd=folder, env=batches.environment(folder), capture_output=True, text=True, check=False, timeout=120
    )
    assert "status 1" in done.stdout, done.stderr
    assert "cannot be written (No space left on device)" in done.stderr
    assert "runs are kept in results; the same command goes on." in done.stderr
    assert "Traceback" not in done.stderr
    files = [line for line in done.stdout.splitlines() if line.startswith("results/02_s4/")]
    assert len(files) == 2 * len({line.rpartition("/")[0] for line in files}) > 0
    assert not any("/." in line for line in files)


def test_everything_listens_on_loopback_only(folder):
    tiny.write(folder / "notebooks", text="import time; time.sleep(60)")
    process = batches.start(folder, "run", "s4", "--seeds", "0-1", "--workers", "2")
    command = psutil.Process(process.pid)

    def listening():
        found = []
        with suppress(psutil.Error):  # processes come and go
            for each in [command, *command.children(recursive=True)]:
                found += [one.laddr.ip for one in each.net_connections("inet") if one.status == "LISTEN"]
        return found

    addresses = batches.until(lambda: len(found := listening()) >= 10 and found)  # each kernel has five
    batches.interrupt(process)
    process.communicate(timeout=30)
    assert set(addresses) <= {"127.0.0.1", "::1"}


def test_a_cluster_of_processes_runs_a_batch_and_a_killed_worker_costs_only_its_run(folder):
    with batches.cluster(folder) as (address, (_, worker, _)):
        process = batches.start(folder, "run", "s4", "--seeds", "0-5", "--scheduler", address)
        before = wait_for_results(folder, 2)
        batches.kill(worker)
        _, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        assert_whole(folder, range(6))
        after = batches.results(folder)
        assert {name: after[name] for name in before} == before


def test_the_cluster_commands_of_the_readme_work(folder):
    """The two lines that start a cluster on loopback, with free ports in place of the ones they name."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    starts = [line for line in lines if re.match(r"\.venv/bin/dask (scheduler|worker) .*127\.0\.0\.1.*&$", line)]
    assert len(starts) == 2
    port = str(batches.free_port())
    words = [shlex.split(line.rstrip("& ").replace("8786", port).replace("8787", "0"))[1:] for line in starts]
    (run_line,) = [line for line in lines if "--scheduler tcp://127.0.0.1:8786" in line]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    with ExitStack() as ended:
        for line in words:
            preload = ["--preload", "tests.batches"] if line[0] == "worker" else []
            started = subprocess.Popen(
                [sys.executable, "-m", "dask", *line, *preload], env=batches.environment(folder), **quiet
            )
            ended.callback(batches.kill, started)
        arguments = shlex.split(run_line.replace("8786", port).replace("--seeds 0-9", "--seeds 0-1"))[1:]
        batches.until(lambda: batches.listening(int(port)))
        done = batches.run(folder, *arguments)
    assert done.returncode == 0, done.stderr
    assert_whole(folder, range(2))


def test_a_run_that_loses_its_worker_twice_is_marked_and_the_rest_goes_on(folder):
    """Seed 1 kills its worker, as a notebook that eats all memory makes the system do."""
    deadly = "import os\nif seed == 1:\n    os.kill(os.getppid(), 9)\n    import time\n    time.sleep(60)"
    tiny.write(folder / "notebooks", text=deadly)
    with batches.cluster(folder) as (address, _):
        done = batches.run(folder, "run", "s4", "--seeds", "0-3", "--scheduler", address)
    assert done.returncode == 1, done.stderr
    assert "seed 1: worker lost: its worker was lost 2 times" in done.stdout
    assert [record(folder, f"seed={seed}")["status"] for seed in range(4)] == ["done", "worker lost", "done", "done"]
    assert record(folder, "seed=1")["claims"] == []
    assert batches.run(folder, "report").returncode == 0
    assert "worker lost" in (folder / "results" / "report.html").read_text()


def test_a_lost_scheduler_is_one_line_and_the_batch_goes_on_without_it(folder):
    with batches.cluster(folder, workers=1) as (address, (scheduler, worker)):
        process = batches.start(folder, "run", "s4", "--seeds", "0-4", "--scheduler", address)
        wait_for_results(folder, 1)
        worker.kill()
        scheduler.kill()
        _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert f"miniatures: the scheduler at {address} was lost. " in err
    assert "Traceback" not in err
    assert batches.leftovers(folder) == []
    assert batches.run(folder, "run", "s4", "--seeds", "0-4").returncode == 0
    assert_whole(folder, range(5))


def test_a_worker_with_another_checkout_leaves_no_result_under_a_wrong_name(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    tiny.write(elsewhere / "notebooks", text="print('another text')")
    with batches.cluster(elsewhere, workers=1) as (address, _):
        done = batches.run(folder, "run", "s4", "--scheduler", address)
    assert done.returncode == 1
    assert "failed: RuntimeError: the notebook, its helpers or its data are not those of the plan" in done.stdout


def test_an_address_where_no_scheduler_answers_is_one_line(folder):
    done = batches.run(folder, "run", "s4", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("miniatures: --scheduler tcp://127.0.0.1:9: no Dask scheduler")
    assert len(done.stderr.splitlines()) == 1


def test_sigterm_is_like_ctrl_c(folder):
    process = batches.start(folder, "run", "s4", "--seeds", "0-3", "--workers", "1")
    batches.until(lambda: batches.kernels(process))
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on" in err
