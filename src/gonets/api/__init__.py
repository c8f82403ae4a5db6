"""The HTTP interface for other programs; no domain rules of its own."""
