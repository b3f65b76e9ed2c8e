"""Is an article right? From its text to claims, and from facts, law and models to a verdict for each."""
