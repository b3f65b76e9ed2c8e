"""Who makes, designs, owns or leads what: relations on record, and who really stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from highfence.catalogue.statements import things
from highfence.catalogue.store import catalogue
from highfence.claims.computing.findings import Context, Finding, evidence_of
from highfence.claims.facts import Index, Record, name_of
from highfence.claims.matching.readings import (
    country,
    family,
    is_chip,
    is_firm,
    known,
    owners,
    products,
    roles,
    variants,
)
from highfence.claims.model import Claim, Evidence, Swap
from highfence.core.labels import Label

MAKING = frozenset(
    (
        "makes",
        "designs",
        "manufactures",
        "develops",
        "developed",
        "owns",
        "supplies",
        "produces",
        "launched",
        "launches",
        "part-of",
        "belongs",
        "of",
        "has",
        "sells",
        "sold-to",
        "possession",
        "produces-at",
        "founded",
        "created",
        "origin",
        "made-by",
        "owned-by",
        "builds",
        "uses",
    )
)
BELONGS = (
    "designs",
    "makes",
    "developed",
    "owns",
    "manufactures",
    "launched",
    "supplies",
    "founded",
    "created",
    "part-of",
    "produces-at",
    "sold-to",
)
PLACED = frozenset(("located-in", "based-in", "headquartered"))
EXCLUSIVE = frozenset(("designs", "developed", "owns"))
"""Relations in which a thing stands to one firm and its parents alone."""

NEEDS: dict[str, frozenset[str]] = {
    "eda-tools": frozenset(("design-software",)),
    "lithography": frozenset(("tool-maker",)),
    "euv-lithography": frozenset(("tool-maker",)),
    "duv-lithography": frozenset(("tool-maker",)),
    "etch-tools": frozenset(("tool-maker",)),
    "deposition-tools": frozenset(("tool-maker",)),
    "foundry-service": frozenset(("foundry",)),
    "hbm-memory": frozenset(("memory-maker",)),
    "nand-flash": frozenset(("memory-maker",)),
    "dram": frozenset(("memory-maker",)),
}
"""What a firm must do to make a product, where the catalogue's roles can tell."""


def origin(claim: Claim, context: Context) -> Finding | None:
    """Return whether one thing stands in a relation to another, and if not, who does."""
    if (
        claim.subject
        and not claim.object
        and len(claim.subject) > 1
        and is_firm(claim.subject[0])
        and not is_firm(claim.subject[1])
    ):
        claim = replace(claim, subject=claim.subject[:1], object=claim.subject[1:3])
    if not claim.subject or not claim.object:
        return _alone(claim, context)
    if claim.attribute in PLACED or (SEAT.search(claim.text.casefold()) and all(place_like(o) for o in claim.object)):
        return _seat(claim)
    best: Finding | None = None
    goods = (
        [b for b in claim.object if not is_firm(b)] if claim.attribute in MAKING and claim.attribute != "owns" else []
    )
    for a in claim.subject[:3]:
        for b in (goods or claim.object)[:4]:
            turned = (
                not is_firm(a) and is_firm(b) and claim.attribute not in ("uses", "sold-to", "supplies", "located-in")
            )
            found = _pair(claim, *((b, a) if turned else (a, b)), context.view)
            if found is not None and (best is None or _rank(found) < _rank(best)):
                best = found
    if claim.negated and best is not None:
        plain = (
            len(claim.subject) == 1
            and len(claim.object) == 1
            and len(claim.text) <= 60
            and NOT_SO.search(claim.text.casefold())
        )
        return _negate(best) if plain and claim.attribute in DENIABLE and best.confidence >= 0.9 else None
    return best


SEAT = re.compile(r"总部|headquarter|based in|设在")


def place_like(id: str) -> bool:
    """Whether an id is that of a place."""
    return id.startswith("place-") or (len(id) == 2 and id.isupper())


NOT_SO = re.compile(
    r"(?:\bnot|n.t|never|no longer) (?:make|made|design|own|manufactur|develop|produc|built|build)|"
    r"(?:不|没有|未|并非|不是)(?:再)?(?:生产|制造|设计|拥有|自研|由|属于)"
)
DENIABLE = frozenset(("makes", "designs", "owns", "manufactures", "developed"))


def seat(claim: Claim, context: Context) -> Finding | None:
    """Return whether a firm has its seat where a text says, whatever kind of claim that is."""
    if (
        claim.subject
        and claim.object
        and SEAT.search(claim.text.casefold())
        and all(place_like(o) for o in claim.object)
    ):
        return _seat(claim)
    return None


def sole(claim: Claim, context: Context) -> Finding | None:
    """Return whether a firm is the only one that makes something."""
    if not ONLY.search(claim.text.casefold()) or not claim.subject or not claim.object or claim.negated:
        return None
    found = origin(claim, context)
    if found is None or found.verdict != "supported":
        return found
    goods = [o for o in claim.object if not is_firm(o)]
    makes = [r for o in goods for r in context.view.onto(o) if r.attribute == "makes" and r.holds]
    if any(r.only and r.subject in claim.subject for r in makes):
        return found
    others = [r for r in makes if r.subject not in claim.subject and r.subject not in owners(claim.subject[0])]
    if others:
        return Finding(
            "contradicted",
            0.75,
            Label(f"Not the only one: {others[0].label.en}", f"并非唯一：{others[0].label.zh}"),
            tuple(evidence_of(r) for r in others[:3]),
        )
    return None


ONLY = re.compile(r"唯一|独家|垄断|独此一家|\bonly\b|\bsole\b|monopol|exclusive")


def _rank(f: Finding) -> tuple[int, float]:
    return ({"supported": 0, "imprecise": 1}.get(f.verdict, 2), -f.confidence)


def _negate(found: Finding) -> Finding:
    turned = {"supported": "contradicted", "contradicted": "supported", "misattributed": "supported"}
    return replace(found, verdict=turned.get(found.verdict, found.verdict), swap=None)


def _relating(a: str, b: str, view: Index) -> Iterator[Record]:
    """Yield relations of record between two things, their forms, units and owners."""
    left = {a, *owners(a), *(c for c in variants(a))}
    right = {b, *variants(b), *products(b)}
    for id in right:
        for r in view.onto(id):
            if r.kind in ("relation", "statement") and r.subject in left:
                yield r
    for r in view.onto(a):
        if r.kind in ("relation", "statement") and r.subject in right:
            yield r


def _pair(claim: Claim, a: str, b: str, view: Index) -> Finding | None:
    if a == b:
        return None
    found = [r for r in _relating(a, b, view) if "#" not in r.id]
    denied = [r for r in found if not r.holds]
    if a in owners(b) or a in {o for p in products(b) for o in owners(p)}:
        records = [r for r in found if r.holds] or list(_belonging(b, view))
        return Finding(
            "supported",
            0.95,
            Label("{b} belongs to {a}", "{b}属于{a}").format(a=name_of(a), b=name_of(b)),
            tuple(evidence_of(r) for r in records[:2]),
        )
    held = [r for r in found if r.holds and _apt(claim.attribute, r)]
    if held:
        return Finding("supported", 0.93, held[0].label, tuple(evidence_of(r) for r in held[:3]))
    if denied:
        return _denied(a, b, denied, view)
    if any(r.holds for r in found) and claim.attribute not in ("owns", "designs", "founded"):
        return Finding(
            "supported", 0.7, next(r for r in found if r.holds).label, tuple(evidence_of(r) for r in found[:3])
        )
    return _others(claim, a, b, view)


def _apt(attribute: str, record: Record) -> bool:
    """Whether a relation of record is of the kind that is claimed."""
    if (
        not attribute
        or attribute in ("of", "has", "possession", "origin", "part-of", "belongs")
        or record.attribute == attribute
    ):
        return True
    alike = (
        {
            "makes",
            "manufactures",
            "produces",
            "supplies",
            "produces-at",
            "builds",
            "made-by",
            "sells",
            "designs",
            "developed",
            "develops",
            "launched",
            "launches",
        },
        {"owns", "owned-by", "part-of", "founded", "created", "invested-in", "designs"},
        {"uses", "supplies", "manufactures", "sold-to"},
    )
    return any(attribute in group and record.attribute in group for group in alike)


def _denied(a: str, b: str, denied: list[Record], view: Index) -> Finding:
    others = [r for r in _makers(b, view) if r.subject != a]
    if others:
        return _belongs_to(a, b, others, [*denied, *others], 0.9)
    return Finding("contradicted", 0.88, denied[0].label, tuple(evidence_of(r) for r in denied[:3]))


def _belonging(b: str, view: Index) -> Iterator[Record]:
    """Yield the records of whose a thing is."""
    for id in (b, *products(b)[:3]):
        for r in view.onto(id):
            if r.kind in ("relation", "statement") and r.attribute in BELONGS and r.holds:
                yield r
    for r in view.of(b, "part-of"):
        yield r


def _makers(b: str, view: Index) -> list[Record]:
    return [r for r in _belonging(b, view) if r.attribute != "part-of" and r.subject != b]


def _others(claim: Claim, a: str, b: str, view: Index) -> Finding | None:
    """Return that another stands in the relation, where it admits one alone or the firm's trade rules it out."""
    if not (is_firm(a) or country(a) or known(a)):
        return None
    if claim.attribute and claim.attribute not in MAKING:
        return None
    theirs = _makers(b, view)
    own = owners(b) or tuple(dict.fromkeys(o for p in products(b) for o in owners(p)))
    if b in own:
        return None
    if (
        own
        and claim.attribute not in ("uses", "sold-to", "manufactures", "invested-in", "supplies", "sells")
        and a not in own
        and not _tied(a, own, view)
    ):
        records = [r for r in theirs if r.attribute in EXCLUSIVE and r.subject in own] or theirs
        proof = records or list(_belonging(b, view))
        return _to_owner(a, b, own[0], proof)
    only = [r for r in theirs if r.only]
    if only and not any(r.subject in (a, *owners(a)) for r in only):
        return _belongs_to(a, b, only, only, 0.9)
    needs = NEEDS.get(b)
    trades = roles(a)
    if (
        needs
        and trades
        and not trades & needs
        and len({r.subject for r in theirs}) >= 1
        and a not in {r.subject for r in theirs}
    ):
        return _belongs_to(a, b, theirs, theirs, 0.75)
    fabs = [r for r in theirs if r.attribute == "manufactures"]
    if (
        fabs
        and claim.attribute in ("makes", "manufactures", "produces")
        and trades & {"foundry"}
        and a not in {r.subject for r in fabs}
    ):
        return _belongs_to(a, b, fabs, fabs, 0.8)
    makers = {r.subject for r in theirs if r.attribute in ("makes", "supplies")}
    makes = {o for r in view.of(a) if r.attribute == "makes" and r.holds for o in r.objects}
    if (
        len(makers) >= 3
        and len(makes) >= 1
        and a not in makers
        and claim.attribute in MAKING
        and b not in makes
        and not trades & (needs or frozenset())
    ):
        return _belongs_to(a, b, theirs, theirs, 0.6)
    return None


def _tied(a: str, own: tuple[str, ...], view: Index) -> bool:
    """Whether a firm has some tie of ownership or joint making with the owners of a thing."""
    return any(
        r.holds and (r.subject in own or set(r.objects) & set(own)) and r.attribute in ("owns", "founded", "part-of")
        for r in (*view.of(a), *view.onto(a))
        if r.kind in ("relation", "statement")
    )


def _to_owner(a: str, b: str, own: str, proof: list[Record]) -> Finding:
    names = {"a": name_of(a), "b": name_of(b), "o": name_of(own)}
    return Finding(
        "misattributed",
        0.9,
        Label("{b} is {o}'s, not {a}'s", "{b}属于{o}，而非{a}").format(**names),
        tuple(evidence_of(r) for r in proof[:3]),
        swap=Swap("entity", names["a"], names["o"]),
    )


def _belongs_to(a: str, b: str, others: list[Record], proof: list[Record], confidence: float) -> Finding:
    who = list(dict.fromkeys(r.subject for r in others))[:4]
    en, zh = ", ".join(name_of(w).en for w in who), "、".join(name_of(w).zh for w in who)
    return Finding(
        "misattributed",
        confidence,
        Label(f"{name_of(b).en}: made by {en}, not {name_of(a).en}", f"{name_of(b).zh}由{zh}提供，而非{name_of(a).zh}"),
        tuple(evidence_of(r) for r in proof[:4]),
        swap=Swap("entity", name_of(a), Label(en, zh)),
    )


def _seat(claim: Claim) -> Finding | None:
    """A firm's country or town, as far as either is on record."""
    firms = {f.id: f for f in catalogue().firms()}
    for a in claim.subject:
        home, firm = country(a), firms.get(a)
        towns = [o for o in claim.object if o in things() and things()[o].parent.startswith("place-")]
        if towns:
            town = firm.headquarters if firm is not None else None
            if not town:
                return None
            good, where = any(town.casefold() == name_of(t).en.casefold() for t in towns), Label(town, town)
        else:
            wanted = {o.removeprefix("place-").upper() if o.startswith("place-") else o for o in claim.object}
            if not home or not wanted:
                continue
            good, where = home in wanted, name_of(f"place-{home.casefold()}")
        label = Label("{a} has its seat in {w}", "{a}总部位于{w}").format(a=name_of(a), w=where)
        source, grade = (firm.source or "", firm.grade or "") if firm else ("", "")
        url = catalogue().source(source).url if source else ""
        proof = Evidence(label, "fact", f"firm:{a}/country", source, grade, subject=a, attribute="located-in", url=url)
        return Finding("supported" if good else "contradicted", 0.85, label, (proof,))
    return None


def _alone(claim: Claim, context: Context) -> Finding | None:
    """One party named: "China's own chips", "the sole maker": look among statements of the subject."""
    from highfence.claims.computing.happenings import happening

    return _class_of_goods(claim, context) or happening(claim, context)


CLASSES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"设备|装备|equipment|tools?\b|machines?"),
        re.compile(r"机|设备|tool|lithograph|etch|equipment|scanner|implant"),
    ),
    (
        re.compile(r"材料|materials?|chemicals?"),
        re.compile(r"液|胶|气体|靶|硅片|材料|slurr|resist|gas|target|wafer|material|precursor"),
    ),
    (re.compile(r"芯片|chips?\b|处理器|processors?"), re.compile(r"芯片|处理器|chip|processor|gpu|cpu|accelerator")),
    (re.compile(r"软件|software|工具"), re.compile(r"eda|软件|工具|software")),
    (re.compile(r"存储|内存|memory"), re.compile(r"dram|nand|hbm|内存|闪存|存储|memory")),
)
"""Words for classes of goods, and the goods that belong to them."""


def _class_of_goods(claim: Claim, context: Context) -> Finding | None:
    """A firm named with a class of goods: equipment (SMEE), materials (Anji)."""
    text = claim.text.casefold()
    for subject in claim.subject[:2]:
        for r in context.view.of(subject, "makes"):
            goods = " ".join(f"{name_of(o).en} {name_of(o).zh}" for o in r.objects).casefold()
            if r.holds and any(said.search(text) and made.search(goods) for said, made in CLASSES):
                return Finding("supported", 0.8, r.label, (evidence_of(r),))
    return None


def same_family(a: str, b: str) -> bool:
    """Whether two chips are forms of one."""
    return is_chip(a) and is_chip(b) and family(a) == family(b)
