"""Apply the law of one day to one case, layer by layer.

Classification, jurisdiction, requirement, exceptions, review, enforcement, duties and the other side's measures
are settled in that order and kept apart, because they disagree on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass

from highfence.rules.case import Case
from highfence.rules.law import Active, LawOnDay

ASSEMBLED = {"assembly", "computer", "software", "technology"}


@dataclass(slots=True)
class Decision:
    """What each layer came to.

    Attributes
    ----------
    paragraph : the first that is met; None when an unknown input leaves it open.
    created_by : provisions that require a licence; ``undecided`` : those that may.
    """

    paragraph: str | None
    classified_by: Active | None
    jurisdiction: str
    subject_by: Active | None
    requirement: str
    created_by: tuple[Active, ...]
    undecided: tuple[Active, ...]

    @property
    def signature(self) -> str:
        """Paragraph and requirement in one word, as ``possible`` lists them."""
        return f"{self.paragraph or 'unknown'}: {self.requirement}"


def decide(law: LawOnDay, case: Case) -> Decision:
    """Apply classification, jurisdiction and requirement; fills in the case's paragraph and creators."""
    if case.item in ASSEMBLED:
        case.ic_paragraph, inside = classify_item(law, case, "ic")
        _presume(case, inside)
    case.paragraph, classified_by = classify_item(law, case, case.item)
    _presume(case, classified_by)
    jurisdiction, subject_by = find_jurisdiction(law, case)
    created: list[Active] = []
    undecided: list[Active] = []
    if case.transaction != "import" and jurisdiction != "not_subject":
        for active in law.layers["requirement"]:
            result = active.test(case)
            if result:
                created.append(active)
            elif result is None:
                undecided.append(active)
    requirement = "licence" if created else "unknown" if undecided else "none"
    if requirement == "licence" and jurisdiction == "unknown":
        requirement = "unknown"
    case.created_by = tuple(a.provision.address for a in created)
    case.undecided_by = tuple(a.provision.address for a in undecided)
    return Decision(case.paragraph, classified_by, jurisdiction, subject_by, requirement, tuple(created),
                    tuple(undecided))


def _presume(case: Case, classified_by: Active | None) -> None:
    """Take as true what the provision that classifies a part presumes of it."""
    if classified_by is not None and classified_by.provision.presumes:
        case.flags = {**case.flags, **classified_by.provision.presumes}


def classify_item(law: LawOnDay, case: Case, item: str) -> tuple[str | None, Active | None]:
    """Return the first paragraph that is met, ``none``, or None where an unknown comes first."""
    for active in law.classifiers.get(item, ()):
        result = active.test(case)
        if result:
            return active.provision.paragraph, active
        if result is None:
            return None, None
    return "none", None


def find_jurisdiction(law: LawOnDay, case: Case) -> tuple[str, Active | None]:
    """Return whether the item is subject to the EAR, and by which provision."""
    unknown = None
    for active in law.layers["jurisdiction"]:
        result = active.test(case)
        if result:
            return "subject", active
        if result is None and unknown is None:
            unknown = active
    return ("unknown", unknown) if unknown else ("not_subject", None)
