"""The running product: it starts, heals, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from benchmarks.processes import processor_seconds

from tests.browser.product import Product

pytestmark = pytest.mark.faults

CHILDREN = {"web", "worker", "catcher"}
SERVE = (sys.executable, "-m", "gonets.server.cli", "serve")


@pytest.fixture
def product(tmp_path, prepared):
    running = Product(tmp_path, language="en", demo=False)
    prepared.copy_for(running)
    yield running
    running.stop()


def children_of(pid):
    named = all_children_of(pid)
    return {name: pid for name, pid in named.items() if name in CHILDREN}


def all_children_of(pid):
    tasks = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {name_of(int(child)): int(child) for child in tasks}


def name_of(pid):
    """Return the command of a child; something else for one that is just forked."""
    return Path(f"/proc/{pid}/comm").read_text().strip().removeprefix("gonets-")


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(fact, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if fact():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def supervisor(product):
    return product._process.pid


def test_it_starts_with_three_children_and_ends_without_a_trace(product):
    product.start()
    parent = supervisor(product)
    children = children_of(parent)
    wait_until(lambda: "Gonets is ready." in product.log.read_text())

    status = product.stop()

    assert set(children) == CHILDREN
    assert status == 0
    assert not any(is_alive(pid) for pid in children.values())
    log = product.log.read_text()
    assert product.address in log
    assert "Gonets has stopped. Everything is kept." in log
    assert "Traceback" not in log


def test_a_child_that_dies_is_started_again(product):
    product.start()
    before = children_of(supervisor(product))
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: are_new(children_of(supervisor(product)), before), seconds=40)
    product.wait_until_ready()
    wait_until(lambda: takes_letters(product.catcher_port))


def are_new(children, before):
    return set(children) == CHILDREN and not {*children.values()} & {*before.values()}


def takes_letters(port):
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as relay:
            return relay.noop()[0] == 250
    except OSError:
        return False


def test_a_killed_parent_leaves_no_orphans_and_no_taken_port(product):
    product.start()
    children = children_of(supervisor(product))

    os.kill(supervisor(product), signal.SIGKILL)
    product._process.wait(10)
    product.start()

    wait_until(lambda: not any(is_alive(pid) for pid in children.values()))
    product.wait_until_ready()  # Until now an old child may have answered.


def test_a_parent_killed_in_the_middle_of_the_first_start_leaves_nobody(tmp_path):
    product = Product(tmp_path, language="en", demo=False)
    with begun(product) as parent:
        wait_until(lambda: "prepare" in all_children_of(parent.pid))
        children = all_children_of(parent.pid)

        parent.kill()

    wait_until(lambda: not any(is_alive(pid) for pid in children.values()))


@contextlib.contextmanager
def begun(product):
    """Start it and do not wait until it is ready."""
    product.folder.mkdir(exist_ok=True)
    with subprocess.Popen(
        SERVE,
        cwd=product.folder,
        env=product.environment_variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as parent:
        try:
            yield parent
        finally:
            parent.kill()


def test_a_database_that_cannot_be_prepared_ends_the_start(product):
    done = serve(product, GONETS_DATABASE_URL=str(product.folder / "nowhere" / "file"))

    assert done.returncode == 1
    assert "unable to open database file" in done.stderr
    assert done.stderr.count("Traceback") == 2  # Django tells of SQLite's own, too.


def test_the_parent_that_forks_has_one_thread_and_no_database(product):
    product.start()
    product.wait_until_ready()
    parent = supervisor(product)

    status = Path(f"/proc/{parent}/status").read_text()

    assert "Threads:\t1\n" in status
    assert not [name for name in files_of(parent) if "sqlite" in name]


def test_no_child_holds_what_is_its_parents(product):
    product.start()
    parent = supervisor(product)
    lock = str(product.data / "serve.lock")
    writing = {name for name in files_of(parent, writable=True) if "pipe" in name}
    assert lock in files_of(parent)

    for child in children_of(parent).values():
        assert lock not in files_of(child)
        assert not writing & files_of(child, writable=True)


def files_of(pid, *, writable=False):
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # It was open for a moment.
            flags = Path(f"/proc/{pid}/fdinfo/{descriptor.name}").read_text()
            mode = int(re.search(r"flags:\s+(\d+)", flags)[1], 8) & os.O_ACCMODE
            if mode or not writable:
                found.add(str(descriptor.readlink()))
    return found


def test_without_a_standard_input_it_serves_and_stops_like_any_other(product):
    product.folder.mkdir(exist_ok=True)
    with product.log.open("ab") as log:
        product._process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" <&-', "sh", *SERVE],
            cwd=product.folder,
            env=product.environment_variables(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    product.wait_until_ready()
    wait_until(lambda: takes_letters(product.catcher_port))

    assert product.stop() == 0

    # libuv aborts where one of its own files has the number of the standard input.
    assert "Assertion" not in product.log.read_text()


def test_it_goes_on_when_nobody_reads_what_it_says(product):
    with begun(product) as parent:
        parent.stdout.readline()
        parent.stdout.close()
        product.wait_until_ready()
        wait_until(lambda: set(children_of(parent.pid)) == CHILDREN)
        time.sleep(0.5)  # It has tried to say so by now.

        assert parent.poll() is None

        parent.terminate()
        parent.wait(40)


def test_sigterm_stops_it_like_ctrl_c_and_a_second_start_keeps_the_data(product):
    product.start()
    children = children_of(supervisor(product))
    key = (product.folder / "var" / "secret-key").read_text()

    os.kill(supervisor(product), signal.SIGTERM)

    assert product._process.wait(40) == 0
    assert not any(is_alive(pid) for pid in children.values())

    product.start()

    # Counted in what it computes: other work on the machine does not matter.
    assert processor_seconds(supervisor(product)) < 10
    assert (product.folder / "var" / "secret-key").read_text() == key


def test_a_taken_port_is_told_with_what_to_do(product):
    with socket.socket() as other:
        other.bind(("127.0.0.1", product.port))
        other.listen()

        done = serve(product)

    assert done.returncode == 2
    assert f"Port {product.port} on 127.0.0.1 is already taken" in done.stderr
    assert f"GONETS_PORT={product.port + 1} make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_do_not_share_a_data_folder(running):
    done = serve(running, GONETS_PORT="1", GONETS_CATCHER_PORT="2")

    assert done.returncode == 2
    assert "already runs with the data folder" in done.stderr


def test_a_wrong_setting_stops_the_start_with_one_sentence(product):
    done = serve(product, GONETS_PORT="many")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "write a number from 1 to 65535" in done.stderr


def test_the_sentence_is_in_the_operators_language(product):
    done = serve(product, GONETS_PORT="many", GONETS_LANGUAGE="ru")

    assert "напишите число от 1 до 65535" in done.stderr


def serve(product, **values):
    return subprocess.run(
        SERVE,
        cwd=product.folder,
        env=product.environment_variables() | values,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory, prepared):
    """One that nobody harms."""
    folder = tmp_path_factory.mktemp("running")
    started = Product(folder, language="en", demo=False)
    prepared.copy_tables_for(started)
    started.environment = {"GONETS_ADMIN_PASSWORD": ""}
    started.start()
    yield started
    started.stop()


def test_a_made_up_password_is_shown_and_lets_in(running):
    product = running
    wait_until(lambda: "Password" in product.log.read_text())

    password = re.search(r"Password\s+(\S+)", product.log.read_text())[1]

    assert (product.folder / "var" / "first-password").read_text().strip() == password
    assert log_in(product, "admin", password).endswith("/")


def log_in(product, name, password):
    """Log in as a browser does; return the address it ends at."""
    jar = urllib.request.HTTPCookieProcessor()
    browser = urllib.request.build_opener(jar)
    with browser.open(f"{product.address}/login/") as page:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[
            1
        ]
    form = (
        f"csrfmiddlewaretoken={token}&username={name}&password={password}&next=/users/"
    )
    with contextlib.closing(
        browser.open(f"{product.address}/login/", form.encode())
    ) as page:
        assert page.url.endswith("/users/"), page.url
        return page.url


def test_static_files_are_served_without_a_step_of_their_own(running):
    address = f"{running.address}/static/gonets/css/base.css"

    with urllib.request.urlopen(address) as file:
        content = file.read()

    assert file.headers["Content-Type"].startswith("text/css")
    assert len(content) > 1000


def test_a_restored_backup_waits_for_a_person_in_place_and_elsewhere(product):
    product.start()
    back_up(product)
    product.stop()
    assert notes(product, product.folder / "var") == []
    for folder in (product.folder / "elsewhere", product.folder / "var"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        subprocess.run(
            ["tar", "-xzf", product.folder / "backup.tar.gz", "-C", folder], check=True
        )
        with contextlib.closing(sqlite3.connect(folder / "gonets.sqlite3")) as copy:
            marks = copy.execute("SELECT cause FROM gonets_delivery_clonefence")
            assert marks.fetchall() == [("backup",)]

        assert "copied or restored" in notes(product, folder)[0]


def back_up(product):
    subprocess.run(
        [sys.executable, "-m", "gonets.server.cli", "backup", "backup.tar.gz"],
        cwd=product.folder,
        env=product.environment_variables(),
        check=True,
    )


def notes(product, folder):
    """Start it on a data folder; return what it says that a person must decide."""
    product.environment = {"GONETS_DATA": str(folder)}
    product.start()
    with urllib.request.urlopen(f"{product.address}/healthz") as answer:
        said = json.load(answer)["notes"]
    product.stop()
    return said
