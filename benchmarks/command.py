"""The command: which rows, how many rounds; a table at the end, a file all along."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

from benchmarks.results import Result, Results, table
from benchmarks.row import Plan, Row
from benchmarks.rows import all_rows

LATEST = Path(__file__).parent / "results" / "latest.json"
QUICK = "QUICK CHECK, NO FIGURE"


def main(arguments: Sequence[str] | None = None) -> None:
    signal.signal(signal.SIGTERM, _end)  # so that what was started is ended too
    given = _parser().parse_args(arguments)
    rows = _chosen(all_rows(), given.names)
    results = Results(given.output)
    results.keep([])
    print(_heading(is_quick=given.quick), flush=True)
    skipped, failed = [], []
    for row in rows:
        if row.missing:
            skipped.append(f"NOT MEASURED — {row.name}: {row.missing}")
        elif not _measure(row, given, results):
            failed.append(f"FAILED — {row.name}: see above")
    print(f"\n{_heading(is_quick=given.quick)}\n{table(results)}")
    print("\n".join([*skipped, *failed, f"Written to {given.output}."]))
    if failed:
        raise SystemExit(1)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(143)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, epilog=_epilog()
    )
    parser.add_argument("names", nargs="*", help="the rows to measure; none: the table")
    parser.add_argument("--rounds", type=int, help="rounds of every row")
    parser.add_argument("--quick", action="store_true", help="only whether it works")
    parser.add_argument("--output", type=Path, default=LATEST, help="the JSON file")
    return parser


def _epilog() -> str:
    return "rows: " + ", ".join(row.name for row in all_rows())


def _chosen(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    if not names:
        return [row for row in rows if not row.is_extra]
    unknown = set(names) - {row.name for row in rows}
    if unknown:
        raise SystemExit(f"There is no row named {', '.join(sorted(unknown))}.")
    return [row for row in rows if row.name in names]


def _measure(row: Row, given: argparse.Namespace, results: Results) -> bool:
    """Measure one row; False if it failed."""
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {row.name}: {line}", flush=True)

    say(row.title)
    plan = Plan(rounds=given.rounds, is_quick=given.quick, say=say)
    try:
        for found in row.measure(plan):
            results.keep(_labelled(found, is_quick=given.quick))
    except Exception:  # noqa: BLE001 - the other rows are still wanted
        traceback.print_exc()
        return False
    say("done")
    return True


def _labelled(results: Sequence[Result], *, is_quick: bool) -> list[Result]:
    if not is_quick:
        return list(results)
    return [replace(one, name=f"{one.name} ({QUICK})") for one in results]


def _heading(*, is_quick: bool) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    return f"Gonets benchmarks, {machine}{f' — {QUICK}' if is_quick else ''}"
