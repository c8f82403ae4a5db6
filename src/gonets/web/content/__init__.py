"""Sections, materials and sources of the site."""
