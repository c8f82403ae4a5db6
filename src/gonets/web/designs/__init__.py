"""How letters look: the designs, the brand, and an issue's own choice."""
