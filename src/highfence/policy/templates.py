"""A scenario to fill in."""

SCENARIO_TEMPLATE = """\
# A scenario: what differs from another one. highfence scenarios lists those that ship and the kinds of lever.
# A value is 0.15, or {low: 0.1, mid: 0.15, high: 0.3}; low and high hold eight of ten outcomes.
id: my-licences
label: {en: My licences, zh: 我的许可方案}
kind: proposal                 # historical, proposal or counterfactual
base: history                  # the scenario that it changes
overlays: []                   # reforms of law, by id; see: highfence overlays
# against: h20-ban-2025        # what `highfence whatif` sets it against; its base if left out
# freeze: {on: 2025-04-08, actors: [US]}      # nothing that these did later in the base happens
note: Licences for the H20 with a larger fee and a quota.
levers:
  - kind: licence_grant        # share of orders that get a licence
    chips: [H20]
    from: 2027-01-01
    to: 2028-12-31
    value: {low: 0.7, mid: 0.9, high: 1.0}
    note: promised by the draft
  - kind: quota                # chips/quarter
    chips: [H20]
    from: 2027-01-01
    value: 100000
    note: our reading of the draft
  - kind: fee                  # share of licensed revenue
    chips: [H20]
    from: 2027-01-01
    value: 0.3
    grade: press               # official, filing, measured, press or estimate, with a source; else assumed, with a note
    source: https://example.com/page
  - kind: enforcement
    how: times                 # over what the base has, instead of set
    from: 2027-01-01
    value: 2
    note: twice the staff
"""
