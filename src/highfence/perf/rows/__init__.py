"""Tables of serving questions: what a row means, and its answer."""
