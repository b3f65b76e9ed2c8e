"""Briefs that the tests of this room read."""

from __future__ import annotations

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
