"""Gonets: the newsletter desk of a website."""

__version__ = "0.1.0"
