"""Notebook files: normal form, writing, running."""

import os

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import notebooks
from helpers.notebooks import NotebookFault
from tests import tiny


def messy():
    cell = new_code_cell(
        "x = 1\n\n",
        execution_count=7,
        id="a",
        metadata={"tags": ["solution"], "execution": {"iopub.status.idle": "12:00"}},
    )
    view = "application/vnd.jupyter.widget-view+json"
    cell.outputs = [new_output("display_data", {view: {"model_id": "1"}, "text/plain": "Controls: beta"})]
    cell.outputs.append(new_output("execute_result", {"text/plain": "1"}, execution_count=7))
    text = new_markdown_cell("# A  \n", id="b", metadata={"papermill": {}})
    book = new_notebook(
        cells=[text, cell], metadata={"widgets": {"x": 1}, "kernelspec": {"name": "conda-env", "display_name": "c"}}
    )
    book.metadata["miniature"] = {"slug": "s4"}
    return book


def test_normal_form_drops_what_depends_on_machine_and_moment():
    book = notebooks.normalise(messy())
    text, cell = book.cells
    assert set(book.metadata) == {"kernelspec", "language_info", "miniature"}
    assert book.metadata.kernelspec.name == "python3"
    assert text.metadata == {}
    assert cell.metadata == {"tags": ["solution"], "jupyter": {"source_hidden": True}}
    assert cell.execution_count == cell.outputs[1].execution_count == 1
    assert list(cell.outputs[0].data) == ["text/plain"]
    assert [c.id for c in book.cells] == ["b", "a"]


def test_normal_form_is_reached_in_one_step_and_is_valid():
    once = nbformat.writes(notebooks.normalise(messy()))
    assert nbformat.writes(notebooks.normalise(nbformat.reads(once, as_version=4))) == once
    nbformat.validate(nbformat.reads(once, as_version=4))


def test_read_names_the_file(tmp_path):
    with pytest.raises(NotebookFault, match=r"none\.ipynb: there is no such notebook"):
        notebooks.read(tmp_path / "none.ipynb")
    (tmp_path / "bad.ipynb").write_text("{")
    with pytest.raises(NotebookFault, match=r"bad\.ipynb: not a notebook"):
        notebooks.read(tmp_path / "bad.ipynb")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.ipynb"
    notebooks.write(notebooks.normalise(messy()), path)
    before = path.read_bytes()
    broken = messy()
    broken.metadata["miniature"]["slug"] = object()
    with pytest.raises(TypeError):
        notebooks.write(broken, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_two_runs_give_the_same_bytes(tmp_path):
    path = tiny.write(tmp_path)
    (first, cost), (second, _) = notebooks.execute(path), notebooks.execute(path)
    assert nbformat.writes(first) == nbformat.writes(second)
    assert cost.cpu_seconds > 0
    assert 20 < cost.peak_mb < 900
    assert "items: 3 mean: 0." in first.cells[2].outputs[0].text


def test_a_notebook_runs_in_its_own_folder_with_one_thread(tmp_path):
    path = tiny.write(tmp_path, text='import os; print(os.getcwd(), os.environ["OMP_NUM_THREADS"])')
    notebook, _ = notebooks.execute(path)
    assert notebook.cells[2].outputs[0].text == f"{path.parent.resolve()} 1\n"


def test_a_cell_that_raises_stops_the_run(tmp_path):
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        notebooks.execute(tiny.write(tmp_path, text="1 / 0"))


def test_the_cost_of_a_process_grows_with_its_work():
    before, _ = notebooks.kernel_cost(os.getpid())
    sum(range(3_000_000))
    after, peak = notebooks.kernel_cost(os.getpid())
    assert after > before
    assert peak > 10
