"""Children that are forked: each ends as a program of its own, and none is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nobody can fork")

BEGIN = """
import math, os, signal, socket, sys, time
from contextlib import closing, contextmanager
from gonets.server.forking import BecomeChild, fork
from gonets.server.parentage import Lifeline, end_with_parent
from gonets.server.supervision import Child, Supervisor

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
"""
"""Forking asks for a process without threads, which a test runner is not."""


def program(body: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN + body], stdout=subprocess.PIPE, text=True
    )


def lines_of(body: str) -> list[str]:
    with program(body) as running:
        said = running.communicate(timeout=30)[0]
    assert running.returncode == 0
    return sorted(said.splitlines())


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_until_ended(pids: list[int]) -> None:
    deadline = time.monotonic() + 20
    while any(map(is_alive, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_leaves_its_parents_blocks_and_ends_like_a_program():
    said = lines_of("""
@contextmanager
def held():
    yield
    say("parent", "has let go")

with closing(Lifeline()) as lifeline:
    try:
        with held():
            child = fork(["web", "--quick"], lifeline=lifeline)
            say("parent", "sees", child.wait(until=math.inf))
    except BecomeChild as become:
        say("child", *become.arguments)
        sys.exit(3)
""")

    assert said == ["child web --quick", "parent has let go", "parent sees 3"]


def test_a_signal_that_comes_at_once_ends_a_child_however_its_parent_answers_it():
    said = lines_of("""
signal.signal(signal.SIGTERM, lambda *_: say("parent's answer"))
with closing(Lifeline()) as lifeline:
    try:
        child = fork(["web"], lifeline=lifeline)
    except BecomeChild:
        time.sleep(30)
        sys.exit()
    child.send_signal(signal.SIGTERM)
    say(child.wait(until=math.inf))
    child.send_signal(signal.SIGTERM)
""")

    assert said == ["-15"]


def test_what_the_parent_listens_on_stays_open_in_the_one_child_that_needs_it():
    said = lines_of("""
def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True

web, mailbox = socket.create_server(("127.0.0.1", 0)), socket.socket()
numbers = web.fileno(), mailbox.fileno()
try:
    with web, mailbox, closing(Lifeline()) as lifeline:
        fork(["web"], lifeline=lifeline, listening=web).wait(until=math.inf)
        fork(["worker"], lifeline=lifeline).wait(until=math.inf)
except BecomeChild as become:
    say(*become.arguments, *map(is_open, numbers))
""")

    assert said == ["web True False", "worker False False"]


def test_however_many_children_there_are_none_outlives_a_killed_parent():
    running = program("""
try:
    with closing(Lifeline()) as lifeline:
        for number in range(3):
            say(fork([str(number)], lifeline=lifeline).pid)
        time.sleep(60)
except BecomeChild:
    end_with_parent()
    time.sleep(60)
""")
    with running:
        pids = [int(running.stdout.readline()) for _ in range(3)]

        running.kill()

        wait_until_ended(pids)


def test_a_child_that_does_not_stop_in_time_is_killed_and_the_others_had_theirs():
    said = lines_of("""
from gonets.server import supervision
supervision.STOP_SECONDS = 1.0

class UntilBothAreThere:
    looks = 0
    def __call__(self):
        self.looks += 1
        if self.looks == 10:
            os.kill(os.getpid(), signal.SIGTERM)

children = [Child("deaf", ["deaf"]), Child("good", ["good"])]
try:
    with closing(Lifeline()) as lifeline:
        supervisor = Supervisor(
            children, lifeline=lifeline, meanwhile=UntilBothAreThere()
        )
        supervisor.stop_on_signals()
        supervisor.run()
        say("over", *(child.process for child in children))
except BecomeChild as become:
    if become.arguments == ["deaf"]:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: (say("good drains"), sys.exit()))
    time.sleep(60)
""")

    assert said == ["good drains", "over None None"]


def test_a_broken_child_is_started_again_ever_more_slowly_and_breaks_nobody():
    said = lines_of("""
from gonets.server import supervision
supervision.FIRST_WAIT_SECONDS = 0.1

class UntilItCameThrice:
    looks = 0
    def __call__(self):
        self.looks += 1
        if self.looks == 25:
            supervisor.is_stopping = True

broken = Child("broken", ["broken"])
broken.wait = 0.1
supervisor = None
try:
    with closing(Lifeline()) as lifeline:
        supervisor = Supervisor(
            [broken], lifeline=lifeline, meanwhile=UntilItCameThrice()
        )
        supervisor.run()
        say("waits", broken.wait > 0.3)
except BecomeChild:
    say("broken")
    os.kill(os.getpid(), signal.SIGSEGV)
""")

    assert said[0] == "broken"
    assert said.count("broken") > 2
    assert said[-1] == "waits True"


def test_children_of_one_parent_do_not_draw_the_same_random_numbers():
    said = lines_of("""
import random, secrets, ssl
random.random(), secrets.token_hex(), ssl.RAND_bytes(8)
try:
    with closing(Lifeline()) as lifeline:
        for number in range(2):
            fork([str(number)], lifeline=lifeline).wait(until=math.inf)
except BecomeChild:
    say(random.random())
    say(secrets.token_hex())
    say(ssl.RAND_bytes(8).hex())
""")

    assert len(set(said)) == 6
