"""Briefs that the tests of this room read."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable

import pytest

from highfence.report.brief import Brief, build_brief


@pytest.fixture(scope="session")
def h20() -> Brief:
    """The H20 to China in May 2025."""
    return build_brief("H20", to="CN", on="2025-05-01")


@pytest.fixture(scope="session")
def rtx_4090_d() -> Brief:
    """The RTX 4090 D to China in May 2025."""
    return build_brief("RTX 4090 D", to="CN", on="2025-05-01")


@pytest.fixture(scope="session")
def sheet() -> Brief:
    """A made-up US data-centre part whose die area nobody stated."""
    return build_brief({"name": "Example X1", "peak_fp8": "300 TFLOP/s", "memory_bandwidth": "1 TB/s",
                        "io_gb_s": 500, "datacenter": True, "designed_in": "US", "made_in": "TW"},
                       to="CN", on="2025-05-01", against=["H100"])


@pytest.fixture(scope="session")
def covered() -> set[int]:
    """The characters that the fonts at hand can draw."""
    if shutil.which("fc-list") is None:
        pytest.skip("fc-list is not installed")
    listed = subprocess.run(["fc-list", "--format", "%{family}\t%{charset}\n"], capture_output=True, text=True,
                            check=True).stdout
    if "CJK" not in listed:
        pytest.skip("no CJK font is installed")
    return _code_points(line.rpartition("\t")[2] for line in listed.splitlines())


def _code_points(charsets: Iterable[str]) -> set[int]:
    """Return the characters that some charsets, written as ranges of hexadecimal numbers, hold."""
    found: set[int] = set()
    for part in {part for charset in charsets for part in charset.split()}:
        low, _, high = part.partition("-")
        found.update(range(int(low, 16), int(high or low, 16) + 1))
    return found
