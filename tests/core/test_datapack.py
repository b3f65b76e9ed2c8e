"""Compiled data: made once, made anew when a source changes, never half-written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from highfence.core.datapack import content_hash, load_pack


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of data, with a cache beside it."""
    monkeypatch.setenv("HIGHFENCE_CACHE", str(tmp_path / "cache"))
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.yaml").write_text("tpp: 1", encoding="utf-8")
    return data


def counted() -> tuple[list[int], Any]:
    """Return a compiler that counts its runs."""
    runs: list[int] = []

    def compile_pack() -> dict[str, Any]:
        runs.append(1)
        return {"runs": len(runs)}

    return runs, compile_pack


def test_data_is_compiled_once_and_anew_when_it_changed(folder: Path) -> None:
    runs, compile_pack = counted()
    for _ in range(3):
        assert load_pack("test", [folder], compile_pack) == {"runs": 1}
    (folder / "a.yaml").write_text("tpp: 2", encoding="utf-8")
    assert load_pack("test", [folder], compile_pack) == {"runs": 2}
    assert len(runs) == 2


def test_a_new_or_renamed_file_is_a_change(folder: Path) -> None:
    before = content_hash([folder])
    (folder / "a.yaml").rename(folder / "b.yaml")
    assert content_hash([folder]) != before


def test_a_broken_cache_is_made_anew(folder: Path, tmp_path: Path) -> None:
    _, compile_pack = counted()
    load_pack("test", [folder], compile_pack)
    cached, = (tmp_path / "cache").iterdir()
    cached.write_text("{", encoding="utf-8")
    assert load_pack("test", [folder], compile_pack) == {"runs": 2}
    assert [p.suffix for p in (tmp_path / "cache").iterdir()] == [".json"]


def test_a_cache_that_cannot_be_written_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIGHFENCE_CACHE", str(folder / "a.yaml" / "no"))
    assert load_pack("test", [folder], lambda: {"x": 1}) == {"x": 1}


def test_data_that_does_not_compile_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    def broken() -> dict[str, Any]:
        raise ValueError

    with pytest.raises(ValueError):
        load_pack("test", [folder], broken)
    assert not (tmp_path / "cache").exists()
