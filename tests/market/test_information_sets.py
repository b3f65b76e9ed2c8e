"""What becomes public later changes no answer: proved by deleting it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import highfence
from highfence.catalogue.series import events
from highfence.choice.store import known_sources
from highfence.core.dates import parse_period
from highfence.core.documents import read_yaml

PACKAGE = Path(highfence.__file__).parent
DAY = date(2025, 4, 1)


def later(published: Any, day: date) -> bool:
    return parse_period(str(published)).end > day


def source_is_later(id: str, day: date) -> bool:
    public = known_sources()[id].date
    return public is not None and parse_period(public).end > day


def value_is_later(value: dict[str, Any], day: date) -> bool:
    """Whether a dated value became public later: with its event, its source, or on its own day."""
    if not value.get("from"):
        return False
    if (at := value.get("at", "")).startswith("event "):
        return next(e.on for e in events() if e.id == at.removeprefix("event ")) > day
    return source_is_later(value["source"], day) if value.get("source") else later(value["from"], day)


def rewritten(path: Path, content: Any) -> None:
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")


def deleted(package: Path, day: date) -> dict[str, int]:
    """Delete what was published after a day from a copy of the package; return how much of each kind went."""
    gone = {"points": 0, "events": 0, "forecasts": 0, "values": 0, "posteriors": 0}
    empty: set[str] = set()
    for path in sorted((package / "catalogue/data/series").glob("*.yaml")):
        held = read_yaml(path)
        for one in held:
            left = [v for v in one["values"] if not later(v["published"], day)]
            gone["points"] += len(one["values"]) - len(left)
            one["values"] = left
            if not left:
                empty.add(one["id"])
        rewritten(path, [one for one in held if one["values"]])
    for path in sorted((package / "catalogue/data/series").glob("*.yaml")):
        held = read_yaml(path)
        for one in held:
            if one.get("alternative_to") in empty:
                del one["alternative_to"]
        rewritten(path, held)
    path = package / "market/data/observations.yaml"
    mapped = read_yaml(path)
    for kind in ("rows", "left_out"):
        mapped[kind] = [row for row in mapped[kind] if row["series"] not in empty]
    rewritten(path, mapped)
    for kind, field in (("events", "date"), ("forecasts", "published")):
        for path in sorted((package / "catalogue/data" / kind).glob("*.yaml")):
            held = read_yaml(path)
            left = [v for v in held if not later(v[field], day)]
            gone[kind] += len(held) - len(left)
            rewritten(path, left)
    for path in sorted((package / "market/data").glob("parameters_*.yaml")):
        held = read_yaml(path)
        for one in held:
            left = [v for v in one["values"] if not value_is_later(v, day)]
            gone["values"] += len(one["values"]) - len(left)
            one["values"] = left
        rewritten(path, held)
    record = package / "market/data/posteriors/record.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    for origin in [o for o in told["origins"] if later(o, day)]:
        del told["origins"][origin]
        (record.parent / f"{origin}.npz").unlink()
        gone["posteriors"] += 1
    record.write_text(json.dumps(told), encoding="utf-8")
    return gone


def answer(place: Path, cache: Path, words: list[str]) -> bytes:
    env = {**os.environ, "PYTHONPATH": str(place), "HIGHFENCE_CACHE": str(cache)}
    done = subprocess.run([sys.executable, "-m", "highfence.cli", *words], env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("day", [date(2023, 10, 1), DAY])
def test_deleting_every_later_fact_leaves_an_answer_the_same_to_the_byte(tmp_path: Path, day: date) -> None:
    shutil.copytree(PACKAGE, tmp_path / "less/highfence", ignore=shutil.ignore_patterns("__pycache__", "_compiled"))
    gone = deleted(tmp_path / "less/highfence", day)
    assert gone["points"] > 300 and min(gone.values()) > 0
    words = ["simulate", "--as-of", day.isoformat(), "--draws", "200", "--format", "json"]
    for name in ("domestic_share_units", "nvidia_china_revenue", "huawei_units", "premium", "equipment_sales"):
        words += ["--outcome", name]
    for quarter in ("2024Q4", "2025Q4", "2027Q2"):
        words += ["--at", quarter]
    usual = answer(PACKAGE.parent, tmp_path / "cache", words)
    assert answer(tmp_path / "less", tmp_path / "cache-less", words) == usual
    assert json.loads(usual)["result"]["distributions"][0]["basis"]["en"].startswith(f"posterior of {day}")


def test_a_fit_needs_no_later_fact() -> None:
    """A short fit from all series and from series cut to what was public then is the same."""
    pytest.importorskip("numpyro", reason="NumPyro is an extra: highfence[calibrate]")
    from highfence.catalogue import series as room
    from highfence.market import observations
    from highfence.market.calibration import fit

    whole = observations.facts(DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(observations, "series", lambda id: room.series(id).as_of(DAY))
        cut = observations.facts(DAY)
    assert [f.id for f in whole] == [f.id for f in cut]
    assert observations.facts_hash(whole) == observations.facts_hash(cut)
    one, other = (fit(DAY, found=held, search=4, steps=4) for held in (whole, cut))
    assert np.array_equal(one.affine.mean, other.affine.mean) and np.array_equal(one.affine.scale, other.affine.scale)
    assert len(observations.facts(date(2026, 11, 24))) > len(whole)


def test_a_short_fit_comes_nearer_to_the_facts() -> None:
    pytest.importorskip("numpyro", reason="NumPyro is an extra: highfence[calibrate]")
    from highfence.market import observations
    from highfence.market.calibration import fit

    short = fit(DAY, search=25, steps=10)
    longer = fit(DAY, search=60, steps=40)
    assert longer.told["elbo"] > short.told["elbo"]
    assert short.told["facts"] == len(observations.facts(DAY)) and np.allclose(
        short.affine.directions.T @ short.affine.directions, np.eye(short.affine.directions.shape[1]), atol=1e-9)
