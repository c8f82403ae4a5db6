"""``python -m benchmarks``: every row, one table and ``results/latest.json``."""

from benchmarks.command import main

if __name__ == "__main__":
    main()
