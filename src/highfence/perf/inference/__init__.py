"""Prefill, decode and serving: steps from operators, answers from steps."""
