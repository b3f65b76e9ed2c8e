"""The four formulas of 3A090 as a tiny country package of policyengine-core; run inside its own environment."""

# The engine names a variable by its class and passes the entity as a formula's first argument.
# ruff: noqa: N801, N805

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from policyengine_core.entities import build_entity
from policyengine_core.parameters import ParameterNode
from policyengine_core.periods import DAY, ETERNITY
from policyengine_core.simulations import Simulation, SimulationBuilder
from policyengine_core.taxbenefitsystems import TaxBenefitSystem
from policyengine_core.variables import Variable
from serve import VARIABLES, Row, dated_parameters, serve

Chip = build_entity(key="chip", plural="chips", label="An integrated circuit", is_person=True)


class tpp(Variable):
    value_type = float
    entity = Chip
    definition_period = ETERNITY
    label = "Total processing performance"


class performance_density(Variable):
    value_type = float
    entity = Chip
    definition_period = ETERNITY
    label = "Total processing performance over applicable die area, per mm2"


class datacenter(Variable):
    value_type = bool
    entity = Chip
    definition_period = ETERNITY
    label = "Designed or marketed for data centres"


class a_1(Variable):
    value_type = bool
    entity = Chip
    definition_period = DAY
    label = "3A090.a.1"

    def formula_2023_11_17(chip, period, parameters):
        return chip("tpp", period) >= parameters(period).tpp_a1


class a_2(Variable):
    value_type = bool
    entity = Chip
    definition_period = DAY
    label = "3A090.a.2, under Note 2"

    def formula_2023_11_17(chip, period, parameters):
        law, power, density = parameters(period), chip("tpp", period), chip("performance_density", period)
        in_scope = chip("datacenter", period) | (power >= law.tpp_note2)
        return (power >= law.tpp_a2) & (density >= law.density_a2) & in_scope


class b_1(Variable):
    value_type = bool
    entity = Chip
    definition_period = DAY
    label = "3A090.b.1, under Note 2"

    def formula_2023_11_17(chip, period, parameters):
        law, power, density = parameters(period), chip("tpp", period), chip("performance_density", period)
        in_scope = chip("datacenter", period) | (power >= law.tpp_note2)
        return ((power >= law.tpp_b1) & (power < law.tpp_b1_end) & (density >= law.density_b1)
                & (density < law.density_b_end) & in_scope)


class b_2(Variable):
    value_type = bool
    entity = Chip
    definition_period = DAY
    label = "3A090.b.2, under Note 2"

    def formula_2023_11_17(chip, period, parameters):
        law, power, density = parameters(period), chip("tpp", period), chip("performance_density", period)
        in_scope = chip("datacenter", period) | (power >= law.tpp_note2)
        return (power >= law.tpp_b2) & (density >= law.density_b2) & (density < law.density_b_end) & in_scope


class PolicyEngine:
    """policyengine-core with the four formulas."""

    def __init__(self) -> None:
        self.system = TaxBenefitSystem([Chip])
        self.system.add_variables(tpp, performance_density, datacenter, a_1, a_2, b_1, b_2)
        self.system.parameters = ParameterNode("", data=dated_parameters())

    def one(self, row: Row, day: str) -> list[bool]:
        """Build a simulation from a situation and calculate."""
        situation = {"chips": {"part": {name: {"ETERNITY": value} for name, value in row.items()}}}
        simulation = Simulation(tax_benefit_system=self.system, situation=situation)
        return [bool(simulation.calculate(name, day)[0]) for name in VARIABLES]

    def many(self, columns: Mapping[str, Any], day: str, done_building: Callable[[], None]) -> list[Any]:
        """Build a simulation of as many chips as there are rows, set the inputs and calculate."""
        simulation = SimulationBuilder().build_default_simulation(self.system, count=len(columns["tpp"]))
        for name, column in columns.items():
            simulation.set_input(name, "ETERNITY", column)
        done_building()
        return [simulation.calculate(name, day) for name in VARIABLES]


if __name__ == "__main__":
    serve(PolicyEngine)
