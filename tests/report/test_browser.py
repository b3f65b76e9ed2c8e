"""The page in a real browser: on a phone, on a desk and on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from highfence.report.brief import build_brief
from highfence.report.page import render_page

BROWSER = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PROBE = """<script>document.body.dataset.probe = [innerWidth, document.documentElement.scrollWidth,
  [...document.querySelectorAll('a[href^="#"]')].filter(a => !document.getElementById(
    decodeURIComponent(a.getAttribute('href').slice(1)))).length,
  [...document.querySelectorAll('svg text')].filter(t => t.getBoundingClientRect().height > 0
    && t.getBoundingClientRect().height < 7).length].join(' ')</script>"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed (make browser)")


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The brief of the H20 with a probe that the page itself never carries."""
    made = render_page(build_brief("H20", to="CN", on="2025-05-01"), request.param)
    path = tmp_path_factory.mktemp("page") / "brief.html"
    path.write_text(made.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    return path


def run(page: Path, *arguments: str) -> str:
    profile = page.parent / "profile"
    return subprocess.run([str(BROWSER), *FLAGS, f"--user-data-dir={profile}", *arguments, page.as_uri()],
                          capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_the_page_never_scrolls_sideways_and_every_link_lands(page: Path, width: int) -> None:
    dom = run(page, f"--window-size={width},900", "--dump-dom")
    found = re.search(r'data-probe="(\d+) (\d+) (\d+) (\d+)"', dom)
    assert found is not None
    inner, scroll, dead_links, tiny_labels = map(int, found.groups())
    assert scroll <= inner
    assert dead_links == 0
    assert tiny_labels == 0


def test_the_page_prints(page: Path) -> None:
    paper = page.parent / "brief.pdf"
    run(page, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    assert paper.read_bytes().startswith(b"%PDF") and paper.stat().st_size > 50_000
