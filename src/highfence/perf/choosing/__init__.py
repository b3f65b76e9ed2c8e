"""The best split and load for a goal, comparisons of chips, and what is covered."""
