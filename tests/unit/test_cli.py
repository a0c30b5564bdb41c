"""The `miniatures` command as a user calls it."""

import subprocess
import sys

import pytest

from helpers import catalogue, cli, notebooks
from helpers.data import files
from tests import tiny


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """A collection of one tiny paper; the working directory is an empty folder beside it."""
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path / "notebooks")
    tiny.write(tmp_path / "notebooks")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def test_run_prints_claims_and_where_the_notebook_lies(collection, capsys):
    assert cli.main(["run", "s4", "-p", "size=4"]) == 0
    out, err = capsys.readouterr()
    assert "1 of 1" in out
    assert "1 run; 1 to do on 1 worker, about 0.1 minutes." in err
    assert "1 of 1 done, 0 running, 0 failed, 1 of 1 claims held" in err
    (folder,) = (collection / "here" / "results").glob("02_s4/seed=0,size=4--*")
    assert sorted(path.name for path in folder.iterdir()) == ["notebook.ipynb", "result.json"]


def test_what_is_finished_is_not_run_again_unless_forced(collection, capsys):
    def written():
        return {path: path.stat().st_mtime_ns for path in (collection / "here" / "results").glob("*/*/result.json")}

    assert cli.main(["run", "s4", "--seeds", "0,1"]) == 0
    first = written()
    capsys.readouterr()
    assert cli.main(["run", "s4", "--seeds", "0-2", "--resume"]) == 0
    out, err = capsys.readouterr()
    assert "3 runs, 2 finished already; 1 to do" in err
    assert "3 of 3" in out
    assert {path: written()[path] for path in first} == first
    assert cli.main(["run", "s4", "--seeds", "0-2"]) == 0
    assert "3 runs, 3 finished already; nothing to do." in capsys.readouterr().err
    assert cli.main(["run", "s4", "--seeds", "0", "--force"]) == 0
    assert sum(written()[path] != time for path, time in first.items()) == 1
    assert len(written()) == 3


def test_a_dry_run_shows_the_plan_and_writes_nothing(collection, capsys):
    assert cli.main(["run", "--track", "state_spaces", "--seeds", "0-9", "-p", "size=3,4", "--dry-run"]) == 0
    assert "s4: 20 runs" in capsys.readouterr().err
    assert list((collection / "here").iterdir()) == []


def test_run_says_when_a_notebook_stops(collection, capsys):
    tiny.write(collection / "notebooks", text="1 / 0")
    assert cli.main(["run", "--all"]) == 1
    assert "s4, seed 0: raised: ZeroDivisionError: division by zero" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "s44"], "paper 's44': no such paper; did you mean s4?"),
        (["run", "fastrp"], "'fastrp' is planned but has no notebook yet"),
        (["run", "s44", "--all"], "paper 's44': no such paper"),
        (["run", "s4", "-p", "size=[1]"], "size = '[1]'"),
        (["run", "s4", "--timeout", "inf"], "--timeout inf: allowed is a number of seconds above 0"),
        (["run", "s4", "--dry-run", "--scheduler", "tcp://127.0.0.1:1"], "leave one out"),
        (["run"], "the plan is empty: name papers, a --track that has notebooks, or --all"),
        (["run", "--track", "diffusion"], "the plan is empty"),
        (["run", "--track", "state_space"], "--track 'state_space': no such track; did you mean state_spaces?"),
        (["run", "s4", "-p", "seed=-1"], "seed = -1: allowed is an integer from 0"),
        (["run", "s4", "-p", "seed=one"], "seed = 'one'"),
        (["run", "s4", "-p", "sed=1"], "did you mean seed?"),
        (["run", "s4", "-p", "seed"], "allowed is name=value"),
        (["run", "s4", "-p", "size="], "the plan is empty: no value is given for size"),
        (["run", "s4", "--seeds", "0-9", "-p", "seed=1"], "seed is given twice"),
        (["run", "s4", "--seeds", "9-0"], "--seeds '9-0'"),
        (["run", "s4", "-p", "size=3,4.5"], "size = 4.5: allowed is an integer from 1 up to 9"),
        (["run", "s4", "--workers", "0"], "--workers 0: allowed is an integer from 1 up"),
        (["run", "s4", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "leave --workers out"),
        (["run", "s4", "--timeout", "0"], "--timeout 0: allowed is a number of seconds above 0"),
        (["report"], "results: there are no results here"),
        (["new", "01", "s9"], "slug 's9': not in the plan"),
        (["new", "02", "lssl"], "the plan has 01 for 'lssl'"),
        (["new", "02", "s4"], "exists already"),
        (["check", "nothing"], "no such paper"),
        (["execute", "99"], "no such paper"),
    ],
)
def test_bad_input_is_one_line_exit_2_and_nothing_written(collection, capsys, arguments, words):
    assert cli.main(arguments) == cli.USAGE_ERROR
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert words in err
    assert out == ""
    assert list((collection / "here").iterdir()) == []


def test_a_notebook_without_metadata_is_one_line(collection, capsys):
    path = tiny.write(collection / "notebooks")
    notebook = notebooks.read(path)
    del notebook.metadata["miniature"]
    notebooks.write(notebook, path)
    assert cli.main(["run", "--all"]) == cli.USAGE_ERROR
    assert "02_s4.ipynb: no `miniature` block" in capsys.readouterr().err


def test_an_unwritable_output_folder_is_one_line(collection, capsys):
    (collection / "here" / "file").write_text("")
    assert cli.main(["run", "s4", "--output", "file/inside"]) == cli.USAGE_ERROR
    assert capsys.readouterr().err.splitlines()[-1].startswith("miniatures: ")


@pytest.mark.parametrize("damage", ["damaged", "missing"])
def test_damaged_or_missing_data_are_one_line_before_anything_runs(collection, capsys, monkeypatch, damage):
    data = collection / "data"
    data.mkdir()
    (data / "SHA256SUMS").write_text(f"{'0' * 64}  one.npz\n")
    if damage == "damaged":
        (data / "one.npz").write_bytes(b"x")
    monkeypatch.setattr(files, "DATA", data)
    files.verified.cache_clear()
    assert cli.main(["run", "s4"]) == cli.USAGE_ERROR
    out, err = capsys.readouterr()
    assert err.startswith(f"miniatures: data/one.npz: {damage}")
    assert err.count("\n") == 1
    assert out == ""
    assert list((collection / "here").iterdir()) == []


def test_new_writes_a_skeleton_and_says_what_to_fill_in(collection, capsys):
    assert cli.main(["new", "1", "lssl"]) == 0
    out = capsys.readouterr().out
    path = collection / "notebooks" / "state_spaces" / "01_lssl.ipynb"
    assert path.exists()
    assert out.startswith("Written: ")
    assert "01_lssl: cell 0: FILL IN is left" in out
    assert catalogue.load(path).slug == "lssl"


def test_list_names_the_papers(collection, capsys):
    assert cli.main(["list"]) == 0
    assert capsys.readouterr().out.startswith("02  s4 ")


def test_check_reports_faults_with_exit_1(collection, capsys):
    assert cli.main(["check", "s4"]) == 1
    assert "02_s4: " in capsys.readouterr().out


def test_the_installed_command_runs_from_any_folder(tmp_path):
    command = [sys.executable, "-m", "helpers.cli", "run", "no_such_paper"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == cli.USAGE_ERROR
    assert done.stderr.startswith("miniatures: paper 'no_such_paper'")
    assert list(tmp_path.iterdir()) == []
