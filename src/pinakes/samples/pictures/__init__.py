"""How the gallery looks: one painter for each family."""
