"""How the calibration was fitted. Needs SciPy and the measurements; nothing here runs when a question is answered."""
