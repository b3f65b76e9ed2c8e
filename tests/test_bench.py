"""The benchmarks ask everybody the same question and report what they found."""

from __future__ import annotations

import doctest
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bench" / "peers"))
    import serve

    return serve


def test_the_page_shows_every_figure_with_its_budget_and_every_ratio():
    from bench.figures import Budget, Duel, Figure, Skipped
    from bench.page import Run, page

    text = page(Run([Figure("Start", "import", 0.05, 0.06, "s", Budget(0.15)),
                     Figure("Verdicts", "H20", 12_366.0, 9_000.0, "/s", Budget(10_000, at_least=True)),
                     Figure("Rows", "four | five", 19.0, 20.0, "ms", Budget(15))],
                    [Duel("Peer", "one situation", (12_000.0, 9_000.0, 15_000.0), (3_000.0, 3_000.0, 3_000.0), "/s"),
                     Duel("Peer", "rows", (20.0, 30.0), (10.0, 6.0), "ms")],
                    [Skipped("Other", "no wheel")], (1.02, 1.3)))
    assert "| Start | import | 0.06 s | 0.05 s | < 0.15 s | met |" in text
    assert "| Verdicts | H20 | 9,000/s | 12,400/s | > 10,000/s | met in the best round only |" in text
    assert "| Rows | four \\| five | 20 ms | 19 ms | < 15 ms | missed |" in text
    assert "| Peer | one situation | 12,000/s | 3,000/s | 4 × | 5 × | 3 to 5 |" in text
    assert "| Peer | rows | 25 ms | 8 ms | 0.35 × | 0.3 × | 0.2 to 0.5 |" in text
    assert "- Other: skipped, no wheel" in text


def test_amounts_have_three_significant_digits():
    import bench.page

    assert doctest.testmod(bench.page).failed == 0


def test_every_part_of_the_bench_can_be_imported_and_run_without_peers():
    import bench.__main__
    from bench import overlays, verdicts

    assert bench.__main__._options().parse_args(["--no-peers"]).no_peers
    assert all(case() for case in verdicts.cases().values())
    assert overlays.reform()["changes"]


def test_the_peers_are_given_the_lines_of_the_law(serve: ModuleType):
    from bench.rows import DAY

    from highfence.rules.store import shipped_law

    lines = {name: shipped_law().parameter(f"us.ear.774.3A090.{name}").on(DAY).value for name in serve.PARAMETERS}
    assert lines == serve.PARAMETERS


def test_the_rows_stand_on_every_line_and_on_both_sides_of_it():
    from bench.rows import DENSITY_LINES, EDGE_COUNT, TPP_LINES, make_rows

    rows = make_rows(1_000)
    assert set(TPP_LINES) <= set(rows["tpp"][:EDGE_COUNT])
    assert set(DENSITY_LINES) <= set(rows["performance_density"][:EDGE_COUNT])
    assert len({*zip(*(column[:EDGE_COUNT].tolist() for column in rows.values()))}) == EDGE_COUNT == 162


class _PeerThatSays:
    """Stands for a peer's process: gives the answers that it is handed."""

    def __init__(self, answers: Any) -> None:
        self.answers = answers

    def ask(self, do: str, *, out: str, singles: int) -> dict[str, Any]:
        np.savez(out, many=self.answers, one=self.answers[:, :singles])
        return {}


def test_a_peer_that_reads_at_least_as_above_is_caught_before_anything_is_timed(tmp_path: Path):
    from bench.batch import each_formula
    from bench.environment import PEERS
    from bench.rivals import Disagreement, check_answers
    from bench.rows import make_rows

    rows = make_rows(500)
    right = each_formula(rows)
    check_answers(PEERS[0], _PeerThatSays(right), rows, tmp_path / "answers.npz")
    wrong = right.copy()
    wrong[0] = rows["tpp"] > 4800
    with pytest.raises(Disagreement, match=r"'tpp': 4800"):
        check_answers(PEERS[0], _PeerThatSays(wrong), rows, tmp_path / "answers.npz")


def test_a_peer_that_cannot_be_installed_is_skipped_with_the_reason():
    from bench.environment import NotInstalled, _run

    with pytest.raises(NotInstalled, match="ERROR: no such distribution"):
        _run([sys.executable, "-c", "raise SystemExit('ERROR: no such distribution')"])
