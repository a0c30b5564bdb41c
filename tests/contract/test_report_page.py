"""The report of a batch, in headless Chromium: opened as a file, with no network and no scripts of its own."""

import pytest

from tests import batches, tiny
from tests.contract.test_jupyterlab import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Results of three seeds of a tiny paper of which one seed raises, and their report."""
    folder = tmp_path_factory.mktemp("batch")
    tiny.write(folder / "notebooks", text="assert seed != 1")
    assert batches.run(folder, "run", "s4", "--seeds", "0-2").returncode == 1
    assert batches.run(folder, "report").returncode == 0
    return folder


@pytest.mark.parametrize("width", [1200, 400])
def test_the_page_shows_every_run_at_any_width_and_asks_for_nothing(folder, width):
    from playwright.sync_api import sync_playwright

    asked, faults = [], []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto((folder / "results" / "report.html").as_uri())
        cells = [page.locator(f".cells a.{kind}") for kind in ("held", "failed", "stopped")]
        assert [cell.count() for cell in cells] == [2, 0, 1]
        assert all(cells[0].nth(place).bounding_box()["width"] > 10 for place in range(2))
        assert page.locator("circle").count() == 2
        box = page.locator("svg").bounding_box()
        assert box["height"] > 30
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("summary").click()
        assert "AssertionError" in page.locator("pre").inner_text()
        hrefs = page.eval_on_selector_all("a", "links => links.map(link => link.getAttribute('href'))")
        browser.close()
    assert len(asked) == 1
    assert faults == []
    assert all((folder / "results" / href).exists() for href in hrefs)
