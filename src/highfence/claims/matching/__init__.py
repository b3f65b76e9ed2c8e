"""From a claim to the facts that could bear it out: readings of its subject, attribute, period and unit."""
