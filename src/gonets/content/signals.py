"""Facts about the content, told after commit."""

from __future__ import annotations

from django.dispatch import Signal

source_failing = Signal()
"""A source cannot be read and its owner should know, once; ``source_id``."""
