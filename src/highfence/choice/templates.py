"""A buyer to fill in."""

BUYER_TEMPLATE = """\
# A buyer: what it runs, how much, on whose code, with whose money and under whose rules.
# A number is 2, or {low: 1, mid: 2, high: 3, note: why} for an assumption of yours, or for a fact
# {low: 1, mid: 2, high: 3, grade: press, source: https://example.com/page}. Low and high hold eight of ten outcomes.
id: my-firm
label: {en: My firm, zh: 我的公司}
home: CN                       # whose government binds the buyer
kind: enterprise               # frontier-lab, hyperscaler, state, enterprise, driving, research or other
work:                          # shares of the chip time; they sum to one
  - {task: serving, model: deepseek-r1, share: 0.6, input: 1500, output: 800, ttft_s: 5, tpot_s: 0.08, cached: 0.3}
  - {task: decode, model: qwen3-8b, share: 0.3, input: 1000, output: 300, tpot_s: 0.05}
  - {task: training, model: qwen3-8b, share: 0.1, tokens: 1e9}
scale: {chips: {low: 8, mid: 16, high: 32, note: our forecast}}    # or tokens_per_day
budget_usd: {low: 200000, mid: 400000, high: 600000, note: approved by the board}
horizon_years: 3
discount_rate: 0.10
software:
  cuda_share: {low: 0.7, mid: 0.9, high: 1.0, note: by effort}
  port_months: {low: 3, mid: 6, high: 18, note: engineer-months to move all of it once}
  engineers: 5
  wage_usd_year: 60000
  wage_place: CN
installed:
  - {platform: cuda, chip: RTX 4090, count: 16}
risk:
  cutoff_aversion: 1.0         # weight of an expected loss from a cut-off; 1 is indifferent to risk
  compliance_tolerance: 0.2    # 0 takes no legal risk, 1 does not mind it
access:
  headquarters: CN
  # parent_headquarters: US
  listed: no                   # no, entity_list, footnote_1, footnote_4, footnote_5 or affiliate
  end_use: civil               # civil, military or supercomputer
  state_funded: 0.0            # share of the projects that state money reaches
  power_kw: 60
  capital_usd: 500000
"""
