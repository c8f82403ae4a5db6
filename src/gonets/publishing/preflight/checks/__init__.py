"""Checks of an issue: a module each, whose ``CHECKS`` look at a dossier."""
