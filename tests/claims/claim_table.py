"""Hand-written claims: what they say, and which verdicts are right. Rows are ``(claim, accepted verdicts)``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from highfence.claims.model import Claim, Quantity, Time

PUBLISHED = date(2025, 7, 16)
LATER = date(2026, 11, 25)

GOOD = ("supported",)
LOOSE = ("supported", "imprecise")
BAD = ("contradicted", "misattributed", "imprecise")
WRONG = ("contradicted", "misattributed")
FALSE = ("contradicted",)
SWAPPED = ("misattributed",)
NOTHING = ("no_evidence", "not_checkable")
NOT_FALSE = ("supported", "imprecise", "no_evidence", "not_checkable", "misattributed")


@dataclass(frozen=True)
class Row:
    name: str
    claim: Claim
    accepted: tuple[str, ...]
    published: date = PUBLISHED
    swap: str = ""


def year(y: int) -> Time:
    return Time(date(y, 1, 1), date(y, 12, 31), "year", str(y))


def quarter(y: int, q: int) -> Time:
    start = date(y, 3 * q - 2, 1)
    end = (date(y + q // 4, 3 * q % 12 + 1, 1)) - timedelta(days=1)
    return Time(start, end, "quarter", f"{y}Q{q}")


def half(y: int, h: int) -> Time:
    return Time(date(y, 6 * h - 5, 1), date(y, 6 * h, 30 if h == 1 else 31), "half", f"{y}H{h}")


def fiscal(y: int, q: int, start: date, end: date) -> Time:
    return Time(start, end, "quarter", f"FY{y}Q{q}", fiscal=True)


def month(y: int, m: int) -> Time:
    end = date(y + m // 12, m % 12 + 1, 1) - timedelta(days=1)
    return Time(date(y, m, 1), end, "month", f"{y}-{m:02d}")


def amount(value: float, unit: str, digits: int = 3, comparator: str = "=", approximate: bool = False) -> Quantity:
    from math import floor, log10

    step = 10 ** (floor(log10(abs(value))) - digits + 1) if value else 1.0
    return Quantity(value, unit, tolerance=step / 2, comparator=comparator, approximate=approximate)


def say(
    text: str,
    kind: str,
    subject: str | tuple[str, ...],
    attribute: str = "",
    quantity: Quantity | None = None,
    **more: Any,
) -> Claim:
    subjects = (subject,) if isinstance(subject, str) else subject
    if isinstance(more.get("object"), str):
        more["object"] = (more["object"],)
    if isinstance(more.get("speaker"), str):
        more["speaker"] = (more["speaker"],)
    return Claim(0, max(len(text), 1), text, kind, subjects, attribute=attribute, quantity=quantity, **more)


H20, H100, H200, A100, A800, H800, B200 = (
    "nvidia-h20",
    "nvidia-h100-sxm",
    "nvidia-h200-sxm",
    "nvidia-a100-sxm-80gb",
    "nvidia-a800-sxm-80gb",
    "nvidia-h800-sxm",
    "nvidia-b200",
)

SPECS = [
    Row("h20 memory", say("H20 has 96 GB of HBM3", "quantity", H20, "memory-capacity", amount(96e9, "B", 2)), GOOD),
    Row("h20 memory of a100", say("H20 has 80 GB", "quantity", H20, "memory-capacity", amount(80e9, "B", 2)), WRONG),
    Row(
        "h20 bandwidth",
        say("H20的显存带宽为4.0TB/s", "quantity", H20, "memory-bandwidth", amount(4e12, "B/s", 2)),
        GOOD,
    ),
    Row(
        "h20 bandwidth of h100",
        say("H20的显存带宽为3.35TB/s", "quantity", H20, "memory-bandwidth", amount(3.35e12, "B/s", 3)),
        FALSE,
    ),
    Row(
        "h20 bandwidth by unit",
        say("H20 has 4.0 GB/s", "quantity", H20, "memory-bandwidth", amount(4e9, "B/s", 2)),
        FALSE,
        swap="magnitude",
    ),
    Row("h20 fp8", say("296 TFLOPS of FP8", "quantity", H20, "compute", amount(296e12, "FLOP/s", 3)), LOOSE),
    Row("h20 fp16", say("148 TFLOPS", "quantity", H20, "compute", amount(148e12, "FLOP/s", 3)), LOOSE),
    Row(
        "h20 compute wrong",
        say("H20 delivers 500 TFLOPS", "quantity", H20, "compute", amount(500e12, "FLOP/s", 1)),
        FALSE,
    ),
    Row(
        "h100 dense",
        say("H100 reaches 989 TFLOPS in FP16 dense", "quantity", H100, "compute", amount(989e12, "FLOP/s", 3)),
        GOOD,
    ),
    Row(
        "h100 fp8 sparse",
        say("H100 reaches 3,958 TFLOPS dense FP8", "quantity", H100, "compute", amount(3958e12, "FLOP/s", 4)),
        BAD,
        swap="sparse-dense",
    ),
    Row("h100 transistors", say("80 billion transistors", "quantity", H100, "transistors", amount(80e9, "1", 2)), GOOD),
    Row(
        "h100 transistors wrong",
        say("54 billion transistors", "quantity", H100, "transistors", amount(54e9, "1", 2)),
        WRONG,
    ),
    Row("h100 power", say("draws 700 W", "quantity", H100, "power", amount(700, "W", 3)), GOOD),
    Row("h100 power wrong", say("draws 1,200 W", "quantity", H100, "power", amount(1200, "W", 4)), WRONG),
    Row("a800 links", say("A800的互联带宽为400GB/s", "quantity", A800, "interconnect", amount(400e9, "B/s", 3)), GOOD),
    Row(
        "a800 links of a100",
        say("A800的互联带宽为600GB/s", "quantity", A800, "interconnect", amount(600e9, "B/s", 3)),
        BAD,
    ),
    Row("a100 links", say("A100 links 600 GB/s", "quantity", A100, "interconnect", amount(600e9, "B/s", 3)), GOOD),
    Row("h20 tpp", say("TPP of 2,368", "quantity", H20, "tpp", amount(2368, "TPP", 4)), GOOD),
    Row("h100 node", say("made at 4 nm", "quantity", A100, "node", amount(7, "nm", 1)), GOOD),
    Row(
        "ascend above",
        say(
            "昇腾910C算力突破400 TFLOPS", "quantity", "huawei-ascend-910c", "compute", amount(400e12, "FLOP/s", 1, ">")
        ),
        LOOSE,
    ),
    Row(
        "ascend family above",
        say("昇腾AI芯片算力突破400 TFLOPS", "quantity", "huawei", "compute", amount(400e12, "FLOP/s", 1, ">")),
        LOOSE,
    ),
    Row(
        "ascend impossible",
        say(
            "昇腾910B算力突破3000 TFLOPS",
            "quantity",
            "huawei-ascend-910b",
            "compute",
            amount(3000e12, "FLOP/s", 1, ">"),
        ),
        FALSE,
    ),
    Row(
        "deepseek size",
        say("671 billion parameters", "quantity", "deepseek-v3", "parameters", amount(671e9, "1", 3)),
        GOOD,
    ),
    Row(
        "deepseek size wrong",
        say("175 billion parameters", "quantity", "deepseek-v3", "parameters", amount(175e9, "1", 3)),
        FALSE,
    ),
    Row(
        "deepseek active",
        say("37 billion active", "quantity", "deepseek-v3", "active-parameters", amount(37e9, "1", 2)),
        GOOD,
    ),
    Row(
        "unknown chip",
        say("思元600算力为1000 TFLOPS", "quantity", "cambricon-siyuan-600", "compute", amount(1e15, "FLOP/s", 1)),
        NOTHING,
    ),
]

RATIOS = [
    Row(
        "15 to 30 percent",
        say(
            "性能仅为H100的15%-30%",
            "ratio",
            H20,
            "performance",
            Quantity(0.225, "share", 0.15, 0.30, 0.005),
            object=H100,
            role="ratio",
        ),
        LOOSE,
    ),
    Row(
        "15 percent",
        say("15 % of H100's compute", "ratio", H20, "compute", amount(0.15, "share", 2), object=H100, role="ratio"),
        GOOD,
    ),
    Row(
        "half of h100",
        say("half of H100's compute", "ratio", H20, "compute", amount(0.5, "share", 1), object=H100, role="ratio"),
        FALSE,
    ),
    Row(
        "halved",
        say("算力被砍半", "change", H20, "compute", Quantity(0.5, "share"), role="by", direction=-1, object=H100),
        FALSE,
    ),
    Row(
        "cut 85",
        say(
            "compute cut by 85 %",
            "change",
            H20,
            "compute",
            amount(0.85, "share", 2),
            role="by",
            direction=-1,
            object=H100,
        ),
        GOOD,
    ),
    Row(
        "bandwidth cut 40",
        say(
            "内存带宽缩水40%",
            "change",
            H20,
            "memory-bandwidth",
            amount(0.4, "share", 2),
            role="by",
            direction=-1,
            object=H100,
        ),
        FALSE,
    ),
    Row(
        "bandwidth up 19",
        say(
            "19 % more bandwidth",
            "change",
            H20,
            "memory-bandwidth",
            amount(0.19, "share", 2),
            role="by",
            direction=1,
            object=H100,
        ),
        GOOD,
    ),
    Row(
        "memory up 20",
        say(
            "memory 20 % larger",
            "ratio",
            H20,
            "memory-capacity",
            amount(0.2, "share", 1),
            role="by",
            direction=1,
            object=H100,
        ),
        GOOD,
    ),
    Row(
        "memory down 20",
        say(
            "memory 20 % smaller",
            "ratio",
            H20,
            "memory-capacity",
            amount(0.2, "share", 1),
            role="by",
            direction=-1,
            object=H100,
        ),
        FALSE,
        swap="direction",
    ),
    Row(
        "h200 memory",
        say(
            "1.76 times the memory of H100",
            "ratio",
            H200,
            "memory-capacity",
            amount(1.76, "times", 3),
            object=H100,
            role="ratio",
        ),
        GOOD,
    ),
    Row(
        "h200 six times",
        say(
            "six times as fast as the H20", "ratio", H200, "compute", amount(6.7, "times", 2), object=H20, role="ratio"
        ),
        GOOD,
    ),
    Row(
        "h200 twelve times",
        say("12 times as fast as the H20", "ratio", H200, "compute", amount(12, "times", 2), object=H20, role="ratio"),
        FALSE,
    ),
    Row(
        "910c of h100",
        say(
            "80 % of the H100's compute",
            "ratio",
            "huawei-ascend-910c",
            "compute",
            amount(0.8, "share", 1, "~", True),
            object=H100,
            role="ratio",
        ),
        LOOSE,
    ),
    Row(
        "kunlun near a100",
        say("昆仑2的算力已逼近A100", "ratio", "kunlunxin-kunlun-2", "compute", object=A100, role="near"),
        BAD,
    ),
    Row(
        "h100 above a100",
        say("H100 outperforms the A100", "ratio", H100, "compute", object=A100, role="above", direction=1),
        GOOD,
    ),
    Row(
        "h20 above h100",
        say("H20 outperforms the H100 in compute", "ratio", H20, "compute", object=H100, role="above", direction=1),
        FALSE,
    ),
    Row(
        "h20 below h100",
        say("H20 is weaker in compute", "ratio", H20, "compute", object=H100, role="below", direction=-1),
        GOOD,
    ),
    Row(
        "h20 faster in all",
        say("H20 is slower than H100", "ratio", H20, "performance", object=H100, direction=-1, role="below"),
        LOOSE,
    ),
]


def _at(y: int, q: int) -> Time:
    return quarter(y, q)


LEVELS = [
    Row(
        "nvidia quarter",
        say("revenue of $44.1 billion", "quantity", "nvidia", "revenue", amount(44.1e9, "USD"), period=_at(2025, 1)),
        GOOD,
    ),
    Row(
        "nvidia fiscal",
        say(
            "first quarter of fiscal 2026 revenue of $44.06 billion",
            "quantity",
            "nvidia",
            "revenue",
            amount(44.06e9, "USD", 4),
            period=fiscal(2026, 1, date(2025, 1, 27), date(2025, 4, 27)),
        ),
        GOOD,
    ),
    Row(
        "nvidia magnitude",
        say("revenue of $44.1 million", "quantity", "nvidia", "revenue", amount(44.1e6, "USD"), period=_at(2025, 1)),
        FALSE,
        swap="magnitude",
    ),
    Row(
        "nvidia other quarter",
        say("revenue of $35.1 billion", "quantity", "nvidia", "revenue", amount(35.1e9, "USD"), period=_at(2025, 1)),
        FALSE,
        swap="period",
    ),
    Row(
        "nvidia near",
        say("revenue of $46 billion", "quantity", "nvidia", "revenue", amount(46e9, "USD", 2), period=_at(2025, 1)),
        ("imprecise",),
    ),
    Row(
        "nvidia of amd",
        say("AMD revenue of $44.1 billion", "quantity", "amd", "revenue", amount(44.1e9, "USD"), period=_at(2025, 1)),
        WRONG,
        swap="entity",
    ),
    Row(
        "amd quarter",
        say("AMD revenue of $7.4 billion", "quantity", "amd", "revenue", amount(7.4e9, "USD", 2), period=_at(2025, 1)),
        LOOSE,
    ),
    Row(
        "nvidia year",
        say(
            "revenue of $130.5 billion in 2024",
            "quantity",
            "nvidia",
            "revenue",
            amount(130.5e9, "USD", 4),
            period=year(2024),
        ),
        GOOD,
    ),
    Row(
        "nvidia year in excess",
        say("more than $100 billion", "quantity", "nvidia", "revenue", amount(100e9, "USD", 1, ">"), period=year(2024)),
        GOOD,
    ),
    Row(
        "nvidia year too much",
        say("more than $200 billion", "quantity", "nvidia", "revenue", amount(200e9, "USD", 1, ">"), period=year(2024)),
        FALSE,
    ),
    Row(
        "nvidia sum of quarters",
        say(
            "first half of 2024 revenue of $56.1 billion",
            "quantity",
            "nvidia",
            "revenue",
            amount(56.1e9, "USD"),
            period=half(2024, 1),
        ),
        GOOD,
    ),
    Row(
        "nvidia data centre",
        say(
            "data-center revenue of $39.1 billion",
            "quantity",
            "nvidia",
            "revenue",
            amount(39.1e9, "USD"),
            period=_at(2025, 1),
            market="data center",
        ),
        GOOD,
    ),
    Row(
        "nvidia data centre as all",
        say(
            "total revenue of $39.1 billion",
            "quantity",
            "nvidia",
            "revenue",
            amount(39.1e9, "USD"),
            period=_at(2025, 1),
        ),
        BAD,
        swap="part-whole",
    ),
    Row(
        "nvidia china quarter",
        say(
            "China revenue of $5.5 billion",
            "quantity",
            "nvidia",
            "revenue",
            amount(5.5e9, "USD", 2),
            period=_at(2025, 1),
            place="CN",
        ),
        GOOD,
    ),
    Row(
        "nvidia china too much",
        say(
            "China revenue of $25 billion",
            "quantity",
            "nvidia",
            "revenue",
            amount(25e9, "USD", 2),
            period=_at(2025, 1),
            place="CN",
        ),
        WRONG,
    ),
    Row(
        "nvidia china share",
        say("中国占英伟达营收12.5%", "share", "nvidia", "revenue-share", amount(0.125, "share"), place="CN"),
        LOOSE,
    ),
    Row(
        "h20 charge",
        say(
            "a charge of $4.5 billion on the H20",
            "quantity",
            "nvidia",
            "charge",
            amount(4.5e9, "USD", 2),
            period=_at(2025, 1),
            market="H20",
        ),
        GOOD,
    ),
    Row(
        "smic year",
        say("中芯国际2024年营收80.3亿美元", "quantity", "smic", "revenue", amount(8.03e9, "USD"), period=year(2024)),
        LOOSE,
    ),
    Row(
        "smic wan for yi",
        say("中芯国际2024年营收80.3万美元", "quantity", "smic", "revenue", amount(8.03e5, "USD"), period=year(2024)),
        FALSE,
        swap="magnitude",
    ),
    Row(
        "asml china share",
        say(
            "China made up 41 % of ASML's system sales in 2024",
            "share",
            "asml",
            "revenue-share",
            amount(0.41, "share", 2),
            place="CN",
            period=year(2024),
        ),
        LOOSE,
    ),
    Row(
        "asml china share wrong",
        say(
            "China made up 80 % of ASML's sales in 2024",
            "share",
            "asml",
            "revenue-share",
            amount(0.80, "share", 2),
            place="CN",
            period=year(2024),
        ),
        WRONG,
    ),
    Row(
        "cambricon half",
        say(
            "寒武纪上半年营收28.8亿元", "quantity", "cambricon", "revenue", amount(2.88e9, "CNY"), period=half(2025, 1)
        ),
        LOOSE,
        LATER,
    ),
    Row(
        "huawei year",
        say("华为2024年营收8621亿元", "quantity", "huawei", "revenue", amount(862.1e9, "CNY", 4), period=year(2024)),
        GOOD,
    ),
    Row(
        "huawei year wrong",
        say("华为2024年营收5621亿元", "quantity", "huawei", "revenue", amount(562.1e9, "CNY", 4), period=year(2024)),
        FALSE,
    ),
    Row(
        "big fund three",
        say("大基金三期注册资本3440亿元", "quantity", "big-fund-3", "size", amount(344e9, "CNY", 3)),
        GOOD,
    ),
    Row(
        "big fund two",
        say("大基金二期规模超3000亿元", "quantity", "big-fund-2", "size", amount(300e9, "CNY", 1, ">")),
        WRONG,
        swap="entity",
    ),
    Row(
        "big fund two right",
        say("大基金二期规模超2000亿元", "quantity", "big-fund-2", "size", amount(200e9, "CNY", 1, ">")),
        GOOD,
    ),
    Row(
        "future of a period unknown",
        say(
            "revenue of $300 billion in 2027",
            "quantity",
            "nvidia",
            "revenue",
            amount(300e9, "USD", 1),
            period=year(2027),
        ),
        NOTHING,
    ),
    Row(
        "attribute not held",
        say("Nvidia has 400 patents on cooling", "quantity", "nvidia", "patents", amount(400, "1", 1)),
        NOTHING,
    ),
    Row(
        "chips act",
        say("the CHIPS Act provides $52.7 billion", "quantity", "us-chips-act", "subsidy", amount(52.7e9, "USD")),
        LOOSE,
    ),
]

CHANGES = [
    Row(
        "nvidia up 69",
        say(
            "revenue up 69 % from a year ago",
            "change",
            "nvidia",
            "revenue",
            amount(0.69, "share", 2),
            role="by",
            direction=1,
            base="year-on-year",
            period=_at(2025, 1),
        ),
        GOOD,
    ),
    Row(
        "nvidia down 69",
        say(
            "revenue down 69 % from a year ago",
            "change",
            "nvidia",
            "revenue",
            amount(0.69, "share", 2),
            role="by",
            direction=-1,
            base="year-on-year",
            period=_at(2025, 1),
        ),
        FALSE,
        swap="direction",
    ),
    Row(
        "nvidia up 12 q",
        say(
            "up 12 % from the quarter before",
            "change",
            "nvidia",
            "revenue",
            amount(0.12, "share", 2),
            role="by",
            direction=1,
            base="quarter-on-quarter",
            period=_at(2025, 1),
        ),
        GOOD,
    ),
    Row(
        "nvidia up 12 y",
        say(
            "up 12 % from a year ago",
            "change",
            "nvidia",
            "revenue",
            amount(0.12, "share", 2),
            role="by",
            direction=1,
            base="year-on-year",
            period=_at(2025, 1),
        ),
        BAD,
    ),
    Row(
        "nvidia more than doubled",
        say(
            "营收翻倍有余",
            "change",
            "nvidia",
            "revenue",
            amount(2.0, "times", 1, ">"),
            role="to",
            direction=1,
            base="year-on-year",
            period=year(2024),
        ),
        NOT_FALSE,
    ),
    Row(
        "nvidia fell",
        say(
            "Nvidia's revenue fell in the quarter",
            "change",
            "nvidia",
            "revenue",
            direction=-1,
            base="year-on-year",
            period=_at(2025, 1),
        ),
        FALSE,
        swap="direction",
    ),
    Row(
        "nvidia rose",
        say(
            "Nvidia's revenue rose in the quarter",
            "change",
            "nvidia",
            "revenue",
            direction=1,
            base="year-on-year",
            period=_at(2025, 1),
        ),
        GOOD,
    ),
    Row(
        "nvidia year growth",
        say(
            "revenue grew 114 % in 2024",
            "change",
            "nvidia",
            "revenue",
            amount(1.14, "share", 3),
            role="by",
            direction=1,
            period=year(2024),
        ),
        GOOD,
    ),
    Row(
        "nvidia year growth wrong",
        say(
            "revenue grew 14 % in 2024",
            "change",
            "nvidia",
            "revenue",
            amount(0.14, "share", 2),
            role="by",
            direction=1,
            period=year(2024),
        ),
        BAD,
    ),
    Row(
        "smic growth",
        say(
            "中芯国际2024年营收增长27%",
            "change",
            "smic",
            "revenue",
            amount(0.27, "share", 2),
            role="by",
            direction=1,
            period=year(2024),
        ),
        LOOSE,
    ),
    Row(
        "smic share of time",
        say(
            "中芯国际2024年营收下降27%",
            "change",
            "smic",
            "revenue",
            amount(0.27, "share", 2),
            role="by",
            direction=-1,
            period=year(2024),
        ),
        FALSE,
        swap="direction",
    ),
    Row(
        "nvidia share 35 to 12",
        say(
            "英伟达在华份额从35%暴跌至12%",
            "change",
            "nvidia",
            "share",
            amount(0.12, "share", 2),
            before=amount(0.35, "share", 2),
            role="to",
            direction=-1,
            place="CN",
            market="AI芯片",
        ),
        ("contradicted", "no_evidence"),
    ),
    Row(
        "nvidia share 95 to 50",
        say(
            "英伟达在华份额从95%降至50%",
            "change",
            "nvidia",
            "share",
            amount(0.50, "share", 2),
            before=amount(0.95, "share", 2),
            role="to",
            direction=-1,
            place="CN",
            market="AI芯片",
        ),
        LOOSE,
    ),
]

RELATIONS = [
    Row("huawei kunlun", say("华为昆仑芯", "origin", "huawei", "makes", object="kunlunxin"), SWAPPED, swap="entity"),
    Row("baidu kunlun", say("百度昆仑芯", "origin", "baidu", "makes", object="kunlunxin"), GOOD),
    Row("baidu kunlun chip", say("Baidu's Kunlun P800", "origin", "baidu", "has", object="kunlunxin-p800"), GOOD),
    Row("huawei kunlun chip", say("Huawei's Kunlun P800", "origin", "huawei", "has", object="kunlunxin-p800"), SWAPPED),
    Row("huawei ascend", say("华为昇腾910B", "origin", "huawei", "designs", object="huawei-ascend-910b"), GOOD),
    Row(
        "cambricon ascend",
        say("寒武纪的昇腾910B", "origin", "cambricon", "designs", object="huawei-ascend-910b"),
        SWAPPED,
    ),
    Row("hisilicon huawei", say("Huawei's HiSilicon", "origin", "huawei", "owns", object="hisilicon"), GOOD),
    Row("alibaba t-head", say("T-Head, Alibaba's chip unit", "origin", "alibaba", "owns", object="t-head"), GOOD),
    Row(
        "tencent t-head",
        say("T-Head, Tencent's chip unit", "origin", "tencent", "owns", object="t-head"),
        SWAPPED,
        swap="entity",
    ),
    Row("amd h100", say("AMD's H100", "origin", "amd", "makes", object=H100), SWAPPED),
    Row("nvidia mi300x", say("Nvidia's MI300X", "origin", "nvidia", "makes", object="amd-mi300x"), SWAPPED),
    Row("amd mi300x", say("AMD's MI300X", "origin", "amd", "makes", object="amd-mi300x"), GOOD),
    Row("tsmc makes h100", say("TSMC makes the H100", "origin", "tsmc", "manufactures", object=H100), GOOD),
    Row("asml euv", say("ASML's EUV machines", "origin", "asml", "makes", object="euv-lithography"), GOOD),
    Row(
        "nikon euv",
        say("Nikon's EUV machines", "origin", "nikon", "makes", object="euv-lithography"),
        WRONG,
        swap="entity",
    ),
    Row("amat etch", say("应用材料的刻蚀机", "origin", "applied-materials", "makes", object="etch-tools"), GOOD),
    Row(
        "qualcomm eda", say("高通的设计工具", "origin", "qualcomm", "makes", object="eda-tools"), SWAPPED, swap="entity"
    ),
    Row("synopsys eda", say("Synopsys's design tools", "origin", "synopsys", "makes", object="eda-tools"), GOOD),
    Row("empyrean eda", say("EDA工具（华大九天）", "origin", "empyrean", "makes", object="eda-tools"), GOOD),
    Row("nata photoresist", say("光刻胶（南大光电）", "origin", "nata", "makes", object="photoresist"), GOOD),
    Row("deepseek r1", say("DeepSeek's R1", "origin", "deepseek", "developed", object="deepseek-r1"), GOOD),
    Row("alibaba r1", say("Alibaba's R1", "origin", "alibaba", "developed", object="deepseek-r1"), SWAPPED),
    Row("alibaba qwen", say("Alibaba's Qwen2.5", "origin", "alibaba", "developed", object="qwen2.5-72b"), GOOD),
    Row("asml seat", say("Dutch ASML", "origin", "asml", "located-in", object="NL"), GOOD),
    Row("asml seat wrong", say("American ASML", "origin", "asml", "located-in", object="US"), FALSE),
    Row("tsmc foundry", say("台积电的代工", "origin", "tsmc", "makes", object="foundry-service"), GOOD),
    Row("two unrelated", say("Infineon's Xpeedic", "origin", "infineon", "uses", object="bosch"), NOT_FALSE),
    Row(
        "not made",
        say("Huawei does not make Kunlun", "origin", "huawei", "makes", object="kunlunxin", negated=True),
        GOOD,
    ),
]

LAW = [
    Row(
        "h20 barred in april",
        say("The H20 was barred in April 2025", "status", H20, "banned", place="CN", period=month(2025, 4)),
        GOOD,
    ),
    Row(
        "h20 barred in 2024",
        say("The H20 was barred in mid-2024", "status", H20, "banned", place="CN", period=month(2024, 6)),
        FALSE,
    ),
    Row("h100 barred", say("H100全面禁售", "status", H100, "banned", place="CN"), GOOD),
    Row(
        "a100 free in 2021",
        say("A100 could be sold in 2021", "status", A100, "allowed", place="CN", period=year(2021)),
        GOOD,
    ),
    Row(
        "a800 free in 2023-03",
        say("A800 was legal in March 2023", "status", A800, "allowed", place="CN", period=month(2023, 3)),
        GOOD,
    ),
    Row(
        "a800 free in 2024",
        say("A800 was legal in 2024", "status", A800, "allowed", place="CN", period=year(2024)),
        BAD,
    ),
    Row(
        "h20 approved before",
        say(
            "美国政府批准了H20芯片的对华出口许可",
            "status",
            H20,
            "approved",
            place="CN",
            period=Time(date(2025, 7, 15), date(2025, 7, 15), "day", "2025-07-15"),
        ),
        ("imprecise", "contradicted"),
    ),
    Row(
        "h20 approved after",
        say("美国政府批准了H20芯片的对华出口许可", "status", H20, "approved", place="CN", period=month(2025, 8)),
        GOOD,
        date(2025, 9, 1),
    ),
    Row(
        "h20 compliant",
        say("H20 complies with US export rules", "status", H20, "compliant", place="CN"),
        ("imprecise", "supported", "contradicted"),
    ),
]

EVENTS = [
    Row("zte 2018", say("2018年中兴断芯", "event", "zte", "bans", period=year(2018)), GOOD),
    Row(
        "zte 2020",
        say("2020年美国对中兴实施出口禁令", "event", "zte", "bans", period=year(2020)),
        ("contradicted", "no_evidence"),
    ),
    Row(
        "huawei listed",
        say("Huawei was put on the Entity List in May 2019", "event", "huawei", "lists", period=month(2019, 5)),
        GOOD,
    ),
    Row(
        "huawei listed late",
        say(
            "Huawei was put on the Entity List in 2022",
            "event",
            "huawei",
            "lists",
            object="entity-list",
            period=year(2022),
        ),
        ("contradicted", "no_evidence", "imprecise"),
    ),
    Row(
        "smic listed",
        say("SMIC was put on the Entity List in December 2020", "event", "smic", "lists", period=month(2020, 12)),
        GOOD,
    ),
    Row(
        "micron",
        say(
            "China barred operators of critical infrastructure from buying Micron in May 2023",
            "event",
            "micron",
            "bans",
            place="CN",
            period=month(2023, 5),
        ),
        GOOD,
    ),
    Row(
        "gallium",
        say(
            "China imposed licences on gallium and germanium in July 2023",
            "event",
            "place-cn",
            "controls",
            period=month(2023, 7),
        ),
        GOOD,
    ),
    Row(
        "eda letters",
        say(
            "In May 2025 the US restricted chip design software to China",
            "event",
            "us-government",
            "restricts",
            object=("synopsys", "cadence"),
            period=month(2025, 5),
        ),
        GOOD,
    ),
    Row(
        "diffusion",
        say(
            "The AI Diffusion rule was rescinded in May 2025", "event", "us-government", "lifts", period=month(2025, 5)
        ),
        GOOD,
    ),
    Row(
        "nothing such",
        say("Infineon opened a bakery in Chengdu", "event", "infineon", "founds", period=month(2025, 3)),
        NOTHING,
    ),
    Row(
        "r1",
        say(
            "DeepSeek released R1 in January 2025",
            "event",
            "deepseek",
            "launches",
            object="deepseek-r1",
            period=month(2025, 1),
        ),
        GOOD,
    ),
    Row(
        "lutnick",
        say(
            "Lutnick said China would get the fourth-best chip and stay on the American stack",
            "attribution",
            "howard-lutnick",
            "says",
            speaker="howard-lutnick",
            object=H20,
        ),
        LOOSE,
    ),
    Row(
        "huang",
        say(
            "NVIDIA says that the government assured it licences for the H20",
            "attribution",
            "nvidia",
            "says",
            speaker="nvidia",
            object=H20,
        ),
        GOOD,
    ),
    Row("opinion", say("It is a historic retreat", "opinion", "us-government"), ("opinion",)),
]

ALL = [*SPECS, *RATIOS, *LEVELS, *CHANGES, *RELATIONS, *LAW, *EVENTS]
