"""A worker process for benchmarks; prints its peak memory at the end."""

from __future__ import annotations

import logging
import resource
import sys
from pathlib import Path

import django

django.setup()

from benchmarks.letters import BenchmarkLetters  # noqa: E402
from gonets.delivery.worker import run_worker  # noqa: E402

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    run_worker(BenchmarkLetters(), data_dir=Path(sys.argv[1]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
