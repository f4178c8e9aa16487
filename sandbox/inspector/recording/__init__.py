"""Recording: what happened in a run, as plain data, and how it stood at any moment."""
