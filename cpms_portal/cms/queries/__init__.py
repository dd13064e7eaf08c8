"""Questions about libraries; each answers what the actor may see."""
