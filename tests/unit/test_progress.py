"""The progress bar: every step is yielded, and a committed notebook shows a fixed text."""

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient

from helpers.progress import in_notebook, track

laws = settings(max_examples=15, deadline=None, derandomize=True)
CELLS = {
    "list": "print(list(track('abc', 'letters')))",
    "generator": "print(sum(track((n for n in range(4)), 'numbers', total=4)))",
    "empty": "print(list(track([], 'nothing')))",
    "slow": "from time import sleep\nfor n in track(range(2), 'naps'):\n    sleep(0.25)",
    "broken off": "print(next(track(range(9), 'many')))",
    "raising": "for step in track([1, 2], 'bad'):\n    1 / 0",
    "without total": "track(iter('abc'), 'letters')",
}
WHOLE = {"list": ("letters", 3), "generator": ("numbers", 4), "empty": ("nothing", 0), "slow": ("naps", 2)}
SHOWN = WHOLE | {"broken off": ("many", 9), "raising": ("bad", 2)}
whole_loops = pytest.mark.parametrize(("cell", "label", "total"), [(cell, *entry) for cell, entry in WHOLE.items()])
shown_loops = pytest.mark.parametrize(("cell", "label", "total"), [(cell, *entry) for cell, entry in SHOWN.items()])


@pytest.fixture(scope="module")
def ran():
    """A notebook of `CELLS` after a run in a kernel of its own: a cell's outputs and its widgets' last state."""
    notebook = nbformat.v4.new_notebook()
    codes = ["from helpers.progress import track", *CELLS.values()]
    notebook.cells = [nbformat.v4.new_code_cell(code) for code in codes]
    NotebookClient(notebook, kernel_name="python3", timeout=60, allow_errors=True).execute()
    widgets = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]

    def look(cell):
        outputs = notebook.cells[1 + list(CELLS).index(cell)].outputs
        view = outputs[0].get("data", {}).get("application/vnd.jupyter.widget-view+json")
        children = widgets[view["model_id"]]["state"]["children"] if view else ()
        return outputs, [widgets[child.removeprefix("IPY_MODEL_")]["state"] for child in children]

    return look


def printed(outputs):
    return "".join(output.text for output in outputs if output.output_type == "stream")


# In a terminal


def test_a_test_is_no_notebook():
    assert not in_notebook()


@laws
@given(st.lists(st.integers()))
def test_every_step_is_yielded_in_order(steps):
    assert list(track(steps, "steps")) == steps


@laws
@given(st.lists(st.integers()), st.integers(0, 20))
def test_a_wrong_total_loses_no_step(steps, total):
    assert list(track(iter(steps), "steps", total=total)) == steps


def test_a_step_is_taken_only_when_it_is_asked_for():
    taken = []
    steps = track((taken.append(n) or n for n in range(5)), "steps", total=5)
    assert taken == []
    assert [next(steps), next(steps)] == taken == [0, 1]


def test_an_error_in_the_steps_goes_through():
    with pytest.raises(ZeroDivisionError):
        list(track((1 // n for n in (1, 0)), "steps", total=2))


def test_a_terminal_shows_label_and_total_on_stderr(capsys):
    list(track(range(7), "epochs"))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "epochs" in shown.err
    assert "7/7" in shown.err


def test_steps_without_length_need_a_total_at_once():
    with pytest.raises(ValueError, match="total = None: steps has no length"):
        track(iter("abc"), "letters")


# In a kernel


@shown_loops
def test_the_text_form_is_fixed(ran, cell, label, total):
    outputs, _ = ran(cell)
    assert outputs[0].data["text/plain"] == f"{label}: {total} steps"


@pytest.mark.parametrize("cell", CELLS)
def test_a_kernel_shows_nothing_on_stderr(ran, cell):
    outputs, _ = ran(cell)
    assert "stderr" not in [output.get("name") for output in outputs]


@pytest.mark.parametrize("cell", SHOWN)
def test_a_loop_has_one_bar(ran, cell):
    outputs, _ = ran(cell)
    assert [output.output_type for output in outputs].count("display_data") == 1


@pytest.mark.parametrize(("cell", "said"), [("list", "['a', 'b', 'c']\n"), ("generator", "6\n"), ("empty", "[]\n")])
def test_a_kernel_gets_every_step(ran, cell, said):
    assert printed(ran(cell)[0]) == said


@whole_loops
def test_the_bar_ends_at_its_total(ran, cell, label, total):
    bar, _ = ran(cell)[1]
    assert (bar["value"], bar["max"]) == (total, total)


@whole_loops
def test_the_text_beside_the_bar_ends_at_the_total(ran, cell, label, total):
    _, text = ran(cell)[1]
    assert text["value"].startswith(f"{label}: {total} of {total}, ")


def test_an_error_in_a_loop_of_a_kernel_goes_through(ran):
    assert ran("raising")[0][-1].ename == "ZeroDivisionError"


def test_steps_without_length_need_a_total_in_a_kernel_too(ran):
    (error,) = ran("without total")[0]
    assert (error.ename, error.evalue) == ("ValueError", "total = None: steps has no length, so total must be given")
