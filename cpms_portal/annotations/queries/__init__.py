"""Questions about annotations: what was drawn where, by whom, and what it measures."""
