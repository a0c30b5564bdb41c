"""JupyterLab itself, in headless Chromium: opens the start page and the fastest notebook, and runs all their cells."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from helpers import catalogue
from helpers.notebooks import ROOT
from tests.batches import free_port

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IS_OPEN = """path => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.content?.widgets && panel.context?.path === path;
}"""
RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await app.commands.execute('notebook:run-all-cells');
  return panel.content.widgets.filter(cell => cell.model.type === 'code')
    .map(cell => cell.model.outputs.toJSON());
}"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab server over a copy of the notebooks, with Binder's settings and a home of its own."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "notebooks", home / "work" / "notebooks")
    settings = home / "config"
    settings.mkdir()
    shutil.copy(ROOT / "binder" / "jupyter_server_config.json", settings)
    port = free_port()
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "lab"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--IdentityProvider.token=", "--expose-app-in-browser", f"--ServerApp.root_dir={home / 'work'}"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=home / "work", env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5)
                break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def page(lab):
    """A page of headless Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1200, "height": 900})
        browser.close()


def run_all(page, lab, path):
    """Open a notebook, run all cells, return each code cell's outputs."""
    page.set_default_timeout(180_000)
    page.goto(f"{lab}/lab/tree/notebooks/{path}?reset", wait_until="load")
    page.wait_for_function(IS_OPEN, arg=f"notebooks/{path}")
    return page.evaluate(RUN_ALL)


def errors(outputs):
    return [output for cell in outputs for output in cell if output["output_type"] == "error"]


def test_the_server_opens_at_the_start_page_as_on_binder(lab):
    with urllib.request.urlopen(f"{lab}/", timeout=20) as answer:
        assert answer.geturl().endswith("/lab/tree/notebooks/start_here.ipynb")


def test_the_start_page_runs_in_jupyterlab(page, lab):
    outputs = run_all(page, lab, "start_here.ipynb")
    assert errors(outputs) == []
    assert "image/png" in json.dumps(outputs)
    words = page.locator(".jp-Notebook").inner_text()
    for paper in catalogue.miniatures():
        assert paper.title in re.sub(r"\s+", " ", words)


def test_the_fastest_notebook_runs_in_jupyterlab_with_its_control(page, lab):
    fastest = min(catalogue.miniatures(), key=lambda paper: paper.running_seconds)
    outputs = run_all(page, lab, f"{fastest.track}/{fastest.path.name}")
    assert errors(outputs) == []
    assert "application/vnd.miniatures.claims+json" in json.dumps(outputs)
    assert "application/vnd.jupyter.widget-view+json" in json.dumps(outputs)
