"""Subscribers, import and export, leaving a newsletter."""
