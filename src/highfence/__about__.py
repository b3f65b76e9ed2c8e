"""Version of the code and of the data, the two that every result carries."""

__version__ = "0.1.0"
DATA_VERSION = "2026.11.1"
