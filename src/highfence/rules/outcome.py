"""The verdict in one line."""

from __future__ import annotations

from collections.abc import Sequence

from highfence.core.labels import Label
from highfence.rules.engine import Decision
from highfence.rules.verdict import REVIEW_WORDS, UNKNOWN_INPUT, Duty, ExceptionStatus, answer_label


def outcome_label(transaction: str, decision: Decision, paragraph: str, exceptions: Sequence[ExceptionStatus],
                  review: str | None, duties: Sequence[Duty], possible: Sequence[str]) -> Label:
    """Return the answer in one line of each language."""
    if transaction == "import":
        return _import(duties)
    if decision.jurisdiction == "not_subject":
        return Label("not subject to the EAR; no US licence required", "不受EAR管辖，无须美国许可")
    if decision.requirement == "unknown":
        if decision.jurisdiction == "unknown":
            return Label("unknown: whether the part is subject to the EAR is not established in public",
                         "未知：该产品是否受EAR管辖并无公开定论")
        return _unknown(paragraph, possible)
    if decision.requirement == "none":
        return Label(f"no licence required ({paragraph})", f"无须许可（{paragraph}）")
    usable = next((e for e in exceptions if e.status == "available"), None)
    if usable is not None:
        return Label(f"licence exception {usable.id} available", f"可用许可例外{usable.id}")
    conditional = next((e for e in exceptions if e.status == "conditional"), None)
    if conditional is not None:
        word = (Label("if an unknown input allows", "取决于未知输入") if conditional.why == UNKNOWN_INPUT else
                Label("with notice", "须事先通知") if conditional.id == "NAC" else Label("on conditions", "须满足条件"))
        return Label(f"licence exception {conditional.id} {word.en}, else a licence",
                     f"许可例外{conditional.id}（{word.zh}），否则须申请许可")
    how = REVIEW_WORDS.get(review or "", Label("review policy unknown", "审查政策不明"))
    return Label(f"licence required, {how.en}", f"须许可，{how.zh}")


def _unknown(paragraph: str, possible: Sequence[str]) -> Label:
    if paragraph != "unknown":
        return Label(f"unknown: licence or no licence ({paragraph})", f"未知：须许可或无须许可（{paragraph}）")
    answers = [answer_label(answer) for answer in possible]
    return Label("unknown: " + (" or ".join(a.en for a in answers) or "an input is missing"),
                 "未知：" + ("或".join(a.zh for a in answers) or "缺少输入"))


def _import(duties: Sequence[Duty]) -> Label:
    if not duties:
        return Label("import: no Section 232 duty", "进口：无232条款关税")
    rate = max(d.rate for d in duties)
    if any(d.status == "unknown" for d in duties):
        return Label(f"import: {rate:.0%} Section 232 duty unknown, an input is missing",
                     f"进口：是否征收{rate:.0%}的232条款关税未知，缺少输入")
    return Label(f"import: {rate:.0%} Section 232 duty unless an end-use exemption applies",
                 f"进口：征收{rate:.0%}的232条款关税，豁免用途除外")
