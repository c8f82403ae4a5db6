"""What the database looks at whenever a row of the account changes."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gonets_delivery_delivery SET status = 'accepted' WHERE id = 1",
        "INSERT INTO gonets_delivery_delivery (run_id, address_key) VALUES (1, 'a')",
        "UPDATE gonets_delivery_run SET accepted = accepted + 1 WHERE id = 1",
    ],
)
def test_no_list_is_made_a_table_of_for_a_changed_row(statement: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL makes none.")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        operations = [row[1] for row in cursor.fetchall()]
    assert "MakeRecord" in operations
    assert "OpenEphemeral" not in operations
