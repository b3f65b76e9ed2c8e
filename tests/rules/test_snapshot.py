"""Every resolved number of the law in one file, so that a changed one shows in review.

Write it anew with ``HIGHFENCE_WRITE_SNAPSHOTS=1 pytest tests/rules/test_snapshot.py``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from highfence.core.quantities import format_quantity
from highfence.rules.law import Law
from highfence.rules.metrics import LAW_METRICS
from highfence.rules.store import shipped_law

SNAPSHOT = Path(__file__).parent / "parameters.snap.json"


def resolved(law: Law) -> dict[str, Any]:
    """Return every parameter, scope and form of the law, day by day, in human units."""
    def shown(path: str, value: float | bool | None) -> str:
        metric = law.parameter(path).metric
        if value is None or metric is None:
            return "unknown" if value is None else str(value).lower()
        return format_quantity(float(value), LAW_METRICS[metric].kind, 12)

    parameters = {path: {"source": law.parameter(path).source,
                         "values": {d.isoformat(): shown(path, v) for d, v in law.parameter(path).values}}
                  for path in law.parameter_paths}
    scopes = {name: {day.isoformat(): " ".join(sorted(scope.on(law.groups, day)))
                     for day in law.changes if _moves(law, name, day)} for name, scope in law.scopes.items()}
    forms = {p.address: [f"{e.first} to {e.last or '…'}" for e in p.eras]
             for file in law.files.values() for p in file.provisions}
    return {"parameters": parameters, "scopes": scopes, "provisions": forms}


def _moves(law: Law, scope: str, day: Any) -> bool:
    earlier = [d for d in law.changes if d < day]
    return not earlier or law.scopes[scope].on(law.groups, day) != law.scopes[scope].on(law.groups, earlier[-1])


def test_no_number_of_the_law_changed_unseen() -> None:
    text = json.dumps(resolved(shipped_law()), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("HIGHFENCE_WRITE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    ours, kept = json.loads(text), json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert ours == kept, "the law changed: if it should have, write the snapshot anew and review its difference"
