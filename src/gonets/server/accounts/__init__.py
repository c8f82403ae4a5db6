"""Logging in and out, passwords, languages, and who may use the desk."""
