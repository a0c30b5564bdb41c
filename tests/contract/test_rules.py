"""The tests of the tests: what the comparison of outputs lets pass and what it does not."""

import subprocess
import sys

import pytest

from helpers import notebooks
from tests import tiny

ROOT = notebooks.ROOT
PRINTED = "items: 3 mean: 0."


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The tiny notebook with the outputs of a real run."""
    path = tiny.write(tmp_path_factory.mktemp("collection"))
    notebook, _ = notebooks.execute(path)
    notebooks.write(notebook, path)
    return path


def compare(path, *arguments):
    """Run nbval with the collection's rules on one notebook, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, f"--rootdir={ROOT}", *arguments, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def changed(executed, tmp_path, old, new):
    text = executed.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "02_s4.ipynb"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_same_outputs_pass(executed):
    code, out = compare(executed)
    assert code == 0, out
    assert f"{len(tiny.CELLS) + 1} passed" in out
    assert "what the notebooks cost" in out


def test_a_changed_decimal_passes(executed, tmp_path):
    code, out = compare(changed(executed, tmp_path, "mean: 0.", "mean: 7."))
    assert code == 0, out


@pytest.mark.parametrize(
    ("old", "new"),
    [("verdict: right", "verdict: wrong"), ("items: 3", "items: 4"), ("<td style='text-align:left'>holds</td>", "")],
    ids=["verdict", "integer", "row of the claims table"],
)
def test_a_changed_word_or_integer_fails(executed, tmp_path, old, new):
    code, out = compare(changed(executed, tmp_path, old, new))
    assert code == 1, out
    assert "1 failed" in out


def test_a_changed_verdict_of_the_ledger_fails(executed, tmp_path):
    code, out = compare(changed(executed, tmp_path, "value): holds", "value): does not hold"))
    assert code == 1, out


def test_a_missing_output_fails(executed, tmp_path):
    notebook = notebooks.read(executed)
    next(cell for cell in notebook.cells if cell.source.startswith("print")).outputs = []
    path = tmp_path / "02_s4.ipynb"
    notebooks.write(notebook, path)
    code, out = compare(path)
    assert code == 1, out


def test_output_on_stderr_fails(tmp_path):
    path = tiny.write(tmp_path, text='import sys; print("warning", file=sys.stderr)')
    notebook, _ = notebooks.execute(path)
    notebook.cells[2].outputs = []
    notebooks.write(notebook, path)
    code, out = compare(path)
    assert code == 1, out


def test_a_failing_claim_fails(tmp_path):
    path = tiny.write(tmp_path, declare=tiny.CELLS["declare"].replace("above(0)", "above(5)"))
    notebook = notebooks.read(path)
    for place, cell in enumerate(notebook.cells):
        cell.execution_count = place + 1
    notebooks.write(notebook, path)
    code, out = compare(path)
    assert code == 1, out
    assert "ClaimsFailed" in out


def test_a_dead_kernel_is_told_at_once(tmp_path):
    code, out = compare(tiny.write(tmp_path, text="import os; os._exit(9)"), "--nbval-cell-timeout=60")
    assert code == 1, out
    assert "the kernel died while this cell ran" in out


def test_too_much_memory_fails(tmp_path):
    path = tiny.write(tmp_path, text="held = bytearray(950 * 2**20)")
    notebook, _ = notebooks.execute(path)
    notebooks.write(notebook, path)
    code, out = compare(path)
    assert code == 1, out
    assert "the limit is 900 MB" in out
