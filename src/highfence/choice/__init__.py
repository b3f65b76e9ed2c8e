"""Who may buy which chip, who would, and what it is worth to them."""
