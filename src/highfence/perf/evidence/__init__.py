"""Predictions beside what others measured or published, by fits that had not seen it."""
