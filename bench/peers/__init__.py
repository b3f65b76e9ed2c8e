"""The same four formulas in other engines; each file runs inside that engine's own environment."""
