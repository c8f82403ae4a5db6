"""The standalone product's settings hold together."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection


def test_djangos_own_checks_find_nothing_to_complain_about():
    call_command("check", fail_level="WARNING")


@pytest.mark.django_db
def test_the_database_of_choice_answers(django_user_model):
    django_user_model.objects.create_user("ann")

    assert django_user_model.objects.count() == 1
    assert connection.vendor in ("sqlite", "postgresql")
