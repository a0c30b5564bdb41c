"""Running notebooks with papermill and Dask: results land whole, errors and failing claims are told apart."""

from pathlib import Path

import nbformat
import pytest

from helpers import batch, catalogue
from helpers.catalogue import ParameterFault
from tests import tiny


@pytest.fixture
def paper(tmp_path, monkeypatch):
    """Returns a function that writes the tiny paper with other cells and reads it from the catalogue."""
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path / "notebooks")

    def make(**cells):
        tiny.write(tmp_path / "notebooks", **cells)
        return catalogue.find(["s4"])[0]

    return make


def test_a_run_leaves_one_whole_notebook_with_its_claims_and_cost(paper, tmp_path):
    (run,) = batch.plan([paper()], {"seed": 5, "size": 4}, tmp_path / "out")
    seen = []
    result = batch.execute(run, lambda: seen.append(1))
    assert result.error == ""
    assert [claim["name"] for claim in result.claims] == ["size"]
    assert result.claims[0]["here"]["value"] == pytest.approx(3)
    assert 0 < result.cost.cpu_seconds < 60
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["02_s4--seed=5--size=4.ipynb"]
    assert len(seen) == len(nbformat.read(run.target, as_version=4).cells)


def test_bad_parameters_are_refused_before_anything_is_written(paper, tmp_path):
    for values in ({"sede": 1}, {"size": 10}, {"size": 2.0}):
        with pytest.raises(ParameterFault):
            batch.plan([paper()], values, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_claim_that_fails_is_a_result_and_not_an_error(paper, tmp_path):
    (run,) = batch.plan([paper()], {"size": 1}, tmp_path / "out")
    run.paper.path.write_text(run.paper.path.read_text().replace("above(0)", "above(5)"))
    result = batch.execute(run)
    assert result.error == ""
    assert result.claims[0]["holds"] is False


def test_a_notebook_that_raises_is_recorded_with_its_error(paper, tmp_path):
    (run,) = batch.plan([paper(text="{}['key']")], {}, tmp_path / "out")
    result = batch.execute(run)
    assert result.error == "KeyError: 'key'"
    assert run.target.exists()


def test_a_kernel_that_dies_is_recorded(paper, tmp_path):
    (run,) = batch.plan([paper(text="import os; os._exit(9)")], {}, tmp_path / "out")
    result = batch.execute(run)
    assert "Kernel died" in result.error
    assert result.claims == []


def test_notebooks_side_by_side_keep_their_own_folder_and_the_caller_its(paper, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = paper(text="import os; print(os.getcwd())")
    runs = [batch.plan([one], {"seed": seed}, Path("out"))[0] for seed in (1, 2)]
    results = batch.execute_all(runs, 2, lambda slug: None, lambda result: None)
    assert [result.error for result in results] == ["", ""]
    assert Path.cwd() == tmp_path
    for run in runs:
        assert f"{one.path.parent}\n" in nbformat.read(run.target, as_version=4).cells[3].outputs[0].text


def test_many_runs_come_back_in_order_and_report_every_cell(paper, tmp_path):
    one = paper()
    runs = [batch.plan([one], {"seed": seed}, tmp_path / "out")[0] for seed in (3, 1, 2)]
    cells, finished = [], []
    results = batch.execute_all(runs, 2, cells.append, finished.append)
    assert [result.run for result in results] == runs
    assert [result.error for result in results] == [""] * 3
    assert len(finished) == 3
    assert len(cells) == 3 * (len(tiny.CELLS) + 1)  # and the injected parameters
    assert len(list((tmp_path / "out").iterdir())) == 3
