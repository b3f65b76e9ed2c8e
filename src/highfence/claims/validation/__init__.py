"""How well the checker does: labelled articles, perturbed copies, generated sentences, each scored by one measure."""
