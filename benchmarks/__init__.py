"""How fast the product is, measured beside what others do on the same machine."""
