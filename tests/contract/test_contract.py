"""The contract itself: each kind of damage to a good notebook is told, naming the notebook and the cell."""

import pytest
from nbformat.v4 import new_code_cell, new_output

from helpers import catalogue, contract, notebooks, skeleton

GOOD = catalogue.notebook_paths()[0]


def cell_with(notebook, tag):
    return next(cell for cell in notebook.cells if tag in cell.metadata.get("tags", []))


def clear_outputs(notebook):
    cell = next(c for c in notebook.cells if c.cell_type == "code" and c.source.startswith("claims.show()"))
    cell.outputs = []


def add_error(notebook):
    notebook.cells[2].outputs = [new_output("error", ename="ValueError", evalue="x", traceback=[])]


def add_stderr(notebook):
    notebook.cells[2].outputs = [new_output("stream", name="stderr", text="warning")]


def add_path(notebook):
    notebook.cells[2].outputs = [new_output("stream", name="stdout", text="saved in /tmp/me/x")]


def add_address(notebook):
    notebook.cells[2].outputs = [new_output("stream", name="stdout", text="Generator(PCG64) at 0x7F08C2D0A340")]


def add_long_cell(notebook):
    notebook.cells.insert(5, new_code_cell("\n".join(f"x{i} = {i}" for i in range(33)), execution_count=1, id="long"))


def unrun(notebook):
    cell_with(notebook, "setup").execution_count = None


def swap_parts(notebook):
    place = next(i for i, c in enumerate(notebook.cells) if "## Limits" in c.source)
    notebook.cells.insert(1, notebook.cells.pop(place))


def drop_solution(notebook):
    notebook.cells.remove(cell_with(notebook, "solution"))


def solved_stub(notebook):
    cell_with(notebook, "exercise").outputs = [new_output("stream", name="stdout", text="Exercise 1: right.")]


def change_title(notebook):
    notebook.cells[0].source = "# Another paper"


def no_conclusion(notebook):
    notebook.cells.pop()


def fail_a_claim(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            record = output.get("data", {}).get("application/vnd.miniatures.claims+json")
            if record:
                next(claim for claim in record["claims"] if claim["expected"])["holds"] = False


def unknown_parameter(notebook):
    cell_with(notebook, "parameters").source += "\nextra: int = 1  # not checked"


def drop_metadata(notebook):
    del notebook.metadata["miniature"]


def another_number(notebook):
    notebook.metadata["miniature"]["number"] = 92


def hide_warnings(notebook):
    cell_with(notebook, "setup").source += "\nwarnings.filterwarnings('ignore')"


DAMAGE = {
    clear_outputs: "the output is missing",
    add_error: "cell 2: an error output is committed: ValueError",
    add_stderr: "cell 2: output on stderr",
    add_path: "cell 2: a machine's path in the output",
    add_address: "cell 2: an address in memory in the output",
    add_long_cell: "cell 5: 33 lines of code",
    unrun: "cell 2: committed without having been run",
    swap_parts: "in this order",
    drop_solution: "2 code cells tagged `solution` that prove their check; 3 are needed",
    solved_stub: "the committed stub must be told `not yet`",
    change_title: "cell 0: the title differs",
    no_conclusion: "the last cell must be",
    fail_a_claim: "expected, and does not hold",
    unknown_parameter: "'extra' needs a type, a comment, and a range",
    drop_metadata: "no `miniature` block",
    another_number: "the metadata place it at",
    hide_warnings: "cell 2: hides warnings",
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_damage_is_told(damage, tmp_path):
    notebook = notebooks.read(GOOD)
    damage(notebook)
    path = tmp_path / GOOD.parent.name / GOOD.name
    path.parent.mkdir()
    notebooks.write(notebook, path)
    faults = contract.faults(path)
    assert any(DAMAGE[damage] in fault for fault in faults), faults
    assert all(fault.startswith(f"{GOOD.stem}: ") and "\n" not in fault for fault in faults)


def test_a_file_that_is_not_in_normal_form_is_told(tmp_path):
    path = tmp_path / GOOD.parent.name / GOOD.name
    path.parent.mkdir()
    path.write_text(GOOD.read_text(encoding="utf-8").replace('"nbformat_minor": 5', '"nbformat_minor":  5'))
    assert contract.faults(path) == [f"{GOOD.stem}: not in normal form; run `make fix`"]


def test_a_file_that_is_no_notebook_is_one_line(tmp_path):
    path = tmp_path / "02_s4.ipynb"
    path.write_text("{")
    assert len(contract.faults(path)) == 1


def test_a_new_skeleton_lacks_only_what_must_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)
    path = skeleton.write("01", "lssl")
    to_write = (
        contract.FILL_IN, "committed without having been run", "the output is missing", "words of prose",
        "no equation", "no interactive control", "pictures; at least", "claims in the ledger", "asserts; at least",
        "the committed stub must be told",
    )  # fmt: skip
    assert [fault for fault in contract.faults(path) if not any(words in fault for words in to_write)] == []


def test_the_code_of_a_new_skeleton_runs_up_to_what_must_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)
    code = [c for c in notebooks.read(skeleton.write("01", "lssl")).cells if c.cell_type == "code"]
    space = {}
    for cell in code[:2]:
        exec(cell.source, space)
    assert space["rng"].random() < 1
    with pytest.raises(AssertionError):
        exec(code[2].source, space)


def test_code_in_three_notebooks_is_told(tmp_path):
    paths = []
    for number in range(3):
        notebook = notebooks.read(GOOD)
        notebook.cells = [new_code_cell("\n".join(f"name_{i} = {i}" for i in range(6)))]
        paths.append(tmp_path / f"0{number}_x.ipynb")
        notebooks.write(notebook, paths[-1])
    assert contract.repetitions(paths[:2]) == []
    (row,) = contract.repetitions(paths)
    assert row.startswith("00_x, 01_x, 02_x: 6 lines from 'name_0 = 0'")
