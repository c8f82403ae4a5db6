"""Facts about runs, told after commit, each with ``run_id``."""

from django.dispatch import Signal

run_started = Signal()
run_paused = Signal()  # paused: nothing is in flight any more
run_ended = Signal()  # finished, or its rest was cancelled
