"""The built-in mailbox over real SMTP: what it answers, it has kept."""

from __future__ import annotations

import asyncio
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from email.message import EmailMessage

import pytest
from django.test import Client
from django.urls import reverse

from gonets.kernel import clock
from gonets.server.catcher.reading import headers_of, read
from gonets.server.catcher.smtp import Keeper
from gonets.server.catcher.store import Mailbox
from gonets.server.catcher.types import NewLetter
from tests.support.ports import free_port

CYRILLIC = "Пристань за неделю: «театр» и лёд"


def a_letter(*, to="anna@post.example", subject=CYRILLIC, html="<p>Привет</p>"):
    letter = EmailMessage()
    letter["From"] = "Редакция «Пристани» <news@pristan.example>"
    letter["To"] = to
    letter["Subject"] = subject
    letter.set_content("Здравствуйте!\n.точка в начале строки\n")
    letter.add_alternative(html, subtype="html")
    return letter


def caught(**facts):
    values = {
        "sender": "news@pristan.example",
        "recipients": ("anna@post.example",),
        "content": a_letter().as_bytes().replace(b"\n", b"\r\n"),
        "received_at": clock.now(),
    }
    return NewLetter(**(values | facts))


class Catcher:
    """``gonets catcher`` as a process of its own."""

    def __init__(self, folder):
        self.port = free_port()
        self.mailbox = Mailbox(folder)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gonets.server.cli", "catcher"],
            env={
                **{
                    k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"
                },
                "GONETS_DATA": str(folder),
                "GONETS_CATCHER_PORT": str(self.port),
            },
        )
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                smtplib.SMTP("127.0.0.1", self.port).quit()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the catcher did not start")

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(15)


@pytest.fixture(scope="module")
def catcher(tmp_path_factory):
    running = Catcher(tmp_path_factory.mktemp("catcher"))
    yield running
    running.end()


@pytest.fixture
def mailbox(catcher):
    catcher.mailbox.empty()
    return catcher.mailbox


def test_a_letter_is_kept_byte_for_byte(catcher, mailbox):
    sent = a_letter().as_bytes().replace(b"\n", b"\r\n")

    with smtplib.SMTP("127.0.0.1", catcher.port) as relay:
        relay.sendmail("news@pristan.example", ["anna@post.example"], sent)

    [line] = mailbox.lines(limit=10)
    kept = mailbox.letter(line.id)
    assert kept.content == sent
    assert kept.sender == "news@pristan.example"
    assert kept.recipient == "anna@post.example"
    assert kept.subject == CYRILLIC
    assert kept.author == "Редакция «Пристани» <news@pristan.example>"


def test_it_offers_what_it_can_do(catcher):
    with smtplib.SMTP("127.0.0.1", catcher.port) as relay:
        relay.ehlo()

        offered = set(relay.esmtp_features)

    assert {"pipelining", "8bitmime", "smtputf8", "size"} <= offered
    assert "auth" not in offered
    assert "starttls" not in offered


def test_commands_may_come_in_one_piece(catcher, mailbox):
    envelope = b"MAIL FROM:<a@post.example>\r\nRCPT TO:<%d@post.example>\r\nDATA\r\n"
    body = b"Subject: one\r\n\r\ntext\r\n.\r\n"
    with socket.create_connection(("127.0.0.1", catcher.port)) as line:
        replies = line.makefile("rb")
        replies.readline()
        line.sendall(b"EHLO test\r\n")
        while replies.readline()[3:4] == b"-":
            pass

        line.sendall(envelope % 1)
        first = [replies.readline()[:3] for _ in range(3)]
        line.sendall(body + envelope % 2)
        second = [replies.readline()[:3] for _ in range(4)]
        line.sendall(body)
        third = replies.readline()[:3]

    assert first == [b"250", b"250", b"354"]
    assert second == [b"250", b"250", b"250", b"354"]
    assert third == b"250"
    assert mailbox.count() == 2


def test_each_recipient_finds_the_letter(catcher, mailbox):
    with smtplib.SMTP("127.0.0.1", catcher.port) as relay:
        relay.sendmail("a@post.example", ["b@post.example", "c@post.example"], b"x")

    assert {line.recipient for line in mailbox.lines(limit=10)} == {
        "b@post.example",
        "c@post.example",
    }


def test_an_address_in_cyrillic_is_taken(catcher, mailbox):
    with smtplib.SMTP("127.0.0.1", catcher.port) as relay:
        relay.sendmail(
            "a@post.example", ["анна@почта.example"], b"x", mail_options=["SMTPUTF8"]
        )

    assert mailbox.lines(limit=1)[0].recipient == "анна@почта.example"


def say(replies, line, command):
    line.sendall(command)
    while (reply := replies.readline())[3:4] == b"-":
        pass
    return reply[:3]


@pytest.mark.parametrize("place", ["MAIL FROM", "RCPT TO"])
def test_an_address_that_is_no_text_is_kept_and_holds_up_nobody(
    catcher, mailbox, place
):
    said = {"MAIL FROM": b"a@post.example", "RCPT TO": b"b@post.example"}
    said[place] = b"\xff@post.example"
    with (
        socket.create_connection(("127.0.0.1", catcher.port), timeout=5) as line,
        line.makefile("rb") as replies,
    ):
        replies.readline()
        for command in (
            b"EHLO test\r\n",
            *(b"%b:<%b>\r\n" % (verb.encode(), who) for verb, who in said.items()),
            b"DATA\r\n",
            b"x\r\n.\r\n",
        ):
            last = say(replies, line, command)

    with smtplib.SMTP("127.0.0.1", catcher.port, timeout=5) as relay:
        relay.sendmail("a@post.example", ["c@post.example"], b"x")

    newest, odd = mailbox.lines(limit=10)
    assert (last, newest.recipient) == (b"250", "c@post.example")
    assert "?@post.example" in (odd.recipient, mailbox.letter(odd.id).sender)


def test_what_cannot_be_kept_for_any_reason_is_said_so(tmp_path):
    class Broken(Mailbox):
        def add_to(self, base, letters):
            raise RuntimeError("an error of ours")

    async def keep_two():
        keeper = Keeper(Broken(tmp_path))
        answers = []
        keeping = asyncio.create_task(asyncio.to_thread(keeper.keep_all))
        for _one in range(2):
            answer = asyncio.get_running_loop().create_future()
            keeper.waiting.put((caught(), answer))
            answers.append(await asyncio.wait_for(answer, 5))
        keeper.waiting.put(None)
        await keeping
        return answers

    assert {answer[:9] for answer in asyncio.run(keep_two())} == {"451 4.3.0"}


def test_many_connections_at_once_lose_nothing(catcher, mailbox):
    content = a_letter().as_bytes()

    def send(number):
        with smtplib.SMTP("127.0.0.1", catcher.port) as relay:
            for letter in range(25):
                relay.sendmail(
                    "a@post.example", [f"{number}.{letter}@b.example"], content
                )

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = {line.recipient for line in mailbox.lines(limit=1000)}
    assert len(found) == mailbox.count() == 200


@pytest.mark.thorough
def test_what_was_answered_survives_a_kill(tmp_path):
    running = Catcher(tmp_path)
    with smtplib.SMTP("127.0.0.1", running.port) as relay:
        for number in range(20):
            relay.sendmail("a@post.example", [f"{number}@b.example"], b"x")
        running.process.kill()
        running.process.wait()
        relay.close()

    assert running.mailbox.count() == 20


@pytest.mark.thorough
def test_told_to_stop_it_lets_an_open_connection_finish(tmp_path):
    running = Catcher(tmp_path)
    relay = smtplib.SMTP("127.0.0.1", running.port)
    relay.noop()
    running.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)

    relay.sendmail("a@post.example", ["late@b.example"], b"x")
    relay.quit()

    assert running.process.wait(10) == 0
    assert running.mailbox.count() == 1


def test_only_the_newest_are_kept(tmp_path):
    small = Mailbox(tmp_path, newest_kept=3)
    small.prepare()

    for number in range(5):
        small.add([caught(recipients=(f"{number}@b.example",))])

    assert [line.recipient[0] for line in small.lines(limit=9)] == ["4", "3", "2"]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("ЛЁД", 1),
        ("anna", 1),
        ("театр anna", 1),
        ("nobody", 0),
        ("%", 0),
        ("' OR 1", 0),
    ],
)
def test_the_search_folds_case_and_takes_words_literally(tmp_path, words, count):
    box = Mailbox(tmp_path)
    box.prepare()
    box.add([caught()])

    assert box.count(words) == count
    assert len(box.lines(words, limit=5)) == count


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no headers at all",
        b"Subject: =?utf-8?b?broken\r\n\r\ntext",
        b"Subject: =?no-such-charset?q?abc?=\r\n\r\ntext",
        b"Subject: \xff\xfe\r\nContent-Type: text/html; charset=martian\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!",
        b"From: <<>>, ,,@\r\nTo: \r\n\r\n",
    ],
)
def test_however_broken_a_letter_is_it_can_be_looked_at(content):
    headers_of(content).subject.encode()
    reading = read(content)

    (reading.html + reading.text).encode()
    for _name, value in reading.headers:
        value.encode()


@pytest.fixture
def folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    box = Mailbox(tmp_path)
    box.prepare()
    return box


def test_the_page_lists_and_finds_letters(editor_client, folder):
    folder.add([caught(), caught(recipients=("boris@post.example",))])

    everything = editor_client.get(reverse("mailbox")).text
    found = editor_client.get(reverse("mailbox"), {"q": "BORIS"}).text

    assert "2 letters" in everything
    assert "boris@post.example" in found
    assert "anna@post.example" not in found


def test_an_empty_mailbox_says_what_to_do(editor_client, folder):
    assert "No letters yet" in editor_client.get(reverse("mailbox")).text


def test_the_list_renews_itself_as_a_fragment(editor_client, folder):
    folder.add([caught()])

    part = editor_client.get(reverse("mailbox"), headers={"HX-Target": "letters"}).text

    assert CYRILLIC in part
    assert "<html" not in part


def test_a_letter_is_shown_where_nothing_in_it_can_act(editor_client, folder):
    html = '<p style="color:red">Привет<script>alert(1)</script></p>'
    folder.add([caught(content=a_letter(html=html).as_bytes())])

    page = editor_client.get(reverse("mailbox-letter", args=[1])).text
    frame = editor_client.get(reverse("mailbox-html", args=[1]))

    assert 'sandbox="allow-same-origin allow-popups"' in page
    assert "alert(1)" not in page
    assert "alert(1)" in frame.text
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-same-origin allow-popups" in policy


@pytest.mark.parametrize("view", ["html", "text", "headers", "nonsense"])
def test_each_view_of_a_letter_opens(editor_client, folder, view):
    folder.add([caught()])

    page = editor_client.get(reverse("mailbox-letter", args=[1]), {"view": view})

    assert page.status_code == 200


def test_the_source_is_what_came_over_the_wire(editor_client, folder):
    letter = caught()
    folder.add([letter])

    answer = editor_client.get(reverse("mailbox-source", args=[1]))

    assert answer.content == letter.content
    assert answer["Content-Type"] == "message/rfc822"
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("letter_id", [99, 10**30])
def test_a_letter_that_is_gone_is_a_missing_page(editor_client, folder, letter_id):
    address = reverse("mailbox-letter", args=[letter_id])

    assert editor_client.get(address).status_code == 404


def test_emptying_takes_a_post(editor_client, folder):
    folder.add([caught(), caught()])

    assert editor_client.get(reverse("mailbox-empty")).status_code == 405
    assert folder.count() == 2
    page = editor_client.post(reverse("mailbox-empty"), follow=True)

    assert folder.count() == 0
    assert "2 letters deleted." in page.text


@pytest.mark.django_db
def test_only_editors_read_the_mailbox(folder, django_user_model):
    guest = Client()
    guest.force_login(
        django_user_model.objects.create_user("guest"),
        "django.contrib.auth.backends.ModelBackend",
    )

    assert guest.get(reverse("mailbox")).status_code == 403
