"""Sheets to fill in."""

from highfence.rules.sheet import CHIP_TEMPLATE

OVERLAY_TEMPLATE = """\
# A reform of law: dated changes, laid over the shipped law without altering it.
id: my-reform
title: {en: A lower line, zh: 更低的界线}
status: hypothetical              # proposal, bill, report, hypothetical or alternative-reading
changes:
  - parameter: us.ear.774.3A090.tpp_b1     # highfence classify H20 --why names the parameters
    from: 2024-01-01
    # to: 2024-12-31
    value: 2000
  # - {scope: regional_stability, from: 2026-01-01, plus: [MY]}
  # - {repeal: "us.ear.744.letters.2025-04-09#letter.2025-04.lines", from: 2025-07-15}
"""

CSV_TEMPLATE = """\
chip,tpp,performance_density,die_area_mm2,io_gb_s,dram_gb_s,datacenter,to,on,hq
H20,,,,,,,CN,2025-05-01,
My part,2368,,740,64,864,true,CN,2024-06-01,CN
"""

TEMPLATES = {"chip": CHIP_TEMPLATE, "overlay": OVERLAY_TEMPLATE, "csv": CSV_TEMPLATE}
