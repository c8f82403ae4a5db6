"""Commands of the standalone product."""
