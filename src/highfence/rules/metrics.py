"""The quantities and yes-or-no facts that provisions may read: one row each.

A flag or quantity marked ``given`` comes only from the caller (``conditions={...}``), never from the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass

from highfence.core.labels import Label


@dataclass(frozen=True, slots=True)
class LawMetric:
    """A quantity that a provision compares with a parameter; ``kind`` names its unit.

    Attributes
    ----------
    unless_stated : what is taken where the caller says nothing: not claimed, or None for unknown.
    """

    name: str
    kind: str
    label: Label
    given: bool = False
    unless_stated: float | None = None


@dataclass(frozen=True, slots=True)
class LawFlag:
    """A yes-or-no fact that a provision asks for; ``unless_stated`` as for a metric."""

    name: str
    label: Label
    given: bool = True
    unless_stated: bool | None = None


LAW_METRICS: dict[str, LawMetric] = {m.name: m for m in (
    LawMetric("tpp", "tpp", Label("TPP", "TPP")),
    LawMetric("bits_x_tops", "tpp", Label("bit length × TOPS (2022 metric)", "位宽×TOPS（2022年指标）")),
    LawMetric("performance_density", "tpp_density", Label("performance density", "性能密度")),
    LawMetric("io_bandwidth", "bandwidth", Label("aggregate bidirectional I/O", "双向I/O总带宽")),
    LawMetric("dram_bandwidth", "bandwidth", Label("total DRAM bandwidth", "DRAM总带宽")),
    LawMetric("dram_plus_io", "bandwidth", Label("DRAM bandwidth + I/O", "DRAM带宽与I/O之和")),
    LawMetric("tops", "count", Label("TOPS", "TOPS")),
    LawMetric("memory_bandwidth_density", "bandwidth_density", Label("memory bandwidth density", "内存带宽密度")),
    LawMetric("process_nm", "length_nm", Label("node", "制程节点")),
    LawMetric("transistors_total", "count", Label("approximated transistor count", "估算晶体管总数")),
    LawMetric("us_volume_share", "share", Label("TPP shipped to China and Macau over TPP shipped to US customers",
                                               "输华（含澳门）TPP与美国客户TPP之比"), given=True),
    LawMetric("listed_ownership", "share", Label("ownership by listed parties", "被列名方合计持股"), given=True,
              unless_stated=0.0),
    LawMetric("us_content_share", "share", Label("controlled US content", "受管制美国成分"), given=True,
              unless_stated=0.0),
    LawMetric("consignee_tpp_year", "tpp", Label("TPP to this consignee this year", "本年对该收货人的TPP"), given=True),
    LawMetric("uveu_share_outside", "share", Label("share of TPP outside the listed allies", "盟国以外TPP占比"),
              given=True),
    LawMetric("uveu_share_country", "share", Label("share of TPP in this country", "该国TPP占比"), given=True),
    LawMetric("nveu_installed_tpp", "tpp", Label("TPP installed in this country", "在该国的装机TPP"), given=True),
    LawMetric("country_tpp", "tpp", Label("TPP to this country, 2025-2027", "2025至2027年对该国的TPP"), given=True),
)}

LAW_FLAGS: dict[str, LawFlag] = {f.name: f for f in (
    LawFlag("datacenter", Label("designed or marketed for data centres", "为数据中心设计或销售"), given=False),
    LawFlag("us_origin", Label("of US origin", "美国原产")),
    LawFlag("us_direct_product", Label("direct product of US technology, software or equipment",
                                       "美国技术、软件或设备的直接产品")),
    LawFlag("has_hbm", Label("contains high-bandwidth memory", "含高带宽存储器")),
    LawFlag("exported_by_fabricator", Label("exported by a front-end fabricator or assembler",
                                            "由前道制造商或封测厂出口"), unless_stated=False),
    LawFlag("designer_attestation", Label("approved or authorised designer attests TPP and density",
                                          "经批准或授权的设计者出具TPP与密度证明"), unless_stated=False),
    LawFlag("packaged_and_attested_outside_macau_d5", Label(
        "packaged outside Macau and D:5 by a packager that attests the transistor count",
        "在澳门与D:5之外封装且封装厂证明晶体管数量"), unless_stated=False),
    LawFlag("us_commercially_available", Label("commercially available in the United States on 2026-01-15",
                                               "2026年1月15日已在美国商业供应")),
    LawFlag("certified", Label(
        "certifications on US supply, foundry capacity and the recipient's security and customers",
        "关于美国供应、代工产能及收货人安全与客户的证明")),
    LawFlag("us_third_party_test", Label("tested by an independent laboratory in the United States before export",
                                         "出口前经美国独立实验室检测")),
    LawFlag("notification_given", Label("BIS was notified 25 days ahead and did not object",
                                        "已提前25日通知BIS且未获异议")),
    LawFlag("for_manufacturing", Label("for making chips", "用于制造芯片")),
    LawFlag("validated_end_user", Label("a validated end user", "经验证最终用户")),
    LawFlag("hbm_packaging_terms", Label("the packaging and reporting terms of 740.25 are met",
                                         "符合740.25的封装与报告条件")),
)}

NOT_CLAIMED: dict[str, float] = {n: m.unless_stated for n, m in LAW_METRICS.items() if m.unless_stated is not None}
NOT_SAID: dict[str, bool | None] = {n: f.unless_stated for n, f in LAW_FLAGS.items() if f.unless_stated is not None}

TRANSACTIONS = ("export", "reexport", "transfer", "import")
ITEMS = ("ic", "assembly", "computer", "hbm", "software", "technology")
END_USES = ("supercomputer", "advanced_node_fab", "military", "civil", "us_data_center", "us_repair", "us_research",
            "us_startup", "us_consumer_non_datacenter", "us_civil_industrial", "us_public_sector")
LISTED = ("no", "entity_list", "footnote_1", "footnote_4", "footnote_5", "affiliate")
PARAGRAPHS = ("3A090", "3A090.a", "3A090.a.1", "3A090.a.2", "3A090.b", "3A090.b.1", "3A090.b.2", "3A090.c", "4A090",
              "4A090.a", "4A090.b", "4D090", "3E001", "3A991.p", "4A994.l", "none")
