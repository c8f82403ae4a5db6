"""What the environment says becomes one checked value, or one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gonets.server import environment
from gonets.server.database import database_settings
from gonets.server.environment import process_environment, read_environment
from gonets.server.errors import WrongSetting
from gonets.server.hosts import allowed_hosts


def test_nothing_has_to_be_set():
    found = read_environment({})

    assert found.host == "127.0.0.1"
    assert found.port == 8000
    assert found.public_url == "http://127.0.0.1:8000"
    assert found.language == "en"
    assert found.demo
    assert found.relay_url == ""
    assert found.data.name == "var"


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("GONETS_PORT", "eighty", "from 1 to 65535"),
        ("GONETS_PORT", "0", "from 1 to 65535"),
        ("GONETS_PORT", "70000", "from 1 to 65535"),
        ("GONETS_PORT", "٨٠٠٠", "from 1 to 65535"),
        ("GONETS_CATCHER_PORT", "-1", "from 1 to 65535"),
        ("GONETS_CATCHER_PORT", "8000", "two different numbers"),
        ("GONETS_LANGUAGE", "de", "ru for Russian or en"),
        ("GONETS_TIME_ZONE", "Moscow", "Europe/Moscow"),
        ("GONETS_DEMO", "maybe", "yes or no"),
        ("GONETS_PUBLIC_URL", "letters.example.com", "https://letters.example.com"),
        ("GONETS_PUBLIC_URL", "ftp://example.com", "https://letters.example.com"),
        ("GONETS_PUBLIC_URL", "https://example.com/desk", "https://example.com"),
        ("GONETS_PUBLIC_URL", "https://[::1", "https://letters.example.com"),
        ("GONETS_SECRET_KEY", "short", "at least 32"),
        ("GONETS_RELAY_URL", "mail.example.com", "smtp+starttls://"),
        ("GONETS_RELAY_URL", "http://mail.example.com", "smtp+starttls://"),
        ("GONETS_RELAY_URL", "smtp://mail.example.com:port", "smtp+starttls://"),
        ("GONETS_RELAY_URL", "lmtp+unix://host/path", "smtp+starttls://"),
        ("GONETS_RELAY_URL", "smtps://mail.example.com", "GONETS_PUBLIC_URL"),
        ("GONETS_RELAY_RATE", "fast", "letters a second"),
        ("GONETS_RELAY_RATE", "-3", "letters a second"),
        ("GONETS_RELAY_CONNECTIONS", "0", "from 1 to 100"),
        ("GONETS_FETCH_NETWORKS", "10.0.0.0/8, intranet", "10.0.0.0/8"),
        ("GONETS_FETCH_PORTS", "8080,http", "from 1 to 65535"),
        ("GONETS_FENCE", "var/fences", "name a folder outside"),
        ("GONETS_KEEP_ADDRESSES_DAYS", "a year", "a number of days"),
        ("GONETS_KEEP_ADDRESSES_DAYS", "-1", "0 for ever"),
        ("GONETS_RELAY_LOG", "/var/log/mail.log", "postfix:/var/log/mail.log"),
        ("GONETS_LOG_FORMAT", "xml", "text or json"),
        ("GONETS_LOG_ADDRESSES", "some", "yes or no"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write_instead(name, value, advice):
    with pytest.raises(WrongSetting) as refusal:
        read_environment({name: value})

    sentence = str(refusal.value)
    assert name in sentence
    assert advice in sentence
    assert "\n" not in sentence


def test_a_password_never_shows_in_an_error_or_a_trace():
    with pytest.raises(WrongSetting) as refusal:
        read_environment({"GONETS_RELAY_URL": "http://me:topsecret@mail.example.com"})
    found = read_environment(
        {
            "GONETS_ADMIN_PASSWORD": "topsecret",
            "GONETS_SECRET_KEY": "topsecret" * 5,
            "GONETS_RELAY_URL": "smtps://me:topsecret@127.0.0.1",
        }
    )

    assert "topsecret" not in str(refusal.value)
    assert "topsecret" not in repr(found)


def test_a_real_relay_is_taken_once_readers_can_unsubscribe():
    found = read_environment(
        {
            "GONETS_RELAY_URL": "smtps://mail.example.com",
            "GONETS_PUBLIC_URL": "https://letters.example.com/",
            "GONETS_RELAY_RATE": "12,5",
        }
    )

    assert found.public_url == "https://letters.example.com"
    assert found.relay_rate == 12.5
    assert found.is_https


@pytest.mark.parametrize(
    "url",
    ["smtp://127.0.0.1:2525", "lmtp://127.0.0.1", "lmtp+unix:///run/dovecot/lmtp"],
)
def test_a_relay_on_this_machine_needs_no_public_address(url):
    found = read_environment({"GONETS_RELAY_URL": url})

    assert found.relay_url == url


@pytest.mark.parametrize(
    ("values", "language"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "GONETS_LANGUAGE": "en"}, "en"),
        ({"GONETS_LANGUAGE": "RU"}, "ru"),
    ],
)
def test_the_language_is_the_one_written_or_the_locales(values, language):
    assert read_environment(values).language == language


def test_the_machines_time_zone_is_taken_if_none_is_written():
    assert read_environment({"TZ": "Asia/Omsk"}).time_zone == "Asia/Omsk"
    assert read_environment({"GONETS_TIME_ZONE": "UTC"}).time_zone == "UTC"


def test_variables_go_before_the_env_file(tmp_path, monkeypatch):
    file = tmp_path / "settings"
    file.write_text("GONETS_PORT=9001\nGONETS_HOST=0.0.0.0\n")
    monkeypatch.setenv("GONETS_ENV_FILE", str(file))
    monkeypatch.setenv("GONETS_PORT", "9002")

    found = process_environment()

    assert found.host == "0.0.0.0"
    assert found.port == 9002
    assert found.public_url == "http://127.0.0.1:9002"


def test_every_variable_is_described_in_the_example_file():
    source = Path(environment.__file__).read_text("utf-8")
    example = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    read = set(re.findall(r'"(GONETS_[A-Z_]+)"', source)) - {"GONETS_ENV_FILE"}
    described = set(re.findall(r"^(?:# )?(GONETS_[A-Z_]+)=", example, re.MULTILINE))

    assert read == described


@pytest.mark.parametrize(
    ("values", "hosts"),
    [
        ({}, ["127.0.0.1", "[::1]", "localhost"]),
        (
            {"GONETS_PUBLIC_URL": "https://letters.example.com"},
            ["127.0.0.1", "[::1]", "letters.example.com", "localhost"],
        ),
        ({"GONETS_HOST": "0.0.0.0"}, ["*"]),
    ],
)
def test_only_names_of_this_site_are_answered(values, hosts):
    assert allowed_hosts(read_environment(values)) == hosts


def test_a_database_address_becomes_djangos_settings(tmp_path):
    url = "postgresql://desk:p%40ss@db.example.com:5433/gonets?sslmode=require"

    settings = database_settings(url, tmp_path)

    assert settings["HOST"] == "db.example.com"
    assert settings["PORT"] == "5433"
    assert settings["PASSWORD"] == "p@ss"
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert "synchronous_commit=on" in settings["OPTIONS"]["options"]
    assert r"read\ committed" in settings["OPTIONS"]["options"]


def test_a_socket_folder_may_be_the_databases_host(tmp_path):
    url = "postgresql://postgres:@/gonets?host=/run/postgresql"

    settings = database_settings(url, tmp_path)

    assert settings["HOST"] == "/run/postgresql"
    assert "host" not in settings["OPTIONS"]


def test_without_a_database_address_sqlite_lives_in_the_data_folder(tmp_path):
    assert database_settings("", tmp_path)["NAME"] == tmp_path / "gonets.sqlite3"
    assert database_settings(f"sqlite://{tmp_path}/a.db", tmp_path)["NAME"] == (
        tmp_path / "a.db"
    )


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "postgresql://host", "postgres://h:x/d"]
)
def test_another_kind_of_database_is_refused(url, tmp_path):
    with pytest.raises(WrongSetting, match="postgresql://name:password"):
        database_settings(url, tmp_path)


@pytest.mark.parametrize(
    ("values", "folder"),
    [
        ({"GONETS_FENCE": "/mnt/fences"}, "/mnt/fences"),
        ({"XDG_STATE_HOME": "/state", "HOME": "/home/ann"}, "/state/gonets/fences"),
        ({"HOME": "/home/ann"}, "/home/ann/.local/state/gonets/fences"),
        ({}, "/var/lib/gonets/fences"),
    ],
)
def test_copies_are_known_by_a_folder_outside_of_the_data(values, folder):
    assert read_environment(values).fence == Path(folder)
