"""Feeds: their bytes, their entries, where they are, what they wish."""
