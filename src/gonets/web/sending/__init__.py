"""Postponing, scheduling, sending, progress, pausing, sending again; the relay."""
