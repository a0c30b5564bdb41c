"""The catalogue: the plan, metadata blocks, parameters, and what it says of bad input."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import catalogue, notebooks, pages, skeleton
from helpers.catalogue import ParameterFault, UnknownPaper
from helpers.notebooks import NotebookFault

BLOCK = {
    "number": 2,
    "slug": "s4",
    "track": "state_spaces",
    "title": catalogue.planned()["s4"].title,
    "authors": ["A. Author"],
    "year": 2021,
    "venue": "ICLR",
    "arxiv": "2111.00396",
    "idea": "An idea in one sentence.",
    "needs": ["lssl"],
    "concepts": ["state space"],
    "reading_minutes": 30,
    "running_seconds": 20,
}


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """An empty collection in a temporary folder; returns a function that writes a paper's skeleton into it."""
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)

    def add(slug, **changes):
        paper = catalogue.planned()[slug]
        notebook = skeleton.build(paper)
        block = BLOCK | {name: getattr(paper, name) for name in ("number", "slug", "track", "title")}
        notebook.metadata["miniature"] = {**block, "needs": [], **changes}
        path = tmp_path / paper.track / paper.path.name
        path.parent.mkdir(exist_ok=True)
        notebooks.write(notebook, path)
        return path

    return add


def test_the_plan_has_92_papers_numbered_in_order_in_known_tracks():
    plan = list(catalogue.planned().values())
    assert [paper.number for paper in plan] == list(range(1, 93))
    assert {paper.track for paper in plan} == set(catalogue.TRACKS)
    assert len({paper.slug for paper in plan}) == 92


def test_a_right_block_has_no_faults():
    assert catalogue.faults(BLOCK) == []


@pytest.mark.parametrize("name", list(BLOCK))
def test_every_field_is_needed(name):
    rest = {key: value for key, value in BLOCK.items() if key != name}
    assert catalogue.faults(rest) == [f"{name}: missing"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", 3),
        ("slug", "s5"),
        ("slug", None),
        ("track", "diffusion"),
        ("title", "S4"),
        ("authors", []),
        ("authors", "A. Author"),
        ("authors", [""]),
        ("year", "2021"),
        ("year", 20211),
        ("venue", " "),
        ("arxiv", "2111.396"),
        ("idea", "No full stop"),
        ("idea", "x" * 300 + "."),
        ("needs", ["s4"]),
        ("needs", ["no_such_paper"]),
        ("concepts", [3]),
        ("reading_minutes", 0),
        ("reading_minutes", True),
        ("running_seconds", 61),
        ("extra", 1),
    ],
)
def test_a_wrong_field_is_named(name, value):
    faults = catalogue.faults(BLOCK | {name: value})
    assert faults
    assert all(fault.split(":")[0].split(" ")[0] == name for fault in faults)


@given(st.dictionaries(st.sampled_from([*BLOCK, "other"]), st.none() | st.integers() | st.text() | st.lists(st.text())))
def test_faults_never_raises(changes):
    assert all("\n" not in fault or "\\n" in fault for fault in catalogue.faults(BLOCK | changes))


def test_load_reads_what_was_written(collection):
    paper = catalogue.load(collection("s4"))
    assert (paper.slug, paper.authors, paper.running_seconds) == ("s4", ("A. Author",), 20)


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"metadata": {}}', '{"cells": '])
def test_a_damaged_notebook_is_one_line(tmp_path, damage):
    path = tmp_path / "02_s4.ipynb"
    path.write_text(damage)
    with pytest.raises(NotebookFault, match=r"^02_s4\.ipynb: .*$"):
        catalogue.load(path)


def test_a_notebook_in_the_wrong_place_is_refused(collection, tmp_path):
    path = collection("s4")
    moved = path.rename(tmp_path / "03_s4.ipynb")
    with pytest.raises(NotebookFault, match="must be state_spaces/02_s4.ipynb"):
        catalogue.load(moved)


def test_find_by_slug_and_number_and_all(collection):
    collection("s4")
    collection("fastrp")
    assert [paper.slug for paper in catalogue.find([])] == ["s4", "fastrp"]
    assert [paper.slug for paper in catalogue.find(["46", "02", "s4"])] == ["fastrp", "s4"]


def test_a_faulty_notebook_does_not_hold_up_others(collection):
    collection("s4")
    collection("fastrp").write_text("{}")
    assert [paper.slug for paper in catalogue.find(["s4"])] == ["s4"]
    for names in (["fastrp"], []):
        with pytest.raises(NotebookFault, match=r"^46_fastrp\.ipynb: no `miniature` block"):
            catalogue.find(names)


def test_unknown_papers_are_refused_with_the_nearest(collection):
    collection("fastrp")
    with pytest.raises(UnknownPaper, match="did you mean fastrp"):
        catalogue.find(["fastpr"])
    with pytest.raises(UnknownPaper, match="'s4' is planned but has no notebook yet"):
        catalogue.find(["2"])


def test_parameters_are_read_without_running(collection):
    found = catalogue.parameters(collection("s4"))
    assert found["seed"].default == 0
    assert found["seed"].allowed == (0, 2**32 - 1)
    assert found["seed"].words.startswith("random seed")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("seed = 0  # no type", "'seed' needs a type"),
        ("seed: int = 0", "'seed' needs"),
        ("seed: int = 0  # x\nprint(1)", "more than parameters"),
        ("seed: int = 0  # x\ndim: int = 3  # no range", "'dim' needs"),
    ],
)
def test_a_parameter_without_type_comment_or_range_is_refused(collection, source, message):
    path = collection("s4")
    notebook = json.loads(path.read_text())
    notebook["cells"][1]["source"] = source
    path.write_text(json.dumps(notebook))
    with pytest.raises(NotebookFault, match=message):
        catalogue.parameters(path)


def test_a_range_that_must_be_run_to_be_known_is_refused(collection):
    path = collection("s4")
    path.write_text(path.read_text().replace("seed=(seed, 0, None)", "seed=(seed, range(3))"))
    with pytest.raises(NotebookFault, match=r"^02_s4\.ipynb: check_parameters: seed=\(seed, range\(3\)\) must be"):
        catalogue.parameters(path)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sed": 1}, "unknown parameter 'sed'; did you mean seed"),
        ({"seed": -1}, "seed = -1: allowed is an integer from 0"),
        ({"seed": "3"}, "seed = '3'"),
        ({"seed": True}, "seed = True"),
        ({"seed": 1.5}, "seed = 1.5"),
    ],
)
def test_parameter_values_are_checked_before_anything_runs(collection, values, message):
    paper = catalogue.load(collection("s4"))
    with pytest.raises(ParameterFault, match=message):
        catalogue.check_values(paper, {name: [value] for name, value in values.items()})


def test_the_table_links_and_counts(collection, tmp_path):
    collection("s4")
    table = pages.table(catalogue.miniatures(), tmp_path)
    assert "1 of 9 papers" in table
    assert "(state_spaces/02_s4.ipynb)" in table
    assert "Graphs" not in table


def test_the_table_goes_between_its_markers(collection):
    collection("s4")
    text = pages.readme(f"head\n{pages.BEGIN}\nold\n{pages.END}\ntail", catalogue.miniatures())
    assert text.startswith("head\n")
    assert text.endswith("\ntail")
    assert "old" not in text
    assert "02_s4" in text
    with pytest.raises(NotebookFault, match="markers"):
        pages.readme("no markers", [])


def drawn(papers):
    """Names on the map with their places, and how many lines there are."""
    texts = pages.draw_map(papers).axes[0].texts
    return {text.get_text(): text.xy for text in texts if text.get_text()}, sum(not text.get_text() for text in texts)


def test_the_map_has_every_paper_with_a_line_and_no_line_too_many(collection):
    collection("s4", needs=["lssl"])
    collection("mamba_360", needs=["lssl", "s4"])
    collection("fastrp")
    places, lines = drawn(catalogue.miniatures())
    assert places == {"01 lssl": (0, 0), "02 s4": (1, -1), "04 mamba_360": (2, -2)}
    assert lines == 2  # 04 needs 01 by way of 02


def test_on_the_map_a_paper_stands_below_and_to_the_right_of_what_it_needs():
    papers = catalogue.miniatures()
    places, _ = drawn(papers)
    assert len({y for _, y in places.values()}) == len(places)
    names = {slug: f"{paper.number:02d} {slug}" for slug, paper in catalogue.planned().items()}
    for paper in papers:
        for need in paper.needs:
            (x, y), (x_before, y_before) = places[names[paper.slug]], places[names[need]]
            assert x > x_before
            assert y < y_before


def test_a_map_without_lines_is_empty(collection):
    collection("fastrp")
    assert drawn(catalogue.miniatures()) == ({}, 0)


def test_running_time_is_noted_in_steps_of_five_and_only_when_it_moved(collection):
    notebook = notebooks.read(collection("s4"))
    pages.note_running_time(notebook, 18.2)
    assert notebook.metadata["miniature"]["running_seconds"] == 20
    pages.note_running_time(notebook, 31.0)
    assert notebook.metadata["miniature"]["running_seconds"] == 35
