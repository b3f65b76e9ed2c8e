"""Compile the data into the package when it is built, so that an installed highfence never reads YAML."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path(__file__).parent / "src"


class CompileData(BuildHookInterface):  # type: ignore[type-arg]
    """Write ``highfence/_compiled`` for a wheel; an editable install compiles at first use."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile catalogue, law, calibration, cost, choice, market, scenarios and word lists."""
        if version == "editable":
            return
        sys.path.insert(0, str(SOURCE))
        from highfence.catalogue import series, statements
        from highfence.catalogue import store as catalogue
        from highfence.catalogue.compile import compile_catalogue
        from highfence.catalogue.series_schema import compile_series
        from highfence.catalogue.statements_schema import compile_statements
        from highfence.choice import directions, hazard
        from highfence.choice import parameters as choice
        from highfence.choice import store as buyers
        from highfence.choice.compile import compile_choice
        from highfence.claims.mentions import lexicon as mentions
        from highfence.core.datapack import write_shipped
        from highfence.cost import parameters as cost
        from highfence.market import observations, tables
        from highfence.market import parameters as market
        from highfence.perf import calibration
        from highfence.policy import scenarios as policy
        from highfence.policy import thesis
        from highfence.rules import store as law
        from highfence.rules.compile import compile_law

        shutil.rmtree(SOURCE / "highfence" / "_compiled", ignore_errors=True)
        write_shipped("catalogue", [catalogue.DATA], compile_catalogue(), catalogue.CODE)
        write_shipped("series", series.PLACES, compile_series(), series.CODE)
        write_shipped("statements", statements.PLACES, compile_statements(), statements.CODE)
        write_shipped("law", [law.DATA], compile_law(), law.CODE)
        write_shipped("perf", [calibration.DATA], calibration.compile_calibration(), calibration.CODE)
        write_shipped("cost", [cost.DATA], cost.compile_cost(), cost.CODE)
        write_shipped("choice", [choice.DATA], choice.compile_choice(), choice.CODE)
        write_shipped("buyers", [buyers.DATA], compile_choice(buyers.DATA, buyers.known_sources()), buyers.CODE)
        write_shipped("cuts", [hazard.DATA], hazard.compile_cuts(), hazard.CODE)
        write_shipped("market", [market.DATA], market.compile_market(), market.CODE)
        write_shipped("market-observations", [observations.FILE.parent], observations.compile_map(), observations.CODE)
        write_shipped("market-tables-all", tables.FOLDERS, tables.build(None, ()), tables.CODE)
        write_shipped("directions", [directions.DATA], directions.compile_directions(), directions.CODE)
        write_shipped("policy", policy.FOLDERS, policy.compile_policy(), policy.CODE)
        write_shipped("thesis", [thesis.DATA], thesis.compile_thesis(), (Path(thesis.__file__),))
        write_shipped("mentions", mentions.folders(), mentions.compile_mentions(), mentions.code())
        build_data["artifacts"].append("src/highfence/_compiled/*.json")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind in the source tree."""
        shutil.rmtree(SOURCE / "highfence" / "_compiled", ignore_errors=True)
