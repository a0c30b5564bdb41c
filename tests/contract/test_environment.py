"""One environment, told three times: pyproject.toml, environment.yml and Binder agree; the network is cut."""

import os
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import helpers
from helpers.notebooks import ROOT

# conda-forge's name of a package, where it differs from PyPI's.
CONDA_NAMES = {"matplotlib": "matplotlib-base", "torch": "pytorch-cpu"}
RUNNING_EXTRAS = ("batch", "lab")


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_helpers_is_ours_from_any_folder(tmp_path):
    code = "import helpers; print(helpers.__file__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == Path(helpers.__file__) == ROOT / "helpers" / "__init__.py"


def test_conda_and_pip_have_the_same_packages_with_the_same_bounds(project, conda):
    extras = [need for extra in RUNNING_EXTRAS for need in project["optional-dependencies"][extra]]
    wanted = {
        CONDA_NAMES.get(need.name, need.name): need.specifier
        for need in map(Requirement, [*project["dependencies"], *extras])
    }
    found = {need.name: need.specifier for need in map(Requirement, conda["dependencies"][2:])}
    assert found == wanted
    assert conda["dependencies"][:2] == ["python=3.11", "pip"]
    assert project["requires-python"] == ">=3.11"


def test_conda_takes_nothing_from_elsewhere(conda):
    assert conda["channels"] == ["conda-forge", "nodefaults"]
    assert all(isinstance(need, str) for need in conda["dependencies"])


def test_every_package_has_its_reason(project):
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    for line in lines[lines.index("dependencies:") + 2 :]:
        assert re.search(r" # \w{3,}", line), f"environment.yml: no reason for {line.strip()!r}"
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    needs = [*project["dependencies"], *(need for extra in project["optional-dependencies"].values() for need in extra)]
    for need in map(Requirement, needs):
        if need.name != project["name"]:
            assert f"`{need.name}`" in contributing, f"CONTRIBUTING.md: no reason for {need.name}"


def test_torch_takes_the_cpu_build_where_there_is_one(project):
    (torch,) = [need for need in map(Requirement, project["dependencies"]) if need.name == "torch"]
    assert torch.specifier.contains("2.13.0")
    assert not torch.specifier.contains("2.14.0")


def test_binder_reads_the_same_file():
    link = ROOT / "binder" / "environment.yml"
    assert link.read_text(encoding="utf-8") == (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert link.is_symlink()


def test_repo2docker_plans_the_environment_and_the_start_page(monkeypatch):
    from repo2docker.buildpacks import CondaBuildPack

    monkeypatch.chdir(ROOT)
    plan = CondaBuildPack("buildpack-deps:24.04")
    plan.platform = "linux/amd64"
    assert plan.detect()
    assert plan.binder_path("environment.yml") == "binder/environment.yml"
    assert plan.python_version == "3.11"
    dockerfile = plan.render()
    assert re.search(r'env update .*--file "?binder/environment\.yml"?', dockerfile)
    assert re.search(r"\./?binder/postBuild|binder/postBuild", dockerfile)
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)


def test_the_network_is_cut_where_the_machine_allows_it():
    if os.environ.get("MINIATURES_NETWORK") != "cut":
        pytest.skip("run by `make test` on a machine that allows network namespaces")
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
