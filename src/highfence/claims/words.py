"""Names of verdicts, kinds of claim and swaps in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from highfence.core.labels import Label

VERDICT_NAMES: Mapping[str, Label] = {
    "supported": Label("supported", "属实"),
    "imprecise": Label("imprecise", "不够准确"),
    "contradicted": Label("contradicted", "与事实不符"),
    "misattributed": Label("misattributed", "张冠李戴"),
    "no_evidence": Label("no evidence", "查无依据"),
    "not_checkable": Label("not checkable", "无法核查"),
    "opinion": Label("opinion", "观点"),
}
"""Every verdict, the best first."""

VERDICT_MEANINGS: Mapping[str, Label] = {
    "supported": Label("a sourced value agrees within the precision printed", "有来源的数值在所印精度内相符"),
    "imprecise": Label("near, or true of one reading only", "接近，或仅在一种口径下成立"),
    "contradicted": Label("a sourced value excludes it", "有来源的数值与之相斥"),
    "misattributed": Label("true of another subject or source", "所述属于另一主体或来源"),
    "no_evidence": Label("nothing in the data bears on it", "资料中无相关事实"),
    "not_checkable": Label("no defined measure or unknown name", "口径不明或名称不识"),
    "opinion": Label("a judgement, not a fact", "判断而非事实"),
}

KIND_NAMES: Mapping[str, Label] = {
    "quantity": Label("figure", "数值"), "ratio": Label("comparison", "比较"), "change": Label("change", "变化"),
    "share": Label("share", "份额"), "rank": Label("rank", "排名"), "origin": Label("who makes or owns", "归属"),
    "event": Label("event", "事件"), "attribution": Label("who said", "引述"),
    "status": Label("legal status", "法律状态"),
    "forecast": Label("forecast", "预测"), "causal": Label("cause", "因果"), "opinion": Label("opinion", "观点"),
}

SWAP_NAMES: Mapping[str, Label] = {
    "entity": Label("another subject", "主体"), "period": Label("another period", "时期"),
    "attribute": Label("another measure", "指标"), "level-change": Label("level for change", "水平与变化"),
    "part-whole": Label("part for whole", "部分与整体"), "source": Label("another source", "来源"),
    "unit": Label("another unit", "单位"), "magnitude": Label("another magnitude", "量级"),
    "direction": Label("the other direction", "方向"), "sparse-dense": Label("sparse for dense", "稀疏与稠密"),
    "internal": Label("the article against itself", "前后不一"),
}
