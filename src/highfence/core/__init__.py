"""Quantities, dates, facts, errors, documents and records: the words every other room is written in."""
