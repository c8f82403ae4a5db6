"""What the tests of content share."""

from __future__ import annotations

import pytest

from tests.support.website import website


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Keep pictures in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def site():
    with website() as running:
        yield running
