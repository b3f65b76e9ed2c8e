"""The benchmarks ask everybody the same question and report what they found."""

from __future__ import annotations

import doctest
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def _among_the_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "bench" / "peers"))


@pytest.fixture
def serve(_among_the_peers: None) -> ModuleType:
    import serve

    return serve


@pytest.fixture
def own_model(_among_the_peers: None) -> ModuleType:
    import highfence_llm

    return highfence_llm


def test_the_page_shows_every_figure_with_its_budget_and_every_ratio():
    from bench.figures import Budget, Comparison, Duel, Figure, Skipped
    from bench.page import Run, page

    text = page(Run([Figure("Start", "import", 0.05, 0.06, "s", Budget(0.15)),
                     Figure("Verdicts", "H20", 12_366.0, 9_000.0, "/s", Budget(10_000, at_least=True)),
                     Figure("Rows", "four | five", 19.0, 20.0, "ms", Budget(15))],
                    [Skipped("Bulk", "there is no room")],
                    Comparison([Duel("Peer", "one situation", (12_000.0, 9_000.0, 15_000.0), (3_000.0,) * 3, "/s"),
                                Duel("Peer", "rows", (20.0, 30.0), (10.0, 6.0), "ms")],
                               [Skipped("Other", "no wheel")]),
                    Comparison([Duel("Model", "one estimate", (9_000.0,), (18_000.0,), "/s")], (),
                               ["Model: 337.7 ms"]), (1.02, 1.3)))
    assert "| Start | import | 0.06 s | 0.05 s | < 0.15 s | met |" in text
    assert "| Verdicts | H20 | 9,000/s | 12,400/s | > 10,000/s | met in the best round only |" in text
    assert "| Rows | four \\| five | 20 ms | 19 ms | < 15 ms | missed |" in text
    budgets, rules, estimates = _parts(text, "## Beside other engines", "### Performance model")
    assert "- Bulk: skipped, there is no room" in budgets
    assert "| Peer | one situation | 12,000/s | 3,000/s | 4 × | 5 × | 3 to 5 |" in rules
    assert "| Peer | rows | 25 ms | 8 ms | 0.35 × | 0.3 × | 0.2 to 0.5 |" in rules
    assert "- Other: skipped, no wheel" in rules
    assert "| Model | one estimate | 9,000/s | 18,000/s | 0.5 × | 0.5 × | 0.5 to 0.5 |" in estimates
    assert "- Model: 337.7 ms" in estimates


def _parts(text: str, *heads: str) -> list[str]:
    parts = [text]
    for head in heads:
        parts[-1:] = parts[-1].split(f"\n{head}\n")
    return parts


def test_a_room_beside_no_peer_says_so():
    from bench.figures import Comparison
    from bench.page import Run, page

    assert page(Run([], [], Comparison(), Comparison(), (1.0, 1.0))).count("No peer was measured in this run.") == 3


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


def test_the_page_names_no_folder_of_the_users():
    from bench.__main__ import _options, _told

    asked = _options().parse_args(["--quick", "--perf-peers", "/home/someone/peers"])
    assert _told(asked) == "python -m bench --quick --perf-peers FOLDER"


def test_a_command_that_is_not_there_is_skipped_with_the_reason():
    from bench.figures import Skipped
    from bench.startup import _command

    assert _command("conjure H20", None, 1) == Skipped("`highfence conjure H20`", "there is no `highfence conjure`")


def test_what_the_performance_model_lacks_is_named(own_model: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, own_model.MODULE, None)
    assert set(own_model.highfence(10).absent) == {"serving", "bulk", "training"}
    room = SimpleNamespace(single_estimate=lambda: lambda: "one", bulk_estimates=lambda rows: lambda: "many" * rows)
    monkeypatch.setitem(sys.modules, own_model.MODULE, room)
    found = own_model.highfence(10)
    assert found.absent == {"training": "`highfence.perf.benchmarks` has no `training_estimate`"}
    assert {name: work.rows for name, work in found.works.items()} == {"serving": 1, "bulk": 10}


def test_a_fault_inside_the_performance_model_is_not_taken_for_its_absence(
        own_model: ModuleType, monkeypatch: pytest.MonkeyPatch):
    def broken(name: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'elsewhere'", name="elsewhere")

    monkeypatch.setattr(own_model.importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="elsewhere"):
        own_model.highfence(10)


_TALKATIVE = """
import os, sys
from timing import Estimator, Work, serve

def estimate():
    print("in the middle of it")

def fail():
    raise ValueError("a shape that it does not know")

def make():
    print("while it is built")
    works = {"bulk": Work(estimate, rows=50, answer=os.environ["OMP_NUM_THREADS"])}
    return Estimator({**works, "failing": Work(fail)} if "fail" in sys.argv else works)

serve(make)
"""


def _peer_at_work(folder: Path, *arguments: str) -> Any:
    from bench.process import ONE_CORE, PeerProcess

    script = folder / "talkative.py"
    script.write_text(_TALKATIVE, encoding="utf-8")
    return PeerProcess(sys.executable, str(script), folder / "log", *arguments,
                       environment={**ONE_CORE, "PYTHONPATH": str(ROOT / "bench" / "peers")})


def test_a_peer_may_print_what_it_likes_and_every_row_is_counted(tmp_path: Path):
    with _peer_at_work(tmp_path) as process:
        assert process.ask("works") == {"answers": {"bulk": "1"}, "absent": {}}
        reply = process.ask("run", work="bulk", seconds=0.0)
        assert reply["rows"] == 50 and reply["seconds"] > 0
        assert process.ask("run", work="bulk", seconds=0.01)["rows"] % 50 == 0
    assert "in the middle of it" in (tmp_path / "log").read_text()


def test_a_peer_that_fails_says_why(tmp_path: Path):
    from bench.process import Stopped

    with _peer_at_work(tmp_path, "fail") as process, pytest.raises(Stopped, match="a shape that it does not know"):
        process.ask("works")


def test_a_process_that_works_on_two_cores_is_charged_for_both(
        _among_the_peers: None, monkeypatch: pytest.MonkeyPatch):
    import timing

    clock, processor = iter([0.0, 0.0, 1.0]), iter([0.0, 2.0])
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(timing.time, "process_time", lambda: next(processor))
    server = timing.Server(timing.Estimator({"bulk": timing.Work(lambda: None, rows=100)}))
    assert server.run("bulk", 0.5) == {"rows": 100, "seconds": 2.0}


class _ProcessThatDoes:
    """Stands for a process: so many rows a second, without the works that it lacks."""

    def __init__(self, rates: dict[str, float], absent: dict[str, str] | None = None) -> None:
        self.rates, self.absent = rates, absent or {}

    def __enter__(self) -> _ProcessThatDoes:
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def ask(self, do: str, **given: Any) -> dict[str, Any]:
        if do == "works":
            return {"answers": dict.fromkeys(self.rates, ""), "absent": self.absent}
        return {"rows": self.rates[given["work"]], "seconds": 1.0}


def test_estimates_are_held_against_their_budgets(monkeypatch: pytest.MonkeyPatch):
    from bench import estimates
    from bench.figures import Figure, Skipped

    ours = _ProcessThatDoes({"serving": 500.0, "bulk": 250_000.0}, {"training": "there is none"})
    monkeypatch.setattr(estimates, "_ours", lambda folder, rows: ours)
    serving, bulk, training = estimates.figures(3, 0.0, 1_000)
    assert isinstance(serving, Figure) and (serving.middle, serving.unit, serving.standing) == (2.0, "ms", "missed")
    assert isinstance(bulk, Figure) and (bulk.middle, bulk.unit, bulk.standing) == (250_000.0, "/s", "met")
    assert training == Skipped("Performance model, one training iteration", "there is none")


def test_estimates_take_turns_with_a_peers():
    from bench.estimates import PAIRS, take_turns

    ours, theirs = _ProcessThatDoes({"serving": 9_000.0, "bulk": 90_000.0}), _ProcessThatDoes({"serving": 18_000.0})
    single, bulk = take_turns("LLM-Viewer", ours, theirs, PAIRS["LLM-Viewer"], 3, 0.0)  # type: ignore[arg-type]
    assert (single.at_best, bulk.at_best) == (0.5, 5.0)
    assert len(single.ratios) == 3


def test_a_peer_without_a_checkout_is_skipped_with_the_reason_and_without_the_users_folder(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from bench import estimates

    monkeypatch.setattr(estimates, "_ours", lambda folder, rows: _ProcessThatDoes({}))
    for given, reason in ((None, "`--perf-peers`"), (tmp_path, "model_analyzer.py")):
        found = estimates.compare(given, tmp_path, 1, 0.0, 10)
        assert [peer.what for peer in found.skipped] == ["calculon", "LLM-Viewer"] and not found.duels
        assert reason in found.skipped[1].why
        assert str(tmp_path) not in found.skipped[1].why


def test_a_peer_that_stops_is_skipped_but_our_own_failure_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from bench import estimates
    from bench.process import Stopped

    monkeypatch.setattr(estimates, "_ours", lambda folder, rows: _ProcessThatDoes({}))
    monkeypatch.setattr(estimates, "checkout_of", lambda peer, given: given)
    for module, raises in (("calculon_llm.py", False), (estimates.OURS, True)):
        def stop(*given: Any, module: str = module) -> None:
            raise Stopped(module, f"no file {tmp_path}/models")

        monkeypatch.setattr(estimates, "_against", stop)
        if raises:
            with pytest.raises(Stopped, match="highfence_llm"):
                estimates.compare(tmp_path, tmp_path, 1, 0.0, 10)
        else:
            assert estimates.compare(tmp_path, tmp_path, 1, 0.0, 10).skipped[0].why.endswith("no file FOLDER/models")


def test_every_peer_of_the_performance_model_has_a_work_to_be_compared():
    from bench.environment import CHECKOUTS
    from bench.estimates import PAIRS

    assert {peer.name for peer in CHECKOUTS} == set(PAIRS)
    assert all((ROOT / "bench" / "peers" / peer.module).is_file() for peer in CHECKOUTS)


def test_an_environment_is_made_once_at_the_versions_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from bench import environment

    calls: list[list[str]] = []

    def run(call: list[str]) -> None:
        calls.append(call)
        if "venv" in call:
            Path(call[-1]).mkdir()

    monkeypatch.setattr(environment, "_run", run)
    peer = environment.CHECKOUTS[0]
    python = environment.checkout_python(peer, tmp_path)
    assert environment.checkout_python(peer, tmp_path) == python
    assert len(calls) == 2 and tuple(calls[1][-len(peer.needs):]) == peer.needs
    assert all("==" in need for need in peer.needs)


def test_a_checkout_without_history_has_no_commit(tmp_path: Path):
    from bench.environment import commit_of

    assert commit_of(tmp_path) == ""


def test_choices_are_measured_against_the_bars_of_the_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench import choices

    monkeypatch.setattr(choices, "buyers", lambda: ("research",))
    found = choices.figures(1)
    assert [f.unit for f in found] == ["/s", "s", "s", "s"] and all(f.middle > 0.0 for f in found)
    assert found[0].budget is not None and found[0].budget.limit == 100_000
    assert found[2].budget is not None and found[2].budget.limit == 5.0
