"""Reading in a Postfix log what became of a letter."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gonets.delivery.inquiries import log_kinds
from gonets.delivery.relay_logs.base import (
    LogAnswer,
    LogFinding,
    LogQuestion,
    LogUnreadable,
)
from gonets.delivery.relay_logs.postfix import PostfixLog

SINCE = datetime(2026, 11, 23, 12, tzinfo=UTC)
OURS = "<abc.DEF_123@news.example>"

# As Postfix 3.7 writes it; the queue ids are the short ones.
CLIENT = "smtpd[811]: 4E7F21A2B3: client=desk.example[192.0.2.7]"
NAMED = f"cleanup[815]: 4E7F21A2B3: message-id={OURS}"
QUEUED = "qmgr[700]: 4E7F21A2B3: from=<b@news.example>, size=9, nrcpt=1 (queue active)"
SENT = (
    "smtp[816]: 4E7F21A2B3: to=<ann@x.example>, relay=mx.x.example[192.0.2.9]:25,"
    " delay=0.4, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9C1)"
)
REMOVED = "qmgr[700]: 4E7F21A2B3: removed"
CUT = "smtpd[811]: lost connection after DATA (512 bytes) from desk.example[192.0.2.7]"
MILTER = (
    "cleanup[815]: 4E7F21A2B3: milter-reject: END-OF-MESSAGE from desk.example"
    "[192.0.2.7]: 5.7.1 no; from=<b@news.example> to=<ann@x.example>"
)
OTHER = "cleanup[815]: 4E7F21A2B3: message-id=<somebody.else@x.example>"


def written(*lines: str) -> bytes:
    return b"".join(
        f"2026-11-23T12:00:{second:02}+00:00 mx1 postfix/{line}\n".encode()
        for second, line in enumerate(lines)
    )


def asked(path: Path, *, attempts: int = 1, **limits: float) -> LogAnswer:
    question = LogQuestion(message_id=OURS, since=SINCE, attempts=attempts)
    other = LogQuestion(message_id="<never@x.example>", since=SINCE, attempts=1)
    log = PostfixLog(path, **limits)  # type: ignore[arg-type]
    answer, unknown = log.ask([question, other])
    assert unknown.finding is LogFinding.UNKNOWN
    return answer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.log"


A, N, U = LogFinding.ACCEPTED, LogFinding.NOT_ACCEPTED, LogFinding.UNKNOWN
DEFERRED = SENT.replace("status=sent", "status=deferred")
BOUNCED = SENT.replace("status=sent", "status=bounced")
PASSED = (CLIENT, NAMED, QUEUED)


@pytest.mark.parametrize(
    ("lines", "finding", "evidence"),
    [
        pytest.param((*PASSED, SENT, REMOVED), A, "status=sent", id="delivered on"),
        pytest.param((*PASSED, DEFERRED), A, "status=deferred", id="trying on"),
        pytest.param((*PASSED, BOUNCED), A, "status=bounced", id="sent back"),
        pytest.param(PASSED, A, "queue active", id="in the queue"),
        pytest.param((CLIENT, NAMED, REMOVED), A, "removed", id="out of the queue"),
        pytest.param((CLIENT, NAMED, CUT), N, "lost connection", id="cut before"),
        pytest.param((CLIENT, NAMED, MILTER), N, "milter-reject", id="refused"),
        pytest.param((CLIENT, NAMED), U, "not what became", id="only begun"),
        pytest.param((CLIENT, CUT), U, "does not have", id="cut before its name"),
        pytest.param((CLIENT, OTHER, QUEUED, SENT), U, "does not have", id="another"),
        pytest.param((), U, "does not have", id="an empty log"),
        pytest.param(
            (CLIENT, NAMED, CUT, OTHER, QUEUED, SENT), N, "lost", id="id used again"
        ),
        pytest.param(
            (*PASSED, SENT, "smtpd[811]: lost connection after DATA from desk"),
            A,
            "status=sent",
            id="the next letter of the connection was cut",
        ),
    ],
)
def test_the_lines_of_its_queue_id_tell(
    path: Path, lines: tuple[str, ...], finding: LogFinding, evidence: str
) -> None:
    path.write_bytes(written(*lines))

    answer = asked(path)

    assert answer.finding is finding
    assert evidence in answer.evidence


def test_one_refusal_proves_nothing_about_another_try(path: Path) -> None:
    path.write_bytes(written(CLIENT, NAMED, MILTER))

    assert asked(path, attempts=2).finding is LogFinding.UNKNOWN


def test_each_of_its_tries_refused_is_a_proof(path: Path) -> None:
    once = (CLIENT, NAMED, MILTER)
    twice = tuple(line.replace("4E7F21A2B3", "5F00AA11") for line in once)
    path.write_bytes(written(*once, *twice))

    assert asked(path, attempts=2).finding is LogFinding.NOT_ACCEPTED


def test_a_refused_try_and_an_accepted_one_is_accepted(path: Path) -> None:
    again = tuple(line.replace("4E7F21A2B3", "3kPq2Zv0xyz1") for line in PASSED)
    path.write_bytes(written(CLIENT, NAMED, MILTER, *again))

    assert asked(path, attempts=2).finding is LogFinding.ACCEPTED


def test_the_story_may_begin_in_an_older_file(path: Path) -> None:
    with gzip.open(f"{path}.2.gz", "wb") as oldest:
        oldest.write(written(CLIENT, NAMED))
    path.with_name("mail.log.1").write_bytes(written(QUEUED))
    path.write_bytes(written(SENT))
    path.with_name("mail.log.bak").write_bytes(written(CLIENT, OTHER))
    for age, name in enumerate(("mail.log", "mail.log.1", "mail.log.2.gz")):
        at = (SINCE + timedelta(hours=3 - age)).timestamp()
        os.utime(path.with_name(name), (at, at))

    assert "status=sent" in asked(path).evidence


def test_files_that_ended_before_the_letter_are_not_read(path: Path) -> None:
    path.write_bytes(written(*PASSED))
    before = (SINCE - timedelta(days=1)).timestamp()
    os.utime(path, (before, before))

    assert asked(path).finding is LogFinding.UNKNOWN


@pytest.mark.parametrize("limit", [{"most_bytes": 300}, {"most_seconds": -1}])
def test_a_log_too_long_says_so(path: Path, limit: dict[str, float]) -> None:
    path.write_bytes(written(*[REMOVED] * 50, *PASSED))

    answer = asked(path, **limit)

    assert answer.finding is LogFinding.UNKNOWN
    assert "too long" in answer.evidence


def test_an_endless_line_costs_no_memory_and_hides_nothing(path: Path) -> None:
    endless = b"x" * 200_000 + f" {NAMED}".encode() + b"\n"
    path.write_bytes(endless + written(CLIENT, NAMED, CUT))

    assert asked(path).finding is LogFinding.NOT_ACCEPTED


def test_what_cannot_be_read_is_named(path: Path) -> None:
    with pytest.raises(LogUnreadable, match="no log file"):
        asked(path)
    path.with_name("mail.log.1.gz").write_bytes(b"this is no gzip")
    with pytest.raises(LogUnreadable, match="cannot be read"):
        asked(path)


@pytest.mark.parametrize("ending", ["gz", "xz", "bz2"])
def test_a_compressed_file_is_read_and_a_spoilt_one_is_named(
    path: Path, ending: str
) -> None:
    compress = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}[ending]
    whole = compress(written(*PASSED, SENT))
    file = path.with_name(f"mail.log.1.{ending}")

    file.write_bytes(whole)
    assert asked(path).finding is LogFinding.ACCEPTED
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + b"\xff" * 20 + whole[middle + 20 :])
    with pytest.raises(LogUnreadable, match="cannot be read"):
        asked(path)
    file.write_bytes(whole[:-20])
    with pytest.raises(LogUnreadable, match="cannot be read"):
        asked(path)


def test_a_line_is_kept_without_what_no_page_or_database_can_show(path: Path) -> None:
    torn = SENT.replace("Ok", "Ok\x00\u202e")
    path.write_bytes(b"\0" * 50 + written(*PASSED, torn))

    evidence = asked(path).evidence

    assert "status=sent (250 2.0.0 Ok" in evidence
    assert evidence.isprintable()


def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)

    with pytest.raises(LogUnreadable, match="no log file"):
        PostfixLog(path).check()
    with pytest.raises(LogUnreadable, match="no log file"):
        asked(path)


def test_a_path_is_checked_before_it_is_kept(path: Path) -> None:
    path.write_bytes(written(SENT))

    PostfixLog(path).check()
    with pytest.raises(LogUnreadable):
        PostfixLog(path.with_name("other.log")).check()
    with pytest.raises(LogUnreadable, match="whole path"):
        PostfixLog(Path("mail.log")).check()


def test_a_kind_is_a_file_of_the_folder() -> None:
    assert list(log_kinds()) == ["postfix"]
