"""Several relays in one run: shares, fail-over, limits; nobody twice, nobody lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.ports import free_port
from tests.support.smtp_certificates import Authority
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults

MakeOracle = Callable[..., Oracle]
LONG = 60
DEAD = "smtp://127.0.0.1:9"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority, trusted by the workers of an engine that is made afterwards."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "ca.pem"))
    return authority


def relay(name: str, url: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "url": url, **fields}


def people(domain: str, count: int) -> list[str]:
    return [f"reader{number}@{domain}" for number in range(count)]


def is_finished(progress: dict[str, Any]) -> bool:
    return bool(progress["status"] == "finished")


def test_shares_follow_the_weights_and_a_spare_rests(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    heavy, light, spare = make_oracle(), make_oracle(delay=0.004), make_oracle()
    engine.do(
        "relays",
        relay("heavy", heavy.url, weight=3),
        relay("light", light.url, weight=1),
        relay("spare", spare.url, weight=0),
    )
    run_id = engine.do("shared_run", readers(1200))

    engine.start_worker()
    engine.wait_for(run_id, "finished", within=LONG)

    assert abs(len(heavy.accepted) - 900) <= 50
    assert abs(len(light.accepted) - 300) <= 50
    assert len(spare.accepted) == 0
    assert uncertain_after_check(engine, run_id, heavy, light, spare) == 0


def test_the_account_names_the_relay_that_took_or_refused_each_letter(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    no = "reader7@x.example"

    def refuse(recipient: str) -> bytes:
        return b"550 5.1.1 No such user" if recipient == no else b"250 Ok"

    oracles = {"a": make_oracle(rcpt=refuse), "b": make_oracle(rcpt=refuse)}
    engine.do("relays", *(relay(name, one.url) for name, one in oracles.items()))
    run_id = engine.do("shared_run", readers(200))

    engine.start_worker()
    engine.wait_for(run_id, "finished", within=LONG)

    carried = engine.do("carried", run_id)
    refused_by = carried.pop(no)
    for name, oracle in oracles.items():
        mine = {address for address, relay in carried.items() if relay == name}
        assert mine == set(oracle.copies())
    assert engine.do("tries", run_id) == [["refused", refused_by]]
    assert no in oracles[refused_by].offered


def test_when_a_relay_is_killed_the_rest_goes_over_the_other(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    dying, living = make_oracle(delay=0.002), make_oracle(delay=0.002)
    engine.do("relays", relay("dying", dying.url), relay("living", living.url))
    run_id = engine.do("shared_run", readers(700))
    engine.start_worker(gives_up_after=30)

    engine.wait(run_id, lambda now: now["accepted"] > 100)
    dying.close()
    engine.wait(run_id, is_finished, within=LONG)

    assert uncertain_after_check(engine, run_id, dying, living) <= 2
    assert "dying" in engine.log()


def test_a_relay_that_comes_back_takes_its_share_again(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    first, other = make_oracle(), make_oracle(delay=0.01)
    engine.do("relays", relay("first", first.url), relay("other", other.url))
    run_id = engine.do("shared_run", readers(1200))
    engine.start_worker(gives_up_after=0.3, away_seconds=0.5)

    engine.wait(run_id, lambda now: now["accepted"] > 100)
    first.close()
    engine.wait(run_id, lambda now: now["accepted"] > 250)
    back = make_oracle(port=first.port)
    engine.wait(run_id, is_finished, within=LONG)

    assert len(back.accepted) > 100
    assert uncertain_after_check(engine, run_id, first, back, other) <= 2


@pytest.mark.parametrize(
    "script",
    [
        pytest.param({"greeting": b"421 4.3.2 Closing"}, id="421 at once"),
        pytest.param({"mail": lambda _sender: b"421 4.7.0 Busy"}, id="421 at MAIL"),
        pytest.param({"mail": lambda _sender: b"550 5.7.1 Who?"}, id="sender refused"),
        pytest.param(
            {"dot": lambda _recipient: b"550 5.7.26 Not you"}, id="policy for all"
        ),
        pytest.param({"cut": lambda _recipient: "before_data"}, id="hangs up"),
    ],
)
def test_a_relay_that_is_unwell_is_left_to_the_others(
    engine: Engine, make_oracle: MakeOracle, script: dict[str, Any]
) -> None:
    unwell, well = make_oracle(**script), make_oracle()
    engine.do("relays", relay("unwell", unwell.url, weight=3), relay("well", well.url))
    run_id = engine.do("shared_run", readers(400))

    engine.start_worker(gives_up_after=1)
    engine.wait_for(run_id, "finished", within=LONG)

    assert uncertain_after_check(engine, run_id, unwell, well) == 0
    assert len(well.accepted) == 400


def test_a_relay_that_takes_two_connections_gets_two_and_is_not_unwell(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    oracle = make_oracle()
    oracle.script.connect = lambda _nobody: (
        b"421 4.7.0 Too many connections" if oracle.standing() > 2 else b"220 oracle"
    )
    run_id = engine.do("run", url=oracle.url, addresses=readers(600), connections=8)

    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0
    assert oracle.connections <= 8 + 6
    assert engine.do("conditions")["relay"] == ["", ""]


def test_a_relay_that_refuses_the_log_in_is_asked_once_and_left_out(
    trusted: Authority, engine: Engine, make_oracle: MakeOracle
) -> None:
    strict = make_oracle(
        extensions=("PIPELINING", "AUTH PLAIN"),
        tls=trusted.server("127.0.0.1"),
        auth=lambda _line: b"535 5.7.8 Wrong password",
    )
    well = make_oracle()
    url = f"smtps://me:wrong@127.0.0.1:{strict.port}"
    engine.do(
        "relays",
        relay("strict", url, weight=9, connections=8),
        relay("well", well.url),
    )
    run_id = engine.do("shared_run", readers(300))

    engine.start_worker()
    engine.wait_for(run_id, "finished", within=LONG)

    assert len(well.accepted) == 300
    assert 1 <= log_ins(strict) <= 3
    until = time.monotonic() + 10  # It is written down with the engine's next look.
    while "535" not in engine.do("conditions")["strict"][0]:
        assert time.monotonic() < until
    assert uncertain_after_check(engine, run_id, strict, well) == 0


def test_a_relay_alone_that_refuses_the_log_in_is_asked_three_times_at_most(
    trusted: Authority, engine: Engine, make_oracle: MakeOracle
) -> None:
    strict = make_oracle(
        extensions=("PIPELINING", "AUTH PLAIN"),
        tls=trusted.server("127.0.0.1"),
        auth=lambda _line: b"535 5.7.8 Wrong password",
    )
    url = f"smtps://me:wrong@127.0.0.1:{strict.port}"
    run_id = engine.do("run", url=url, addresses=readers(300), connections=8)

    engine.start_worker()
    paused = engine.wait_for(run_id, "paused")

    assert (paused["pause_cause"], paused["pending"]) == ("login_refused", 300)
    assert "Correct the user name and the password" in paused["reason"]
    assert 1 <= log_ins(strict) <= 3


def log_ins(oracle: Oracle) -> int:
    return sum(line.startswith(b"AUTH") for _at, _number, line in oracle.heard)


def test_a_corrected_password_brings_a_relay_back_into_the_run(
    trusted: Authority, engine: Engine, make_oracle: MakeOracle
) -> None:
    strict = make_oracle(
        extensions=("PIPELINING", "AUTH PLAIN"),
        tls=trusted.server("127.0.0.1"),
        auth=lambda line: b"535 No" if b"AG1lAHdyb25n" in line else b"235 Welcome",
    )
    well = make_oracle(delay=0.01)
    url = "smtps://me:{}@127.0.0.1:{}".format
    engine.do(
        "relays", relay("strict", url("wrong", strict.port)), relay("well", well.url)
    )
    run_id = engine.do("shared_run", readers(900))
    engine.start_worker()

    engine.wait(run_id, lambda now: now["accepted"] > 20)
    assert strict.accepted == []
    engine.do("relays", relay("strict", url("right", strict.port)))
    engine.wait_for(run_id, "finished", within=LONG)

    assert len(strict.accepted) > 50
    assert engine.do("conditions")["strict"][0] == ""
    assert uncertain_after_check(engine, run_id, strict, well) == 0


def test_when_all_relays_are_dead_the_run_is_paused_and_says_why_for_each(
    engine: Engine,
) -> None:
    engine.do("relays", relay("main", DEAD), relay("spare", DEAD, weight=0))
    run_id = engine.do("shared_run", readers(100))

    engine.start_worker(gives_up_after=0.5)
    paused = engine.wait_for(run_id, "paused")

    assert (paused["pause_cause"], paused["pending"]) == ("unreachable", 100)
    assert "main: " in paused["reason"]
    assert "spare: " in paused["reason"]
    assert engine.do("conditions")["main"][0]


def test_a_run_that_was_paused_for_dead_relays_goes_on_when_one_is_back(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    port = free_port()
    url = f"smtp://127.0.0.1:{port}"
    engine.do("relays", relay("main", url), relay("spare", DEAD, weight=0))
    run_id = engine.do("shared_run", readers(100))
    engine.start_worker(gives_up_after=0.5)
    engine.wait_for(run_id, "paused")

    back = make_oracle(port=port)
    engine.call("resume_run", run_id)
    engine.wait_for(run_id, "finished", within=LONG)

    assert uncertain_after_check(engine, run_id, back) == 0
    assert len(back.accepted) == 100


def test_policy_refusals_everywhere_pause_the_run_and_consume_nobody(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    both = [make_oracle(dot=lambda _one: b"550 5.7.1 Not you") for _relay in range(2)]
    engine.do("relays", *(relay(f"r{n}", one.url) for n, one in enumerate(both)))
    run_id = engine.do("shared_run", readers(300))

    engine.start_worker()
    engine.wait_for(run_id, "paused")
    paused = engine.wait(run_id, lambda now: now["pending"] == 300)

    letters = [line for one in both for _at, _n, line in one.heard if line == b".\r\n"]
    assert len(letters) <= 2 * (20 + 2)
    assert paused["pause_cause"] == "letter_refused"
    assert set(engine.do("account", run_id).values()) == {"pending"}


def test_one_policy_refusal_in_twenty_at_the_beginning_is_one_too_many(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    addresses = readers(300)
    unwelcome = set(addresses[5:200:15])
    oracle = make_oracle(
        rcpt=lambda recipient: (
            b"554 5.7.1 Blocked" if recipient in unwelcome else b"250 Ok"
        )
    )
    engine.do("relays", relay("main", oracle.url))
    run_id = engine.do("shared_run", addresses)

    engine.start_worker()
    engine.wait_for(run_id, "paused", within=LONG)
    paused = engine.wait(run_id, lambda now: not now["deferred"])

    assert paused["refused"] == 0
    assert paused["pause_cause"] == "letter_refused"
    assert "Nobody has been crossed out" in paused["reason"]
    engine.call("resume_run", run_id)  # A person has looked: it is about them.
    engine.wait_for(run_id, "finished", within=LONG)
    account = engine.do("account", run_id)
    assert {one for one in account if account[one] == "refused"} == unwelcome


def test_without_any_enabled_relay_the_run_waits_with_the_reason(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    oracle = make_oracle()
    engine.do("relays", relay("off", oracle.url, is_enabled=False))
    run_id = engine.do("shared_run", readers(10))

    engine.start_worker()
    paused = engine.wait_for(run_id, "paused")
    assert paused["pause_cause"] == "relay_missing"
    engine.do("relays", relay("off", oracle.url))
    engine.call("resume_run", run_id)
    engine.wait_for(run_id, "finished", within=LONG)

    assert len(oracle.accepted) == 10


def test_a_relay_that_is_switched_off_gives_back_what_it_has_not_sent(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    off, other = make_oracle(delay=0.01), make_oracle(delay=0.002)
    engine.do("relays", relay("off", off.url), relay("other", other.url))
    run_id = engine.do("shared_run", readers(600))
    engine.start_worker()

    engine.wait(run_id, lambda now: now["accepted"] > 50)
    engine.do("relays", relay("off", off.url, is_enabled=False))
    time.sleep(1)
    taken = len(off.accepted)
    engine.wait_for(run_id, "finished", within=LONG)

    assert len(off.accepted) == taken
    assert uncertain_after_check(engine, run_id, off, other) == 0


def test_a_silent_relay_that_is_switched_off_does_not_hold_up_the_end(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    silent, other = make_oracle(delay=60), make_oracle()
    engine.do("relays", relay("silent", silent.url))
    run_id = engine.do("shared_run", readers(100))
    engine.start_worker(drain_seconds=0.5)
    engine.wait(run_id, lambda now: now["intent"] == 2)

    engine.do(
        "relays",
        relay("silent", silent.url, is_enabled=False),
        relay("other", other.url),
    )

    assert engine.wait_for(run_id, "finished", within=LONG)["uncertain"] == 2
    assert uncertain_after_check(engine, run_id, silent, other) == 2


def test_a_relay_that_falls_silent_holds_nobody_up_but_those_on_their_way(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    silent, well = make_oracle(delay=60), make_oracle()
    engine.do("relays", relay("silent", silent.url), relay("well", well.url))
    run_id = engine.do("shared_run", readers(600))

    engine.start_worker(silent_seconds=0.5)
    # On each of the two connections one is on its way, and one was offered with it.
    progress = engine.wait(run_id, lambda now: now["accepted"] >= 596, within=LONG)

    assert progress["accepted"] + progress["intent"] + progress["claimed"] == 600


def test_a_relay_that_dies_at_every_dot_costs_a_few_uncertain_letters_only(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    deadly = make_oracle(cut=lambda _recipient: "after_accept")
    well = make_oracle()
    engine.do("relays", relay("deadly", deadly.url), relay("well", well.url))
    run_id = engine.do("shared_run", readers(300))

    engine.start_worker(away_seconds=0.2)
    engine.wait_for(run_id, "finished", within=LONG)

    assert uncertain_after_check(engine, run_id, deadly, well) <= 2 + 2


def test_greylisting_over_two_relays_reaches_everybody(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    began = time.monotonic()

    def greylist(_recipient: str) -> bytes:
        is_over = time.monotonic() - began > 3
        return b"250 Ok" if is_over else b"450 4.7.1 Greylisted, come back later"

    both = [make_oracle(rcpt=greylist) for _relay in range(2)]
    engine.do("relays", *(relay(f"r{n}", one.url) for n, one in enumerate(both)))
    run_id = engine.do("shared_run", readers(60))

    engine.start_worker(retry_seconds=0.5)
    progress = engine.wait_for(run_id, "finished", within=LONG)

    assert progress["accepted"] == 60
    assert (
        "asks to slow down" not in engine.log()
    )  # greylisting is not a complaint about the pace
    assert uncertain_after_check(engine, run_id, *both) == 0


class Watched:
    """Notes how many letters of a domain are on their way at once, and when."""

    def __init__(self, domain: str, *, seconds: float) -> None:
        self.most_at_once = 0
        self.times: list[float] = []
        self._domain = domain
        self._seconds = seconds
        self._at_once = 0

    def dot(self, recipient: str) -> bytes:
        if recipient.endswith(self._domain):
            self.times.append(time.monotonic())
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            time.sleep(self._seconds)
            self._at_once -= 1
        return b"250 Ok"


def test_a_rate_limit_of_a_provider_holds_over_all_relays_and_delays_no_others(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    gmail = Watched("mail.com", seconds=0)
    both = [make_oracle(dot=gmail.dot) for _relay in range(2)]
    engine.do("relays", *(relay(f"r{n}", one.url) for n, one in enumerate(both)))
    engine.do("limit", "Gmail", "gmail.com googlemail.com", letters_per_second=10)
    slow = people("gmail.com", 20) + people("googlemail.com", 10)
    run_id = engine.do("shared_run", slow + people("x.example", 800))

    engine.start_worker()
    others = engine.wait(run_id, lambda now: now["accepted"] >= 800, every=0.005)
    assert others["accepted"] <= 800 + 25
    engine.wait_for(run_id, "finished", within=LONG)

    took = max(gmail.times) - min(gmail.times)
    assert len(gmail.times) == 30
    assert took >= (30 - 1 - 2) / 10 * 0.95  # a burst is two letters
    assert uncertain_after_check(engine, run_id, *both) == 0


def test_so_many_letters_at_once_and_no_more_go_to_a_provider(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    yandex = Watched("ya.ru", seconds=0.05)
    both = [make_oracle(dot=yandex.dot) for _relay in range(2)]
    engine.do(
        "relays",
        *(relay(f"r{n}", one.url, connections=6) for n, one in enumerate(both)),
    )
    engine.do("limit", "Yandex", "ya.ru yandex.*", letters_at_once=2)
    run_id = engine.do("shared_run", people("ya.ru", 40) + people("x.example", 400))

    engine.start_worker()
    engine.wait_for(run_id, "finished", within=LONG)

    assert yandex.most_at_once == 2
    times = sorted(yandex.times)
    assert (
        max(after - before for before, after in pairwise(times)) < 2
    )  # none forgotten
    assert uncertain_after_check(engine, run_id, *both) == 0


def test_a_limit_can_be_set_and_lifted_in_the_middle_of_a_run(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    oracle = make_oracle(delay=0.005)
    engine.do("relays", relay("main", oracle.url))
    run_id = engine.do("shared_run", people("gmail.com", 1200))
    engine.start_worker()

    engine.wait(run_id, lambda now: now["accepted"] > 50)
    engine.do("limit", "Gmail", "gmail.com", letters_per_second=1)
    time.sleep(1)
    before = engine.do("progress", run_id)["accepted"]
    time.sleep(2)
    slowed = engine.do("progress", run_id)["accepted"] - before
    engine.do("limit", "Gmail", "gmail.com", letters_per_second=None)
    engine.wait_for(run_id, "finished", within=LONG)

    assert slowed <= 5
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_relay_that_may_go_faster_again_does_not_wait_as_it_had_to_before(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    only = make_oracle()
    slow = relay("only", only.url, letters_per_second=0.02)
    engine.do("relays", slow)
    run_id = engine.do("shared_run", readers(100))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] == 1)
    time.sleep(0.5)

    engine.do("relays", slow | {"letters_per_second": None})

    engine.wait(run_id, is_finished, within=10)
    assert uncertain_after_check(engine, run_id, only) == 0


def test_a_worker_that_may_send_only_now_and_then_ends_at_once(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    only = make_oracle()
    engine.do("relays", relay("only", only.url, letters_per_second=0.02))
    run_id = engine.do("shared_run", readers(10))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] == 1)
    time.sleep(0.5)

    assert engine.end(worker, within=5) == 0


def test_a_provider_that_complains_is_slowed_down_and_the_others_are_not(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    recent: list[float] = []

    def takes_twenty_a_second(recipient: str) -> bytes:
        if not recipient.endswith("@gmail.com"):
            return b"250 Ok"
        now = time.monotonic()
        recent[:] = [at for at in recent if now - at < 1]
        if len(recent) >= 20:
            return b"450 4.7.28 Too fast"
        recent.append(now)
        return b"250 Ok"

    oracle = make_oracle(rcpt=takes_twenty_a_second)
    engine.do("relays", relay("main", oracle.url))
    addresses = [
        address
        for pair in zip(people("gmail.com", 150), people("x.example", 150), strict=True)
        for address in pair
    ]
    run_id = engine.do("shared_run", addresses)

    engine.start_worker(retry_seconds=1)
    while "Gmail" not in engine.do("conditions")["main"][1]:
        assert not is_finished(engine.do("progress", run_id))
    progress = engine.wait(run_id, is_finished, within=LONG)

    assert progress["accepted"] == 300
    assert "A provider asks to slow down" in engine.log()
    domains = Counter(one.rpartition("@")[2] for one in oracle.offered)
    assert domains["x.example"] == 150
    assert domains["gmail.com"] <= 150 + 400
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_two_workers_share_two_relays_and_lose_one_of_each(
    engine: Engine, make_oracle: MakeOracle, tmp_path: Path
) -> None:
    if not engine.database:
        pytest.skip("one worker at a time beside an SQLite file")
    dying, living = make_oracle(delay=0.003), make_oracle(delay=0.003)
    engine.do("relays", relay("dying", dying.url), relay("living", living.url))
    run_id = engine.do("shared_run", readers(700))
    killed = engine.start_worker(place="one", lease_seconds=2)
    engine.start_worker(place="two", lease_seconds=2)

    engine.wait(run_id, lambda now: now["accepted"] > 100)
    dying.close()
    engine.kill(killed)
    engine.wait(run_id, is_finished, within=LONG)

    assert uncertain_after_check(engine, run_id, dying, living) <= 4 + 4


def test_when_the_last_relay_that_carries_a_run_is_switched_off_it_says_why_it_rests(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    living = make_oracle(delay=0.01)
    engine.do("relays", relay("bad", "nonsense"), relay("living", living.url))
    run_id = engine.do("shared_run", readers(700))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 50)
    assert "goes on without this relay" in engine.log()

    engine.do("relays", relay("living", living.url, is_enabled=False))
    paused = engine.wait_for(run_id, "paused", within=10)

    assert paused["pause_cause"] == "relay_address"
    engine.do("relays", relay("living", living.url))
    engine.call("resume_run", run_id)
    engine.wait(run_id, is_finished, within=LONG)
    assert uncertain_after_check(engine, run_id, living) == 0


def test_a_limit_that_is_renamed_in_the_middle_of_a_run_still_holds(
    engine: Engine, make_oracle: MakeOracle
) -> None:
    only = make_oracle()
    engine.do("limit", "Gmail", "gmail.com", letters_per_second=2)
    engine.do("relays", relay("only", only.url))
    run_id = engine.do("shared_run", people("gmail.com", 60))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] >= 2)

    engine.do("rename_limit", "Gmail", "Google")
    time.sleep(2)

    assert engine.do("progress", run_id)["accepted"] <= 10
