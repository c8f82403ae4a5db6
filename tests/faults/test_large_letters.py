"""Letters that are larger than a relay takes: one of them, or all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import translation

from gonets.delivery.causes import explain, in_words
from gonets.delivery.states import PauseCause
from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle
from tests.support.smtp_script import in_turn

pytestmark = pytest.mark.faults

MakeOracle = Callable[..., Oracle]
TOO_BIG = b"552 5.3.4 Message size exceeds fixed maximum message size"
LONG = f"{'r' * 60}@{'x' * 60}.{'y' * 60}.example"  # It stands in the letter.
LIMIT = 300  # Without such an address it is smaller.


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()], ids=["piped", "plain"])
def test_one_reader_whose_letter_is_too_large_is_left_out_and_the_run_goes_on(
    engine: Engine, make_oracle: MakeOracle, extensions: tuple[str, ...]
) -> None:
    oracle = make_oracle(extensions=(*extensions, f"SIZE {LIMIT}"))
    addresses = readers(40)
    addresses[3:3] = [LONG]
    run_id = engine.do("run", url=oracle.url, addresses=addresses)

    engine.start_worker()
    progress = engine.wait_for(run_id, "finished")

    assert (progress["accepted"], progress["refused"]) == (40, 1)
    assert LONG not in str(oracle.offered)
    [row] = [row for row in engine.do("rows", run_id) if row["address_key"] == LONG]
    assert row["status"] == "refused"
    assert "larger than the relay takes" in in_words(row["answer"])
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_run_whose_last_letter_is_too_large_ends_however_often_it_is_continued(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    oracle = make_oracle(extensions=("PIPELINING", f"SIZE {LIMIT}"), delay=0.05)
    run_id = engine.do("run", url=oracle.url, addresses=[*readers(30), LONG])
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 5)

    engine.call("pause_run", run_id)
    engine.wait_for(run_id, "paused")
    engine.call("resume_run", run_id)
    progress = engine.wait_for(run_id, "finished")

    assert (progress["accepted"], progress["refused"]) == (30, 1)


def test_a_letter_that_is_too_large_for_everybody_pauses_the_run_with_both_sizes(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    small = make_oracle(extensions=("PIPELINING", "SIZE 1000000"))
    run_id = engine.do("run", url=small.url, addresses=readers(100), letter="large")

    engine.start_worker()
    engine.wait_for(run_id, "paused")
    paused = engine.wait(run_id, lambda now: now["pending"] == 100)

    assert paused["pause_cause"] == "letter_too_large"
    assert "MAIL" not in small.commands()
    reason = paused["reason"].replace("\xa0", " ")
    assert "The letter: 12.6 MB, the relay takes 976.6 KB." in reason
    assert "Make the letter smaller" in reason
    assert {row["attempts"] for row in engine.do("rows", run_id)} == {0}
    with translation.override("ru"):
        russian = explain(PauseCause.LETTER_TOO_LARGE, paused["pause_answer"])
    assert "12,6 МБ" in russian.replace("\xa0", " ")


def test_a_run_that_is_continued_with_the_same_letter_is_paused_again_and_no_other(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    oracle = make_oracle(extensions=("PIPELINING", "SIZE 100"))
    run_id = engine.do("run", url=oracle.url, addresses=readers(60))
    engine.start_worker()
    engine.wait_for(run_id, "paused")

    engine.wait(run_id, lambda now: now["pending"] == 60)
    engine.call("resume_run", run_id)
    engine.wait_for(run_id, "paused")
    engine.wait(run_id, lambda now: now["pending"] == 60)
    larger = make_oracle(extensions=("PIPELINING", "SIZE 10000"))
    engine.do("choose_relay", larger.url)
    engine.call("resume_run", run_id)
    progress = engine.wait_for(run_id, "finished")

    assert progress["accepted"] == 60
    assert uncertain_after_check(engine, run_id, larger) == 0


def test_a_letter_that_is_too_large_since_it_was_corrected_pauses_the_run_again(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    oracle = make_oracle(extensions=("PIPELINING", "SIZE 1000000"), delay=0.4)
    run_id = engine.do("run", url=oracle.url, addresses=readers(40))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 25)
    engine.call("pause_run", run_id)
    left = engine.wait_for(run_id, "paused")["pending"]

    engine.call("rebind_open", run_id, "large")
    engine.call("resume_run", run_id)
    engine.wait_for(run_id, "paused")
    paused = engine.wait(run_id, lambda now: now["pending"] == left)

    assert 0 < left < 15  # too few for a run of equal refusals
    assert paused["pause_cause"] == "letter_too_large"
    engine.call("rebind_open", run_id, "first")
    engine.call("resume_run", run_id)
    assert engine.wait_for(run_id, "finished")["accepted"] == 40


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()], ids=["piped", "plain"])
def test_a_relay_that_minds_the_size_of_one_letter_at_mail_gets_the_others(
    engine: Engine, make_oracle: MakeOracle, extensions: tuple[str, ...]
) -> None:
    answers = in_turn([b"250 Ok", TOO_BIG], usual=b"250 Ok")
    oracle = make_oracle(extensions=(*extensions, "SIZE"), mail=answers)
    run_id = engine.do("run", url=oracle.url, addresses=readers(40))

    engine.start_worker()
    progress = engine.wait_for(run_id, "finished")

    assert (progress["accepted"], progress["refused"]) == (39, 1)
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_relay_that_minds_the_size_of_every_letter_at_mail_pauses_the_run(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    oracle = make_oracle(mail=lambda _nobody: TOO_BIG)
    run_id = engine.do("run", url=oracle.url, addresses=readers(200))

    engine.start_worker()
    engine.wait_for(run_id, "paused")
    paused = engine.wait(run_id, lambda now: now["pending"] == 200)

    assert oracle.commands().count("MAIL") <= 20 + 4
    assert paused["pause_cause"] == "letter_too_large"
    assert TOO_BIG.decode() in paused["reason"]
    assert {row["attempts"] for row in engine.do("rows", run_id)} == {0}


def test_a_relay_that_takes_larger_letters_carries_on_with_the_run(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    small = make_oracle(extensions=("PIPELINING", f"SIZE {LIMIT}"), delay=0.01)
    large = make_oracle(extensions=("PIPELINING", "SIZE 10000"), delay=0.01)
    engine.do(
        "relays",
        {"name": "small", "url": small.url},
        {"name": "large", "url": large.url},
    )
    run_id = engine.do("shared_run", [LONG, *readers(60), f"b{LONG[1:]}"])

    engine.start_worker()
    progress = engine.wait_for(run_id, "finished")

    assert progress["accepted"] == 62
    assert uncertain_after_check(engine, run_id, small, large) == 0
