"""How what was measured becomes a table and a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.results import Result, Results, median_of, ratios, table
from benchmarks.row import Plan, Rounds
from benchmarks.rows import all_rows

ROUNDS = (3.0, 1.0, 2.0)


def a_result(name: str = "a rate", **changes: object) -> Result:
    return median_of(ROUNDS, **{"name": name, "unit": "letters/s", **changes})  # type: ignore[arg-type]


def test_the_value_is_the_median_of_the_rounds():
    assert a_result().value == 2.0


@pytest.mark.parametrize(
    ("bar", "is_limit", "verdict"),
    [
        pytest.param(None, False, "", id="no-bar"),
        pytest.param(2.0, False, "reached", id="as-much-as-promised"),
        pytest.param(2.1, False, "NOT REACHED", id="less-than-promised"),
        pytest.param(2.0, True, "reached", id="no-more-than-allowed"),
        pytest.param(1.9, True, "NOT REACHED", id="more-than-allowed"),
    ],
)
def test_a_bar_is_reached_or_not(bar, is_limit, verdict):
    assert a_result(bar=bar, is_limit=is_limit).verdict == verdict


def test_rounds_are_divided_by_their_own_peer():
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]


def test_the_file_holds_the_agreed_keys_and_the_newest_value_of_every_name(tmp_path):
    file = tmp_path / "results" / "latest.json"
    results = Results(file)

    results.keep([a_result("one"), a_result("two", peer=[4.0])])
    results.keep([median_of([5.0], name="one", unit="s", bar=9.0, is_limit=True)])

    assert json.loads(file.read_text()) == [
        {
            "name": "one",
            "value": 5.0,
            "unit": "s",
            "bar": 9.0,
            "peer": None,
            "rounds": [5.0],
        },
        {
            "name": "two",
            "value": 2.0,
            "unit": "letters/s",
            "bar": None,
            "peer": 4.0,
            "rounds": [3.0, 1.0, 2.0],
        },
    ]


def test_the_table_says_what_was_not_reached():
    lines = table([a_result(bar=9.0, peer=[1234.0]), a_result("other")]).splitlines()

    assert "≥ 9" in lines[2]
    assert "1,234" in lines[2]
    assert "NOT REACHED" in lines[2]
    assert "REACHED" not in lines[3]


def test_sides_take_turns_and_every_round_begins_at_the_other_end():
    turns: list[str] = []

    def side(name: str) -> float:
        turns.append(name)
        return 1.0

    plan = Plan(rounds=None, is_quick=False, say=lambda _line: None)
    rounds = Rounds(plan=plan, sides={n: lambda n=n: side(n) for n in ("we", "they")})

    assert [len(samples["we"]) for samples in rounds.run(3)] == [1, 2, 3]
    assert turns == ["we", "they", "they", "we", "we", "they"]


def test_who_takes_part_seldom_does_so_in_every_other_round():
    plan = Plan(rounds=None, is_quick=False, say=lambda _line: None)
    sides = {"often": lambda: 1.0, "seldom": lambda: 1.0}
    rounds = Rounds(plan=plan, sides=sides, seldom=("seldom",))

    *_all, samples = rounds.run(5)

    assert {name: len(values) for name, values in samples.items()} == {
        "often": 5,
        "seldom": 3,
    }


def test_every_file_in_the_folder_of_rows_is_a_row():
    rows = all_rows()

    files = {path.stem for path in Path("benchmarks/rows").glob("[a-z]*.py")}
    assert len(rows) == len(files)
    assert len({row.name for row in rows}) == len(rows)
    assert [row.place for row in rows] == sorted(row.place for row in rows)
