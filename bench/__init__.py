"""Measure the budgets of the design on this machine: ``python -m bench`` from the root of the repository."""
