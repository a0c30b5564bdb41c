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
    assert "size" in out
    assert "holds" in out
    assert "results/02_s4--size=4.ipynb" in out
    assert "1 of 1 done" in err
    assert (collection / "here" / "results" / "02_s4--size=4.ipynb").exists()


def test_run_says_when_a_notebook_stops(collection, capsys):
    tiny.write(collection / "notebooks", text="1 / 0")
    assert cli.main(["run"]) == 1
    assert "s4: stopped: ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "s44"], "paper 's44': no such paper; did you mean s4?"),
        (["run", "fastrp"], "'fastrp' is planned but has no notebook yet"),
        (["run", "-p", "seed=-1"], "seed = -1: allowed is an integer from 0"),
        (["run", "-p", "seed=one"], "seed = 'one'"),
        (["run", "-p", "sed=1"], "did you mean seed?"),
        (["run", "-p", "seed"], "allowed is name=value"),
        (["run", "--workers", "0"], "--workers 0: allowed is an integer from 1 up"),
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
    assert cli.main(["run"]) == cli.USAGE_ERROR
    assert "02_s4.ipynb: no `miniature` block" in capsys.readouterr().err


def test_an_unwritable_output_folder_is_one_line(collection, capsys):
    (collection / "here" / "file").write_text("")
    assert cli.main(["run", "--output", "file/inside"]) == cli.USAGE_ERROR
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
    assert cli.main(["run"]) == cli.USAGE_ERROR
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
