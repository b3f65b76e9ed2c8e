"""Chips, memory, systems, language models and firms: sourced facts, and physical metrics as formulas."""

from highfence.catalogue.entries import Chip, Entry, Firm, LanguageModel, MemoryStack, Price, System
from highfence.catalogue.metrics import Metric, metrics_of
from highfence.catalogue.store import Catalogue, catalogue

__all__ = ["Catalogue", "Chip", "Entry", "Firm", "LanguageModel", "MemoryStack", "Metric", "Price", "System",
           "catalogue", "metrics_of"]
