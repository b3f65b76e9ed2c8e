"""Money that law adds to a chip, kept apart from its price: payments to governments, by place and day.

* The arrangement of August 2025: 15 % of sales of the H20 and the MI308 to China, borne by the vendor, announced and
  never published as a regulation. To keep what it had, a vendor would raise the price by ``share / (1 - share)``.
* The Section 232 duty of January 2026 on import into the United States: whether it is due is the answer of
  :mod:`highfence.rules`, with its bands and exemptions. A chip bound for China that falls into a band is taken to pass
  through the United States and to pay it, since no drawback is given (:data:`THROUGH_US`).
* China's value-added tax on import, which a business deducts; its tariff on these headings is nothing.

What reaches the buyer is an assumption, stated as a parameter. A price seen after a measure began holds what was passed
on, so that nothing is added to it again.
"""

from __future__ import annotations

from datetime import date

from highfence.catalogue import Chip, catalogue
from highfence.core.dates import parse_day
from highfence.core.errors import InputError
from highfence.core.facts import worst_grade
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.core.terms import Term
from highfence.cost.parameters import shipped_parameters
from highfence.cost.prices import CHINA, country

ARRANGEMENT = frozenset({"nvidia-h20", "nvidia-h20-141gb", "amd-mi308x"})
"""Chips that the reports name: the H20 and the MI308."""

THROUGH_US = True
"""Chips for China that a band of the duty covers are taken to enter the United States on their way (assumed: licences
of January 2026 ask for a review there)."""

VAT = ("deducted", "borne")


def added_money(chip: str, *, to: str = "US", on: str | date = "2025-07-15", end_use: str | None = "us_data_center",
                vat: str = "deducted", seen: date | None = None) -> tuple[Term, ...]:
    """Return what law adds to the price of a chip, as shares of that price; empty where it adds nothing.

    Parameters
    ----------
    end_use : use in the United States, which may be exempt from the import duty; counts only for the United States.
    vat : ``deducted`` by a business, or ``borne`` by a buyer who cannot. seen : day of the price, which holds what was
    passed on of measures that began before it.

    Raises
    ------
    InputError : an unknown word for the value-added tax.

    Examples
    --------
    >>> [term.id for term in added_money("H20", to="CN", on="2025-09-01")]
    ['arrangement', 'vat']
    >>> [term.id for term in added_money("H20", to="US", on="2026-02-01", end_use=None)]
    []
    """
    if vat not in VAT:
        raise InputError("unknown word", where="vat", got=vat, expected=" or ".join(VAT), example="deducted")
    found, place, day = catalogue().chip(chip), country(to), parse_day(on, "--on")
    terms = (_arrangement(found, place, day, seen), _import_duty(found, place, day, end_use, seen),
             _vat(found, place, vat))
    return tuple(t for t in terms if t is not None)


def _arrangement(chip: Chip, place: str, on: date, seen: date | None) -> Term | None:
    first = min(v.since or date.min for v in shipped_parameters()["arrangement_share"].values)
    if chip.id not in ARRANGEMENT or place not in CHINA or on < first:
        return None
    share = shipped_parameters()["arrangement_share"].term(None, on)
    passed = shipped_parameters()["arrangement_pass_through"].term(None, on)
    full = share.value.mid / (1.0 - share.value.mid)
    how = Label("reported, never a regulation; borne by the vendor; what is passed on is assumed",
                "仅见报道，非法规；由厂商承担；转嫁比例为假定")
    label = Label("15 % arrangement of August 2025", "2025年8月15%分成安排")
    return _measure("arrangement", label, full, share, passed, how, included=seen is not None and seen >= first)


def _import_duty(chip: Chip, place: str, on: date, end_use: str | None, seen: date | None) -> Term | None:
    """Return the duty on import into the United States, if the rules say that it is due."""
    from highfence.rules import classify

    bound_for_china = place in CHINA and THROUGH_US
    if not (place == "US" or bound_for_china):
        return None
    verdict = classify(chip.id, to="US", on=on, transaction="import", end_use=end_use if place == "US" else None)
    if not verdict.duties:
        return None
    duty = max(verdict.duties, key=lambda d: d.rate)
    passed = shipped_parameters()["duty_pass_through"].term(None, on)
    rate = Term("rate", duty.text, Range.exact(duty.rate) if duty.status == "due" else Range(0.0, duty.rate, duty.rate),
                "share", "official", (duty.source,))
    first = _first_day(duty.id)
    how = Label(f"{duty.id}, {duty.status}; no drawback on re-export; what is passed on is assumed",
                f"{duty.id}；复出口不退税；转嫁比例为假定")
    label, held = Label("Section 232 import duty", "232条款进口关税"), seen is not None and seen >= first
    return _measure("section_232", label, duty.rate, rate, passed, how, included=held, low=rate.value.low)


def _first_day(provision: str) -> date:
    """Return the first day of a duty, as the law's own data has it."""
    from highfence.rules.store import shipped_law

    return min(era.first for file in shipped_law().files.values() for p in file.provisions if p.id == provision
               for era in p.eras)


def _vat(chip: Chip, place: str, vat: str) -> Term | None:
    """Return China's import tax on a foreign chip: nothing for who deducts it."""
    maker = catalogue().firm(chip.vendor).country
    if place != "CN" or maker == "CN":
        return None
    rate = shipped_parameters()["china_vat"].term("CN")
    who = Label("deducted by a business", "一般纳税人可抵扣") if vat == "deducted" else Label("borne", "由买方承担")
    how = Label(f"13 % on import, {who.en}; the tariff of these headings is 0 %",
                f"进口环节13%，{who.zh}；该品目关税为0%")
    return Term("vat", Label("China's value-added tax on import", "中国进口增值税"),
                rate.value if vat == "borne" else Range.exact(0.0), "share", rate.grade, rate.sources, how, (rate,))


def _measure(id: str, label: Label, full: float, base: Term, passed: Term, how: Label, *, included: bool,
             low: float | None = None) -> Term:
    """Return a measure as a share of the price: in full times what is passed on; nothing where the price holds it."""
    if included:
        held = Label(f"{how.en}; the price was seen after it began and holds what was passed on",
                     f"{how.zh}；价格观察于其开始之后，已含转嫁部分")
        return Term(id, label, Range.exact(0.0), "share", base.grade, base.sources, held, (base, passed))
    least = full if low is None else low
    value = Range(least * passed.value.low, full * passed.value.mid, full * passed.value.high)
    return Term(id, label, value, "share", worst_grade(g for g in (base.grade, passed.grade) if g), base.sources, how,
                (base, passed))
