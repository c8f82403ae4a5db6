"""Plug-ins for other programs: each lives in that program's own process."""
