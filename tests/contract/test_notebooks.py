"""The contract of all committed notebooks, and that the generated pages say what the notebooks say."""

import re
import subprocess

import nbformat
import pytest

from helpers import catalogue, contract, notebooks, pages

PATHS = catalogue.notebook_paths()


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_notebook_keeps_the_contract(path):
    faults = contract.faults(path)
    assert not faults, "\n" + "\n".join(faults)


def test_no_code_stands_in_three_notebooks():
    assert contract.repetitions(PATHS) == []


def test_the_readme_says_what_the_notebooks_say():
    text = pages.README.read_text(encoding="utf-8")
    assert pages.readme(text, catalogue.miniatures()) == text, "run `make fix`"


def test_the_start_page_says_what_the_notebooks_say():
    written = pages.START.read_text(encoding="utf-8")
    assert nbformat.writes(pages.start_page(catalogue.miniatures())) == written, "run `make fix`"


def test_links_in_the_pages_lead_somewhere():
    for page in (pages.README, notebooks.ROOT / "CONTRIBUTING.md", notebooks.ROOT / "data" / "README.md"):
        for link in re.findall(r"\]\((?!https?:|#)([^)]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
    for path in [pages.START, *PATHS]:
        for cell in notebooks.read(path).cells:
            for link in re.findall(
                r"\]\((?!https?:|#)([^)\s]+)\)", cell.source if cell.cell_type == "markdown" else ""
            ):
                assert (path.parent / link).exists(), f"{path.stem}: {link}"


def test_what_must_be_read_first_forms_no_circle():
    import networkx as nx

    graph = nx.DiGraph((need, paper.slug) for paper in catalogue.miniatures() for need in paper.needs)
    assert nx.is_directed_acyclic_graph(graph)


def test_the_first_three_commands_of_the_readme_are_targets_of_make():
    text = pages.README.read_text(encoding="utf-8")
    commands = re.search(r"```sh\n(.*?)```", text, re.S)[1].splitlines()
    targets = [line.split()[1] for line in commands]
    assert targets == ["run", "test", "lab"]
    for target in targets:
        done = subprocess.run(
            ["make", "--dry-run", target], cwd=notebooks.ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_repository_holds_no_registry_address_and_no_path_of_a_machine():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=notebooks.ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not listed:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|repo\.anaconda|/root/|/home/\w+/")
    this = "tests/contract/test_notebooks.py"
    for name in listed:
        path = notebooks.ROOT / name
        if name == this or not path.is_file() or path.suffix in (".npz", ".gz"):
            continue
        found = pattern.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{name}: {found[0]}"
