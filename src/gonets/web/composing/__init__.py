"""Choosing materials for an issue, and correcting its letter in the preview."""
