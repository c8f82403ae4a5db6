"""Checks of a letter: a module each, whose ``CHECKS`` look at a specimen."""
