"""What a claim's attribute may mean among specs and measures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from highfence.catalogue.attributes import BITS
from highfence.catalogue.series import all_series
from highfence.catalogue.statements import things
from highfence.claims.facts import Record, name_of, words_of
from highfence.claims.matching.readings import country, is_firm

FORMATS: tuple[str, ...] = tuple(f"peak_{f}" for f in BITS)
COMPUTE: tuple[str, ...] = (
    "peak_fp16",
    "peak_bf16",
    "peak_fp8",
    "peak_int8",
    "peak_fp4",
    "peak_tf32",
    "peak_fp32",
    "peak_fp64",
    "peak_int4",
    "peak_fp6",
    "peak_fp64_matrix",
    "peak_int16",
)

SPECS: Mapping[str, tuple[str, ...]] = {
    "compute": (*COMPUTE, "tpp", "published_tpp"),
    "performance": (*COMPUTE, "tpp", "published_tpp"),
    "speed": COMPUTE,
    "training": ("peak_fp16", "peak_bf16", "peak_fp8"),
    "inference": ("peak_fp8", "peak_int8", "peak_fp16", "memory_bandwidth"),
    "tpp": ("tpp", "published_tpp"),
    "performance-density": ("performance_density", "published_performance_density"),
    "memory-bandwidth": ("memory_bandwidth",),
    "bandwidth": ("memory_bandwidth", "link_bandwidth", "io_bandwidth", "io_bandwidth_total"),
    "memory": ("memory_capacity",),
    "memory-capacity": ("memory_capacity",),
    "memory-size": ("memory_capacity",),
    "interconnect": ("link_bandwidth", "io_bandwidth", "io_bandwidth_total", "scale_up_bandwidth"),
    "link-bandwidth": ("link_bandwidth", "io_bandwidth", "io_bandwidth_total"),
    "interconnect-bandwidth": ("link_bandwidth", "io_bandwidth", "io_bandwidth_total", "scale_up_bandwidth"),
    "io-bandwidth": ("io_bandwidth_total", "io_bandwidth", "link_bandwidth"),
    "power": ("tdp", "power"),
    "tdp": ("tdp",),
    "energy": ("tdp", "power"),
    "node": ("process_nm",),
    "process": ("process_nm",),
    "process-node": ("process_nm",),
    "transistors": ("transistors",),
    "die-area": ("logic_die_area",),
    "die-size": ("logic_die_area",),
    "cores": ("compute_units",),
    "compute-units": ("compute_units",),
    "clock": ("boost_clock",),
    "price": ("price",),
    "cost": ("price",),
    "chips": ("chips",),
    "parameters": ("parameters", "active-parameters"),
    "active-parameters": ("active-parameters",),
    "model-size": ("parameters", "active-parameters"),
    "cluster-size": ("chips", "scale_up_domain"),
    "stacks": ("memory_stacks",),
}
"""Attributes of claims, and the specs that they may mean, the likeliest first."""

GENERIC = frozenset(("performance", "speed", "inference", "training", "bandwidth", ""))
"""Attributes that leave open which spec is meant."""

MEASURES: Mapping[str, tuple[str, ...]] = {
    "revenue": ("revenue", "sales", "market-size", "guidance"),
    "sales": ("sales", "revenue", "units", "market-size", "spending"),
    "income": ("profit", "revenue"),
    "profit": ("profit",),
    "margin": ("margin",),
    "gross-margin": ("margin",),
    "share": ("share", "revenue-share"),
    "market-share": ("share",),
    "revenue-share": ("revenue-share", "share"),
    "units": ("units", "sales", "stock"),
    "shipments": ("units", "sales"),
    "orders": ("sales", "spending", "units", "orders"),
    "bookings": ("sales", "orders"),
    "price": ("price",),
    "cost": ("price", "cost", "spending"),
    "capacity": ("capacity", "units"),
    "output": ("units", "capacity"),
    "production": ("units", "capacity"),
    "capex": ("capex", "spending"),
    "spending": ("spending", "capex", "r-and-d", "subsidy", "investment"),
    "investment": ("spending", "capex", "subsidy", "investment"),
    "stock": ("stock",),
    "inventory": ("stock",),
    "yield": ("yield",),
    "r-and-d": ("r-and-d",),
    "rd": ("r-and-d",),
    "subsidy": ("subsidy",),
    "size": ("subsidy", "market-size", "stock", "capacity", "employment"),
    "fund-size": ("subsidy",),
    "capital": ("subsidy",),
    "charge": ("charge", "guidance"),
    "loss": ("charge", "guidance", "profit"),
    "write-down": ("charge",),
    "guidance": ("guidance",),
    "employment": ("employment",),
    "employees": ("employment",),
    "jobs": ("employment",),
    "market-size": ("market-size", "spending", "sales", "revenue"),
    "market": ("market-size", "spending", "sales"),
    "demand": ("spending", "market-size", "units", "imports"),
    "consumption": ("spending", "market-size", "units", "share"),
    "imports": ("imports", "spending", "units"),
    "exports": ("exports",),
    "market-value": ("market-value",),
    "valuation": ("market-value",),
    "rank": ("rank",),
    "growth": ("growth",),
    "compute": ("stock",),
    "computing-power": ("stock",),
    "self-sufficiency": ("share",),
    "utilization": ("capacity", "utilization"),
    "net-profit": ("profit",),
    "operating-profit": ("profit",),
    "operating-margin": ("margin",),
    "purchases": ("spending", "imports", "units"),
    "rent": ("price",),
    "patents": ("count",),
    "fabs": ("count",),
    "devices": ("count", "units"),
    "cities": ("count",),
    "firms-count": ("count",),
    "data-centers": ("count",),
    "users": ("users", "count"),
    "layers": ("count", "layers"),
    "layoffs": ("employment",),
    "decline": ("growth",),
    "premium": ("price",),
    "stock-price": ("price",),
    "localisation": ("share",),
    "penetration": ("share",),
    "tax": ("tax", "tariff"),
    "tariff": ("tariff",),
    "quota": ("units",),
}
"""Attributes of claims, and the measures of series that they may mean, the likeliest first."""

MONEY_OF_FIRMS = frozenset(("revenue", "profit", "margin", "r-and-d", "capex", "employment"))


@lru_cache(maxsize=4096)
def narrowing(series_id: str) -> frozenset[str]:
    """Return the words by which a series narrows its subject's measure: ``nand`` of a share of NAND.

    >>> sorted(narrowing("nvidia-datacenter-revenue")), sorted(narrowing("nvidia-revenue-year"))
    (['datacenter'], [])
    """
    line = all_series().get(series_id)
    if line is None:
        return frozenset()
    own = {
        w
        for part in (line.subject, line.measure, line.place.casefold(), name_of(line.subject).en.casefold())
        for w in part.replace("-", " ").replace("&", " ").split()
    }
    tokens = {t for t in series_id.split("-") if not t.isdigit()}
    return frozenset((tokens - own) & _market_words())


@cache
def _translations() -> Mapping[str, frozenset[str]]:
    """Words in both languages for the narrowing words of ids."""
    raw = {
        "datacenter": "data center centre datacenter datacentre 数据中心 资料中心",
        "nand": "nand flash 闪存 快闪",
        "dram": "dram 内存 存储",
        "hbm": "hbm high-bandwidth 高带宽 高频宽",
        "foundry": "foundry contract 代工 晶圆代工",
        "gaming": "gaming game 游戏",
        "accelerators": "accelerator ai chips gpu chip ai芯片 加速卡 加速芯片 智能芯片 芯片",
        "ai": "ai artificial intelligence 人工智能 智能",
        "servers": "server servers 服务器",
        "server": "server servers 服务器",
        "cpu": "cpu processor processors 处理器",
        "gpu": "gpu 显卡",
        "eda": "eda design software 设计软件 设计工具",
        "equipment": "equipment tools tool 设备 装备",
        "adas": "adas driving 驾驶 智驾 车载 辅助",
        "driving": "driving car automotive 驾驶 车载 汽车",
        "automotive": "automotive car vehicle 汽车 车载",
        "euv": "euv 极紫外",
        "bookings": "bookings orders 订单",
        "cowos": "cowos packaging 封装",
        "hpc": "hpc high-performance 高性能",
        "h20": "h20",
        "mi308": "mi308",
        "ascend": "ascend 昇腾 升腾",
        "logic": "logic 逻辑",
        "memory": "memory 存储 内存",
        "ic": "ic integrated circuit chips chip 集成电路 芯片",
        "compute": "compute computing 算力 计算",
        "cloud": "cloud 云",
        "pc": "pc desktop laptop 电脑 个人电脑",
        "arm": "arm",
        "x86": "x86",
        "7nm": "7nm",
        "14nm": "14nm",
        "advanced": "advanced 先进",
        "wafers": "wafer wafers 晶圆",
        "semiconductor": "semiconductor semiconductors chip chips 半导体 芯片",
        "system": "system systems 系统 设备",
        "lost": "lost lose loss 损失",
        "export": "export exports 出口",
        "exports": "export exports 出口",
        "deployed": "deploy deployed put 投入",
        "compensation": "pay salary 薪酬",
    }
    return {k: frozenset(v.split()) for k, v in raw.items()}


@cache
def _market_words() -> frozenset[str]:
    """Words in ids of series that narrow a market: those of products and kinds of chips."""
    products = {
        w for t in things().values() if t.type in ("product", "technology") for w in t.id.split("-") if len(w) > 2
    }
    return (frozenset(_translations()) | products) - {
        "family",
        "chip",
        "chips",
        "semiconductor",
        "semiconductors",
        "integrated",
        "circuits",
        "systems",
        "models",
        "big",
        "the",
        "for",
        "made",
        "architecture",
        "service",
        "tools",
        "series",
        "process",
        "china",
    }


def mentions_market(tokens: frozenset[str], text: str) -> bool:
    """Whether a text names a market, by any of its words in either language."""
    folded = text.casefold()
    return any(any(w in folded for w in _translations().get(t, frozenset((t,)))) for t in tokens)


def attribute_match(attribute: str, record: Record) -> str:
    """Return how a fact's attribute stands to a claim's: ``same``, ``near``, ``open`` (none stated) or ``other``."""
    if not attribute:
        return "open"
    if record.attribute == attribute:
        return "same"
    table = SPECS if record.kind in ("spec", "metric", "price", "model") else MEASURES
    meant = table.get(attribute, ())
    if record.attribute in meant:
        return "same" if table is SPECS or record.attribute == meant[0] else "near"
    return "other"


def place_match(claimed: str, record: Record, subject: str) -> str:
    """Return how the place of a fact stands to a claim's: ``same``, ``open`` or ``other``."""
    home = country(subject) if is_firm(subject) else ""
    place = record.place
    if (
        place
        and place == home
        and record.kind == "series"
        and record.attribute in ("revenue", "capex", "capacity", "yield", "r-and-d")
    ):
        place = "" if "china" not in record.series.split("-") or record.subject.startswith("china") else place
    if place == "world":
        place = ""
    wanted = "" if claimed == "world" else claimed
    if wanted == place:
        return "same"
    if not wanted:
        return "narrower" if is_firm(subject) and record.attribute in (*MONEY_OF_FIRMS, "share") else "open"
    return "open" if not place and home == wanted else "other"


def about_same(record: Record, text: str) -> float:
    """Return the share of a record's own telling words that a text holds."""
    own = record.words - words_of(name_of(record.subject).en) - words_of(name_of(record.subject).zh)
    held = own & words_of(text)
    return len(held) / max(len(own), 1)
