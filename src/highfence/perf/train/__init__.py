"""Training: iteration time, memory by part, pipelines and exchanges."""
