"""Belonging, permissions, acts of law and sweeping judgements, in the words of news and comment."""

from __future__ import annotations

from datetime import date

import pytest

from highfence.claims import frames, mentions
from highfence.claims.model import Claim, Document


def told(text: str, lang: str) -> tuple[Claim, ...]:
    document = Document(text, lang, published=date(2026, 6, 1), blocks=((0, len(text), "body"),))  # type: ignore[arg-type]
    return frames.claims(document, mentions.find(document))


@pytest.mark.parametrize(
    ("text", "lang", "owner", "owned", "attribute"),
    [
        ("T-Head is Alibaba's in-house chip unit.", "en", "alibaba", "t-head", "owns"),
        ("HiSilicon belongs to Huawei.", "en", "huawei", "hisilicon", "owns"),
        ("Kunlunxin is a subsidiary of Baidu.", "en", "baidu", "kunlunxin", "owns"),
        ("The Ascend 910C comes from Huawei, not from Cambricon.", "en", "huawei", "huawei-ascend-910c", "makes"),
        ("The W7900 is a workstation chip from AMD.", "en", "amd", "amd-pro-w7900", "makes"),
        ("DRAM giant Yangtze Memory has hired.", "en", "ymtc", "dram", "makes"),
        ("平头哥隶属于阿里巴巴集团。", "zh", "alibaba", "t-head", "owns"),
        ("海思是华为的全资子公司。", "zh", "huawei", "hisilicon", "owns"),
        ("昆仑芯的母公司是百度。", "zh", "baidu", "kunlunxin", "owns"),
        ("寒武紀是騰訊旗下企業。", "zh", "tencent", "cambricon", "owns"),
        ("思元590出自寒武纪之手。", "zh", "cambricon", "cambricon-mlu590", "makes"),
        ("寒武纪推出的思元590是一款AI芯片。", "zh", "cambricon", "cambricon-mlu590", "makes"),
    ],
)
def test_whose_a_thing_is(text: str, lang: str, owner: str, owned: str, attribute: str) -> None:
    found = [c for c in told(text, lang) if c.kind == "origin"]
    assert [(c.subject[0], c.attribute) for c in found] == [(owner, attribute)]
    assert any(o.startswith(owned) for o in found[0].object)


@pytest.mark.parametrize(
    ("text", "lang", "firm", "place"),
    [
        ("Tokyo Electron, a Japanese maker of etching tools, has raised its outlook.", "en", "tokyo-electron", "JP"),
        ("SK Hynix is headquartered in Icheon, South Korea.", "en", "sk-hynix", "KR"),
        ("South Korea's Micron posted record profit.", "en", "micron", "KR"),
        ("东京电子是一家日本的半导体设备公司。", "zh", "tokyo-electron", "JP"),
        ("美光是南韓的記憶體大廠。", "zh", "micron", "KR"),
        ("韩国的中芯国际没有受到影响。", "zh", "smic", "KR"),
    ],
)
def test_where_a_firm_is_at_home(text: str, lang: str, firm: str, place: str) -> None:
    found = [c for c in told(text, lang) if c.attribute == "located-in"]
    assert [(c.kind, c.subject[0]) for c in found] == [("origin", firm)]
    assert place in found[0].object


def test_a_home_that_the_catalogue_confirms_is_no_claim_of_its_own() -> None:
    assert not [
        c for c in told("Dutch supplier ASML reported net sales of 7.7 billion euros.", "en") if c.kind == "origin"
    ]


@pytest.mark.parametrize("text", ["AMD is Nvidia's main rival in accelerators.", "三星是英伟达的供应商之一。"])
def test_rivals_and_suppliers_are_not_owned(text: str) -> None:
    lang = "en" if text.isascii() else "zh"
    assert not [c for c in told(text, lang) if c.attribute == "owns"]


@pytest.mark.parametrize(
    ("text", "lang", "chip", "attribute"),
    [
        (
            "Shipments of the H20 to China have required a licence since April 2025.",
            "en",
            "nvidia-h20",
            "licence-required",
        ),
        ("No US license was needed to ship the MI250 to China in March 2022.", "en", "amd-mi250", "free"),
        ("In March 2022, the A100 could be exported to China without a licence.", "en", "nvidia-a100", "free"),
        ("In October 2023 a second rule caught the A800 and H800 as well.", "en", "nvidia-a800", "licence-required"),
        ("The L20 stayed outside the October 2023 controls.", "en", "nvidia-l20", "free"),
        ("The RTX 5090 is off limits to Chinese buyers.", "en", "nvidia-rtx-5090", "bans"),
        ("Washington cleared the H20 for sale to China in July 2025.", "en", "nvidia-h20", "approves"),
        ("自2025年4月起，H20对华销售须申请许可证。", "zh", "nvidia-h20", "licence-required"),
        ("2022年10月前，A100向中国出口不需要任何许可。", "zh", "nvidia-a100", "free"),
        ("2022年3月，A100無須美國許可證即可出口中國。", "zh", "nvidia-a100", "free"),
        ("MI308也被纳入出口管制。", "zh", "amd-mi308", "licence-required"),
        ("2025年7月，英伟达获准恢复向中国销售H20。", "zh", "nvidia-h20", "approves"),
    ],
)
def test_what_law_makes_of_a_chip(text: str, lang: str, chip: str, attribute: str) -> None:
    found = [c for c in told(text, lang) if c.attribute == attribute]
    assert found, told(text, lang)
    assert any(i.startswith(chip) for i in (*found[0].subject, *found[0].object))
    assert not found[0].negated


def test_a_permission_denied_is_negated() -> None:
    (claim,) = told("B30A至今未获美国批准对华销售。", "zh")
    assert (claim.kind, claim.attribute, claim.negated) == ("status", "approves", True)


@pytest.mark.parametrize(
    ("text", "lang", "actor", "attribute"),
    [
        ("The Bureau of Industry and Security added Huawei to the Entity List in May 2019.", "en", "bis", "lists"),
        ("President Joe Biden signed the CHIPS and Science Act into law on 9 August 2022.", "en", "joe-biden", "signs"),
        ("In January 2025 the Commerce Department issued a rule on AI chips.", "en", "commerce", "issued"),
        ("2019年5月，美国商务部将华为列入实体清单。", "zh", "commerce", "lists"),
        ("2024年12月，市场监管总局对英伟达立案调查。", "zh", "samr", "investigates"),
        ("美国商务部2025年5月撤销了AI扩散规则。", "zh", "commerce", "rescinds"),
    ],
)
def test_acts_of_law(text: str, lang: str, actor: str, attribute: str) -> None:
    (claim,) = told(text, lang)
    assert (claim.kind, claim.subject[0], claim.attribute) == ("event", actor, attribute)
    assert claim.period is not None


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("No amount of subsidy can buy back a decade of lost know-how.", "en"),
        ("That is wishful thinking dressed up as strategy.", "en"),
        ("封锁从来堵不住创新的脚步。", "zh"),
        ("自主可控的路没有捷径可走。", "zh"),
    ],
)
def test_sweeping_judgements_are_opinions(text: str, lang: str) -> None:
    assert [c.kind for c in told(text, lang)] == ["opinion"]


def test_two_predicates_with_figures_are_two_claims() -> None:
    found = told("The CHIPS Act became law in August 2022 and set aside 39 billion dollars for manufacturing.", "en")
    assert [(c.subject[0], c.attribute) for c in found] == [("chips-act", "enacts"), ("chips-act", "subsidy")]


def test_a_spec_told_of_a_pronoun_is_the_chips() -> None:
    found = told("In 2026 the Bureau of Industry and Security freed the H200. It has 141 GB of HBM3e.", "en")
    assert found[-1].subject[0].startswith("nvidia-h200")


def test_books_without_a_name_are_the_firms() -> None:
    found = told("ASML said China was its largest market. Net sales for 2024 were 28.3 billion euros.", "en")
    assert found[-1].subject[0] == "asml"


def test_a_cut_of_sales_is_no_ratio_of_chips() -> None:
    (claim,) = told("Nvidia is to hand over 25% of the revenue from H20 sales in China.", "en")
    assert (claim.attribute, claim.object) == ("revenue-cut", ())


def test_a_number_format_makes_a_ratio_one_of_compute() -> None:
    (claim,) = told("In dense FP16, the H200 is 6.7 times as fast as the H20.", "en")
    assert (claim.kind, claim.attribute) == ("ratio", "compute")


@pytest.mark.parametrize(
    ("text", "names"),
    [("美国对华为的制裁", {"place-us", "huawei"}), ("中方反对美方", {"cn-government", "us-government"})],
)
def test_places_are_not_cut_out_of_other_words(text: str, names: set[str]) -> None:
    assert {m.id for m in mentions.find(Document(text, "zh")) if m.kind == "entity"} == names
