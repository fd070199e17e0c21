"""Questions answered from the knowledge store."""
