"""What may be said of a chip, a memory stack or a system: one row per attribute.

Docs, column names, units and checks of what users write all come from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from highfence.core.labels import Label
from highfence.core.quantities import human_scale


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: what it means, and the kind of value that it takes.

    Attributes
    ----------
    kind : a kind of quantity, or ``text``, ``flag``, ``date``, ``firm``, ``pcie``.
    of : which entries carry it.
    """

    name: str
    kind: str
    label: Label
    meaning: str
    of: tuple[str, ...] = ("chip",)

    @property
    def numeric(self) -> bool:
        """Whether the value is a number with a unit."""
        return self.kind not in {"text", "flag", "date", "firm", "pcie"}

    @property
    def column(self) -> str:
        """Name of the attribute as a table column, with its human unit: ``memory_bandwidth_gb_s``."""
        if not self.numeric:
            return self.name
        unit = human_scale(self.kind)[0].lower().replace("/", "_").replace("²", "2")
        return self.name if not unit or unit in self.name or self.kind == "tpp_density" else f"{self.name}_{unit}"


def _peak(fmt: str, kind: str, zh: str) -> Attribute:
    return Attribute(f"peak_{fmt}", kind, Label(f"{fmt.upper().replace('_MATRIX', ' matrix')}, dense", zh),
                     f"dense theoretical peak rate in {fmt.upper()}")


_BOTH = ("chip", "system")
_ALL = ("chip", "system", "memory")

ATTRIBUTES: dict[str, Attribute] = {a.name: a for a in (
    *(_peak(f, "flop_rate", f"{f.upper().replace('_MATRIX', '矩阵')} 稠密峰值")
      for f in ("fp64", "fp64_matrix", "fp32", "tf32", "fp16", "bf16", "fp8", "fp6", "fp4")),
    *(_peak(f, "op_rate", f"{f.upper()} 稠密峰值") for f in ("int16", "int8", "int4")),
    Attribute("published_tpp", "tpp", Label("TPP as published", "公布的TPP"),
              "total processing performance that a vendor or third party published"),
    Attribute("published_performance_density", "tpp_density", Label("density as published", "公布的性能密度"),
              "performance density that a vendor or third party published"),
    Attribute("memory_capacity", "capacity", Label("memory", "显存容量"), "device memory, decimal bytes", _ALL),
    Attribute("memory_bandwidth", "bandwidth", Label("memory bandwidth", "显存带宽"),
              "total bandwidth of the device memory (DRAM)", _ALL),
    Attribute("memory_type", "text", Label("memory type", "显存类型"), "generation of the memory", _ALL),
    Attribute("memory_stacks", "count", Label("memory stacks", "内存堆叠数"), "stacks in the package"),
    Attribute("link_bandwidth", "bandwidth", Label("chip-to-chip links", "片间互联带宽"),
              "scale-up links of the chip, aggregate of both directions"),
    Attribute("host_interface", "pcie", Label("host interface", "主机接口"), "PCI Express generation and lanes"),
    Attribute("host_bandwidth", "bandwidth", Label("host bandwidth", "主机带宽"),
              "link to the host, aggregate of both directions"),
    Attribute("network_bandwidth", "bandwidth", Label("network ports", "网络端口带宽"),
              "Ethernet ports on the chip, aggregate of both directions"),
    Attribute("io_bandwidth", "bandwidth", Label("I/O bandwidth", "I/O总带宽"),
              "aggregate bidirectional transfer rate over all inputs and outputs but volatile memory"),
    Attribute("compute_units", "count", Label("compute units", "计算单元数"),
              "enabled streaming multiprocessors, compute units or AI cores of the chip as sold"),
    Attribute("boost_clock", "frequency", Label("boost clock", "加速频率"),
              "highest clock of the compute units that is published"),
    Attribute("l2_cache", "capacity", Label("last-level cache", "末级缓存"),
              "last-level on-chip cache, over all dies; makers print binary megabytes, typed here as MiB"),
    Attribute("logic_die_area", "area", Label("logic die area", "逻辑裸片面积"),
              "sum of the logic dies made on non-planar nodes; memory dies left out"),
    Attribute("logic_die_count", "count", Label("logic dies", "逻辑裸片数"), "dies that the area counts"),
    Attribute("die_area_scope", "text", Label("dies counted", "计入的裸片"), "which dies the area counts"),
    Attribute("package_area", "area", Label("package area", "封装面积"), "footprint of the package or stack",
              ("chip", "memory")),
    Attribute("transistors", "count", Label("transistors", "晶体管数"), "transistors of the logic dies"),
    Attribute("process_node", "text", Label("process", "制程"), "process as the foundry names it"),
    Attribute("process_nm", "length_nm", Label("node", "制程节点"), "node of the process"),
    Attribute("foundry", "firm", Label("foundry", "代工厂"), "who makes the logic dies"),
    Attribute("tdp", "power", Label("board power", "功耗"), "thermal design power", _BOTH),
    Attribute("announced", "date", Label("announced", "发布"), "when it was announced", _ALL),
    Attribute("released", "date", Label("released", "上市"), "when it could first be bought", _ALL),
    Attribute("datacenter", "flag", Label("data-centre part", "数据中心产品"),
              "whether it is designed or marketed for data centres"),
    Attribute("chips", "count", Label("chips", "芯片数"), "accelerators in the system", ("system",)),
    Attribute("hosts", "count", Label("hosts", "主机数"), "host computers in the system", ("system",)),
    Attribute("scale_up_domain", "count", Label("scale-up domain", "超节点规模"),
              "chips that the scale-up fabric joins", ("system",)),
    Attribute("scale_up_bandwidth", "bandwidth", Label("scale-up, per chip", "纵向扩展带宽（每芯片）"),
              "aggregate of both directions, per chip", ("system",)),
    Attribute("scale_up_fabric", "text", Label("scale-up fabric", "纵向扩展网络"), "kind of fabric", ("system",)),
    Attribute("scale_out_bandwidth", "bandwidth", Label("scale-out, per chip", "横向扩展带宽（每芯片）"),
              "aggregate of both directions, per chip", ("system",)),
    Attribute("scale_out_fabric", "text", Label("scale-out fabric", "横向扩展网络"), "kind of fabric", ("system",)),
    Attribute("power", "power", Label("power", "整机功耗"), "power of the whole system", ("system",)),
)}

for _fmt in ("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "fp6", "fp4", "int8", "int4"):
    _name = f"peak_{_fmt}"
    _row = ATTRIBUTES[_name]
    ATTRIBUTES[_name] = Attribute(_name, _row.kind, _row.label, _row.meaning, _BOTH)

BITS: dict[str, tuple[int, int]] = {
    "fp64": (64, 64), "fp64_matrix": (64, 64), "fp32": (32, 32), "tf32": (19, 32), "fp16": (16, 16),
    "bf16": (16, 16), "fp8": (8, 8), "fp6": (6, 6), "fp4": (4, 4), "int16": (16, 16), "int8": (8, 8),
    "int4": (4, 4),
}
"""Bit length of each number format; TF32 is 19 bits of content in a 32-bit word and no text settles which counts."""


def attributes_of(entry_kind: str) -> dict[str, Attribute]:
    """Return the attributes that entries of a kind (``chip``, ``system``, ``memory``) may carry.

    >>> "peak_fp8" in attributes_of("chip"), "peak_fp8" in attributes_of("memory")
    (True, False)
    """
    return {name: row for name, row in ATTRIBUTES.items() if entry_kind in row.of}
