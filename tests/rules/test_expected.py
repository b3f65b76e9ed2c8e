"""Every row of the table of known outcomes (``rules/expected.csv``), by what its words mean here.

=========================  ==================================================================================
column and word            what the verdict must say
=========================  ==================================================================================
expected_eccn
``3A090.a``                the paragraph is that one or one below it
``not_3A090 …``            the paragraph is 3A991.p or none (for a contested part: may be, and is said to be open)
``unknown …``              the paragraph is unknown
``-``                      nothing is asked
expected_requirement
``yes``                    requirement ``licence``
``yes(is_informed …)``     requirement ``licence``, created by a letter and by nothing in 742.6
``no``                     requirement ``none``
``no(3A090)``              requirement ``none``: nothing in 742.6 or 744.23 requires a licence
``no(is_informed …)``      no letter requires a licence; something else may
``25% duty``               a Section 232 duty of 25 % is due
expected_exception_or_review
``presumption_of_denial``, ``presumption_of_approval``, ``case_by_case_if_certified``   the review policy
``NAC not available``      exception NAC unavailable
``NAC with notification``  exception NAC conditional, on notice
``HBM exception density leg met``      exception HBM conditional, on the terms that only the parties know
``HBM exception unavailable``          exception HBM unavailable
``letter 2023-10-23``      that letter is among the provisions
``text worldwide, not enforced``       the posture ``text_in_cfr_not_enforced`` is noted
``compliance date … not reached``      the posture ``compliance_date_not_reached`` is noted
``named destination despite A:5``      742.6(a)(6)(iii) requires the licence although the country is in A:5
``end-use exemptions apply``           the duty lists exempt end uses
=========================  ==================================================================================

Rows that are wrong stand in :data:`WRONG` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from shared_data import MISSING, rows

from highfence.catalogue import catalogue
from highfence.rules import Verdict, classify
from highfence.rules.bulk import classify_row
from highfence.rules.store import shipped_law

Row = dict[str, str]
ROWS = rows("rules/expected.csv")

WRONG = {
    "111": ("expected_eccn", "3A991.p", ("88 FR 73458 took effect on 2023-11-17: on 2023-11-10 the metric of 87 FR "
            "62186 governed, and 464 GB/s is below its 600 GB/s. The A800 was caught by the letter of 2023-10-23.")),
    "112": ("expected_eccn", "3A991.p", ("88 FR 73458 took effect on 2023-11-17: on 2023-11-10 the metric of 87 FR "
            "62186 governed, and 64 GB/s is below its 600 GB/s. The letter was for data-centre parts only.")),
}
"""Row: the wrong column, what is right, and why."""

pytestmark = pytest.mark.skipif(not ROWS, reason=MISSING)


def _each(table: list[Row]) -> list[object]:
    return [pytest.param(row, id=f"{row['id']} {row['chip']} {row['as_of_date']} {row['destination']}")
            for row in table]


def question(row: Row) -> dict[str, str]:
    """Return a row of the table as a row of our own tables: the transaction, without the part."""
    asked = {"on": row["as_of_date"], "to": row["destination"], "hq": row["end_user_hq"]}
    if found := re.fullmatch(r"(\w\w) \(reexport from (\w\w)\)", row["destination"]):
        asked |= {"to": found[1], "transaction": "reexport", "reexport_from": found[2]}
    if row["destination"] == "US import":
        asked |= {"to": "US", "transaction": "import", "exporter": "TW", "hq": ""}
    return asked


def numbers(row: Row) -> dict[str, str]:
    """Return the part of a row by its numbers; the maker is read off the name."""
    given = {"chip": row["chip"].partition(" (")[0], "tpp": row["tpp"], "dram_gb_s": row["dram_gbps"],
             "performance_density": row["performance_density"], "io_gb_s": row["io_gbps"],
             "datacenter": row["datacenter"]}
    if area := re.search(r"~(\d+) mm2", row["chip"]):
        given |= {"package_area_mm2": area[1], "item": "hbm", "chip": "a stack"}
    if bandwidth := re.search(r"(\d+) GB/s\)", row["chip"]):
        given["dram_gb_s"] = bandwidth[1]
    return given


@pytest.mark.parametrize("row", _each(ROWS))
def test_the_outcome_holds_on_the_row_s_own_numbers(row: Row) -> None:
    check(classify_row({**numbers(row), **question(row)}, {}), row)


@pytest.mark.parametrize("row", _each([r for r in ROWS if catalogue().find_chip(numbers(r)["chip"])]))
def test_the_outcome_holds_on_the_catalogue_s_facts(row: Row) -> None:
    name = numbers(row)["chip"]
    bandwidth = {"dram_gb_s": numbers(row)["dram_gb_s"]} if "GB/s)" in row["chip"] else {}
    check(classify_row({"chip": name, "datacenter": row["datacenter"], **bandwidth, **question(row)}, {}), row)


@pytest.mark.parametrize("row", _each([r for r in ROWS if r["id"] in WRONG]))
def test_a_row_is_wrong_for_the_reason_given(row: Row) -> None:
    column, right, _ = WRONG[row["id"]]
    verdict = classify_row({**numbers(row), **question(row)}, {})
    assert verdict.paragraph == right != row[column]


def check(verdict: Verdict, row: Row) -> None:
    """Hold a verdict to every word of a row, but the one that is wrong."""
    wrong = WRONG.get(row["id"], ("",))[0]
    if wrong != "expected_eccn":
        check_paragraph(verdict, row["expected_eccn"])
    check_requirement(verdict, row["expected_requirement"])
    for word in filter(None, (w.strip() for w in row["expected_exception_or_review"].split(";"))):
        pattern = next((p for p in CLAUSES if re.fullmatch(p, word)), None)
        assert pattern is not None, f"no meaning for {word!r}"
        assert CLAUSES[pattern](verdict), f"{word}: {verdict.outcome}"


def check_paragraph(verdict: Verdict, word: str) -> None:
    """Hold a verdict to the word for the paragraph."""
    if word.startswith("not_3A090"):
        assert verdict.paragraph in {"3A991.p", "none"} or _everywhere_outside_3a090(verdict)
    elif word.startswith("unknown"):
        assert verdict.paragraph == "unknown"
    elif word != "-":
        assert (verdict.paragraph + ".").startswith(word + ".")


def _everywhere_outside_3a090(verdict: Verdict) -> bool:
    """A contested part passes as not 3A090 where that is one of its possible paragraphs, and is said to be open."""
    return verdict.paragraph == "unknown" and any(p.startswith(("3A991", "none")) for p in verdict.possible)


def check_requirement(verdict: Verdict, word: str) -> None:
    """Hold a verdict to the word for the requirement."""
    ids = {p.id for p in verdict.provisions}
    if word.startswith("yes"):
        assert verdict.requirement == "licence"
    if word.startswith("yes(is_informed"):
        assert any(id.startswith("letter.") for id in ids)
        assert not any(id.startswith("742.6") for id in ids)
    if word in {"no", "no(3A090)"}:
        assert verdict.requirement == "none" and not ids
    if word.startswith("no(is_informed"):
        assert not any(id.startswith("letter.") for id in ids)
    if word == "25% duty":
        assert [(d.rate, d.status) for d in verdict.duties] == [(0.25, "due")]


def _exception(verdict: Verdict, id: str) -> str:
    return {e.id: e.status for e in verdict.exceptions}.get(id, "absent")


def _posture(verdict: Verdict, status: str) -> bool:
    return status in {n.status for n in verdict.enforcement}


def _named_despite_a5(verdict: Verdict) -> bool:
    day, place = date.fromisoformat(verdict.query["on"]), verdict.query["to"]
    return place in shipped_law().groups["A:5"].on(day) and "742.6(a)(6)(iii)" in {p.id for p in verdict.provisions}


CLAUSES: dict[str, Callable[[Verdict], bool]] = {
    "-": lambda v: True,
    "presumption_of_denial": lambda v: v.review == "presumption_of_denial",
    "presumption_of_approval": lambda v: v.review == "presumption_of_approval",
    r"case_by_case_if_certified( \(.*\))?": lambda v: v.review == "case_by_case_if_certified",
    "NAC not available": lambda v: _exception(v, "NAC") == "unavailable",
    "NAC with notification": lambda v: _exception(v, "NAC") == "conditional",
    "HBM exception density leg met": lambda v: _exception(v, "HBM") == "conditional",
    "HBM exception unavailable": lambda v: _exception(v, "HBM") == "unavailable",
    "letter 2023-10-23": lambda v: "letter.2023-10-23" in {p.id for p in v.provisions},
    "text worldwide, not enforced": lambda v: _posture(v, "text_in_cfr_not_enforced"),
    "compliance date .* not reached": lambda v: _posture(v, "compliance_date_not_reached"),
    "named destination despite A:5": _named_despite_a5,
    "end-use exemptions apply": lambda v: bool(v.duties and v.duties[0].exemptions),
}


def test_the_meaning_of_every_word_in_the_table_is_written_down() -> None:
    words = {w.strip() for row in ROWS for w in row["expected_exception_or_review"].split(";")}
    assert not {w for w in words if not any(re.fullmatch(p, w) for p in CLAUSES)}


def test_a_later_day_would_not_do_for_the_wrong_rows() -> None:
    """The very same question a week later gives the row's paragraph: only the day was wrong."""
    assert classify("A800 SXM 80GB", to="CN", on="2023-11-17").paragraph.startswith("3A090.a")
