"""The secret key is made once and closed to others."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from gonets.server.errors import CannotStart
from gonets.server.secret import SECRET_FILE, kept_secret_key


def test_the_key_is_made_once_and_only_we_may_read_it(tmp_path):
    key = kept_secret_key(tmp_path / "data")

    assert len(key) >= 50
    assert kept_secret_key(tmp_path / "data") == key
    file = tmp_path / "data" / SECRET_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_together_share_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(kept_secret_key, [tmp_path] * 16))

    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == [SECRET_FILE]


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(CannotStart, match="GONETS_DATA"):
        kept_secret_key(tmp_path / "file")
