"""What a run tells: names, units and definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label

STOCK_UNITS = frozenset({"chips", "H100e", "dies", "stacks", "wafers/month", "FLOP"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome: ``definition`` says what is counted, and in whose way where publishers differ."""

    name: str
    unit: str
    label: Label
    definition: Label

    @property
    def by_year(self) -> str:
        """How quarters make a year: ``sum`` of flows, ``end`` of the year for stocks, else ``mean``."""
        if self.unit.endswith("/quarter"):
            return "sum"
        return "end" if self.unit in STOCK_UNITS else "mean"

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON."""
        return {"name": self.name, "unit": self.unit, "label": self.label.to_dict(),
                "definition": self.definition.to_dict()}


def _o(name: str, unit: str, en: str, zh: str, means: str = "", means_zh: str = "") -> Outcome:
    return Outcome(name, unit, Label(en, zh), Label(means or en, means_zh or zh))


_ALL = (
    _o("demand_usd", "USD/quarter", "money that buyers in China want to spend", "中国买方欲支出金额",
       "of the quarter, with what waits from before", "当季，含此前等待部分"),
    _o("unmet_share", "share", "part of it that finds nothing", "其中未获满足的份额"),
    _o("price_of_work", "index", "cost of work in China over that of the best chip of the world at list price",
       "中国单位工作成本相对世界最佳芯片标价"),
    _o("domestic_share_units", "share", "domestic share of cards", "国产卡份额（按张）",
       "as IDC counts: every accelerator card sold in China, a 910C as one; no smuggled chips, no compute abroad",
       "同IDC口径：在华销售的全部加速卡，910C计一张；不含走私与境外算力"),
    _o("domestic_share_value", "share", "domestic share of the value of cards", "国产卡份额（按金额）",
       "chips at the maker's price, near Bernstein's count; no smuggled chips",
       "按厂商价格计芯片，近似伯恩斯坦口径；不含走私"),
    _o("domestic_share_compute", "share", "domestic share of the compute of cards sold", "国产卡份额（按推理算力）",
       "H100-equivalents in serving, as software lets them", "按推理H100当量，计入软件成熟度"),
    _o("cards_units", "cards/quarter", "cards sold in China", "在华销售的卡",
       "as IDC counts: foreign flagships, foreign cards below the line and domestic cards, a 910C as one; no smuggled",
       "同IDC口径：境外旗舰、低于界线的境外卡与国产卡，910C计一张；不含走私"),
    _o("flagship_revenue", "USD/quarter", "the vendor's revenue of the flagship in China", "厂商旗舰在华收入",
       "at list price; bought ahead included", "按标价，含提前采购"),
    _o("flagship_units", "chips/quarter", "legal foreign flagships sold to China", "合法境外旗舰芯片在华销量",
       "A100, A800, H800, H20, H200 or a design to come, whichever the table has; chips bought ahead included",
       "按表所列A100、A800、H800、H20、H200或未来设计；含提前采购"),
    _o("h20_units", "chips/quarter", "H20 sold to China", "H20在华销量",
       "flagships of the quarters in which the H20 is the flagship, else none", "仅H20为旗舰之季度，余为零"),
    _o("flagship_asked", "chips/quarter", "flagships that buyers would take if there were enough",
       "供应充足时买方欲购旗舰"),
    _o("bought_ahead", "chips/quarter", "flagships bought ahead of a control", "管制前提前采购的旗舰"),
    _o("hoard", "chips", "chips bought ahead and not yet at work", "提前采购尚未投入的芯片"),
    _o("low_units", "cards/quarter", "foreign cards below the line sold to China", "低于界线的境外卡在华销量"),
    _o("huawei_units", "packages/quarter", "Ascend accelerators sold", "昇腾加速器销量",
       "packages: a 910C is one, of two dies", "按封装：910C计一，含两裸片"),
    _o("other_domestic_units", "cards/quarter", "other domestic cards sold", "其他国产卡销量"),
    _o("domestic_units", "cards/quarter", "domestic accelerators sold", "国产加速器销量",
       "Ascend packages and other makers' cards", "昇腾封装与其他厂商卡之和"),
    _o("domestic_output_h100e", "H100e/quarter", "domestic accelerators sold, serving", "国产加速器销量（推理算力）",
       "in H100-equivalents, as software lets them", "按推理H100当量，计入软件成熟度"),
    _o("smuggled_units", "chips/quarter", "smuggled chips", "走私芯片"),
    _o("smuggled_h100e", "H100e/quarter", "smuggled compute, training", "走私算力（训练）"),
    _o("smuggled_stock_h100e", "H100e", "smuggled compute at work, training", "在用走私算力（训练）"),
    _o("premium", "share", "premium of smuggled chips over list", "走私芯片相对标价溢价"),
    _o("flagship_paid", "USD/chip", "what a buyer pays for the legal flagship", "合法境外旗舰买价",
       "list price with duty, and with the part of the fee that is passed on", "标价加关税及转嫁的分成"),
    _o("smuggled_paid", "USD/chip", "what a buyer pays for a smuggled chip", "走私芯片买价", "list price and premium",
       "标价加溢价"),
    _o("huawei_price", "USD/package", "price of an Ascend accelerator", "昇腾加速器价格"),
    _o("abroad_units", "chips/quarter", "chips that Chinese firms take abroad", "中国企业境外取得芯片"),
    _o("compute_abroad_h100e", "H100e", "compute abroad for Chinese firms, serving", "中国企业境外算力（推理）"),
    _o("compute_stock_h100e", "H100e", "compute at work in China, serving", "中国在用算力（推理）",
       "all chips in China, smuggled ones included, in serving H100-equivalents; chips bought ahead count once at work",
       "含走私在内的中国全部在用芯片，推理H100当量；提前采购者投入后计入"),
    _o("compute_stock_training_h100e", "H100e", "compute at work in China, training", "中国在用算力（训练）"),
    *(_o(f"stock_{id}_{tail}h100e", "H100e", f"{en} at work in China, {kind}", f"中国在用{zh}（{kind_zh}）",
         f"{en} alone, in {kind} H100-equivalents", f"仅计{zh}，{kind_zh}H100当量")
      for tail, kind, kind_zh in (("", "serving", "推理"), ("training_", "training", "训练"))
      for id, en, zh in (("flagship", "legal foreign flagships", "合法境外旗舰"),
                         ("low", "low foreign cards", "低端境外卡"),
                         ("smuggled", "smuggled chips", "走私芯片"), ("huawei", "Ascend accelerators", "昇腾加速器"),
                         ("other", "other domestic cards", "其他国产卡"))),
    _o("largest_run_h100e", "H100e", "chips of the largest training run, training", "最大训练可用算力（训练）",
       "the largest buyer's share of the larger of two stocks, CUDA flagships (smuggled ones too) or Ascend, and of it "
       "what one run takes; low cards and compute abroad are left out",
       "最大买方在CUDA旗舰（含走私）与昇腾两类存量中较大者的份额，乘以单次训练所用比例；不计低端卡与境外算力"),
    _o("largest_training_run", "FLOP", "largest feasible training run of 90 days", "90天内可行的最大训练",
       "those chips for 90 days at what an H100 does in training Llama 3.1 70B at 16 bits (perf), six FLOP a parameter "
       "and token", "上述算力运行90天，按H100以16位训练Llama 3.1 70B的实际吞吐（perf），每参数每词元6次浮点运算"),
    _o("nvidia_china_revenue", "USD/quarter", "the vendor's revenue in China", "厂商在华收入",
       "billing basis, all businesses, calendar quarters (fiscal quarters end a month later)",
       "按开票地，全部业务，日历季度（财季晚约一月）"),
    _o("nvidia_china_accelerator_revenue", "USD/quarter", "of it accelerators", "其中加速器"),
    _o("nvidia_rest_revenue", "USD/quarter", "the vendor's data centre revenue elsewhere", "厂商其他地区数据中心收入"),
    _o("nvidia_total_revenue", "USD/quarter", "the vendor's revenue, China and data centre elsewhere",
       "厂商收入（在华及其他地区数据中心）"),
    _o("vendor_charge", "USD/quarter", "charge for stock at a cut", "断供存货计提"),
    _o("vendor_written_units", "chips/quarter", "chips that a cut makes unsaleable", "断供致无处可售芯片"),
    _o("vendor_inventory", "chips", "flagships in the vendor's stock", "厂商旗舰库存"),
    _o("vendor_begun_units", "chips/quarter", "flagships begun for China", "为中国投产的旗舰"),
    _o("licence_fee", "USD/quarter", "fee to the exporting state", "缴予出口国的费用"),
    _o("domestic_revenue", "USD/quarter", "domestic makers' revenue", "国产厂商收入"),
    _o("rd_spending", "USD/quarter", "R&D of the domestic chain, subsidy included", "国产链研发（含补贴）"),
    _o("subsidy", "USD/quarter", "subsidy in it", "其中补贴"),
    _o("equipment_sales", "USD/quarter", "foreign equipment makers' sales to China", "境外设备商对华销售"),
    _o("tools_bought_ahead", "USD/quarter", "of it ahead of a control", "其中提前采购"),
    _o("domestic_tool_share", "share", "share of an advanced line that domestic tools can serve", "国产设备可及份额"),
    _o("wafer_capacity", "wafers/month", "advanced wafers of Chinese lines", "中国先进晶圆产能"),
    _o("logic_dies", "dies/quarter", "good Ascend dies, foreign foundries' included", "昇腾良品裸片（含境外代工）"),
    _o("dies_packaged", "dies/quarter", "dies that go into packages", "进入封装的裸片"),
    _o("dies_packed", "dies/quarter", "dies in good packages", "良品封装裸片"),
    _o("dies_released", "dies/quarter", "dies in packages that become ready for sale", "转为可售的裸片"),
    _o("dies_sold", "dies/quarter", "dies in packages sold", "已售裸片"),
    _o("other_cards_made", "cards/quarter", "other domestic cards made", "其他国产卡产量"),
    _o("die_bank", "dies", "bank of dies", "裸片库存"), _o("hbm_stock", "stacks", "memory in stock", "存储库存"),
    _o("hbm_stacks_in", "stacks/quarter", "memory that comes in", "存储流入"),
    _o("hbm_binds", "share", "memory is the least input", "存储为瓶颈", "share of draws", "抽样占比"),
    _o("dies_bind", "share", "dies are the least input", "裸片为瓶颈", "share of draws", "抽样占比"),
    _o("packaging_binds", "share", "packaging is the least input", "封装为瓶颈", "share of draws", "抽样占比"),
    _o("die_yield", "share", "yield of Ascend dies", "昇腾裸片良率"),
    _o("software_maturity", "share", "throughput that CANN reaches in training", "CANN训练达到的吞吐"),
    _o("cuda_code_share", "share", "code that stands on CUDA, by spending", "CUDA代码份额（按支出加权）"),
    _o("restriction", "share", "how far China keeps its buyers from foreign chips", "中国限制买方购买境外芯片的程度"),
    _o("law_open", "share", "orders for the flagship that law lets through", "法律放行的旗舰订单份额"),
    _o("retired_units", "chips/quarter", "chips retired", "退役芯片"),
    _o("failed_units", "chips/quarter", "chips failed", "故障芯片"),
    _o("added_units", "chips/quarter", "chips put to work", "投入芯片"),
)

OUTCOMES: dict[str, Outcome] = {o.name: o for o in _ALL}


def outcomes() -> tuple[Outcome, ...]:
    """Return every outcome.

    >>> any(o.name == "domestic_share_units" for o in outcomes())
    True
    """
    return _ALL


def outcome(name: str) -> Outcome:
    """Return an outcome by name.

    Raises
    ------
    InputError : no such outcome.
    """
    found = OUTCOMES.get(name)
    if found is None:
        raise InputError("no such outcome", where="--outcome", got=name, hint=did_you_mean(name, OUTCOMES, cutoff=0.4),
                         expected="a name of: highfence outcomes", example="domestic_share_units")
    return found
