"""Times of single operators on one chip, and of collectives among chips: pure functions over floats or arrays."""
