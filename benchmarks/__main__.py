"""``python -m benchmarks``: every benchmark, one table and ``results/latest.json``."""

from benchmarks.sending import main

if __name__ == "__main__":
    main()
