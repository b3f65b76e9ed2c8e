"""Signs of published papers: sourced, listed, and each holding or explained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from highfence.core.errors import InputError
from highfence.policy import directions as module
from highfence.policy.directions import directions, judge
from highfence.policy.whatif import whatif


def test_at_least_twelve_signs_from_as_many_sources() -> None:
    tested = [one for one in directions() if one.sign]
    assert len(tested) >= 12 and len({one.source for one in tested}) >= 12
    assert len({one.id for one in directions()}) == len(directions())


def test_signs_hold_or_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few pairs of scenarios; ``highfence validate policy`` judges all, and fails where one has no reason to."""
    some = [one for one in directions() if not one.sign or (one.a, one.against) in {
        ("h20-ban-2025", "h20-licence-no-veto"), ("licence-duty-quarter", "licence-fee-none"),
        ("licence-fee-half", "licence-fee-none"), ("enforcement-doubled", "history")}]
    monkeypatch.setattr(module, "directions", lambda: tuple(some))
    found = judge(60)
    assert len(found) == len(some) > 10
    assert not [j.of.id for j in found if j.holds is not True and j.of.why is None]
    assert all(0.0 <= j.share + j.other <= 1.0 + 1e-9 for j in found)


def test_the_other_sign_of_a_pair_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    one = next(d for d in directions() if d.id == "enforcement-raises-price")
    other = replace(one, sign="down")
    monkeypatch.setattr(module, "directions", lambda: (one, other))
    up, down = judge(20)
    assert up.holds is True and down.holds is False and (up.share, up.other) == (down.other, down.share)


def test_a_time_outside_the_what_if_is_refused() -> None:
    told = whatif("enforcement-doubled", draws=5, horizon="2027", keep=["premium"])["premium"]
    with pytest.raises(InputError, match="outside the what-if"):
        module._row(told, "2029")
