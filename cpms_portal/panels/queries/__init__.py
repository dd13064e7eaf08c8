"""Questions about panels: their progress, what waits for whom, their texts as pages show them."""
