"""A site with a newsletter, an issue of the right size, and any number of readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from tests.support.factories import (
    make_issue,
    make_newsletter,
    make_section,
)

from gonets.audience.models import Subscriber, Subscription
from gonets.audience.states import SubscriptionState
from gonets.kernel import clock
from gonets.newsletters.actions import save_wording
from gonets.newsletters.models import Issue

DOMAINS = 50
GREETING = "Good morning, {{ subscriber.name | default('dear readers') }}!"
_PARAGRAPH = (
    "<p>From Monday on the reading room stays open until midnight: quiet music, tea,"
    " and a thousand books on open shelves. Bring your friends and a notebook, there is"
    " room for everybody, and on Fridays the writers of the town read aloud what has"
    " not been printed anywhere yet.</p>"
)
_INTRO = (
    f"{_PARAGRAPH * 6}<p>{{{{ subscriber.name | default('Friends') }}}}, we look"
    " forward to seeing you behind the old market, whenever you have an evening.</p>"
)
_SERIES = {
    "sqlite": (
        "WITH RECURSIVE n(i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    ),
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, {count}))",
}
_RANDOM_KEY = {
    "sqlite": "lower(hex(randomblob(8)))",
    "postgresql": "substr(md5(random()::text || i), 1, 16)",
}


def build_site(*, readers: int) -> None:
    """Make everything that stands before the press of Send."""
    newsletter = make_newsletter(make_section("Town"), greeting=GREETING)
    issue = make_issue(newsletter)
    wording = {"subject": "The town library until midnight", "intro": _INTRO}
    save_wording(issue.pk, edition=issue.edition, user=None, changes=wording)
    add_readers(newsletter.readership_id, readers)


def the_issue() -> Issue:
    return Issue.objects.get()


def add_readers(readership_id: int, count: int) -> None:
    """Add confirmed readers, by two statements: a million must not take minutes."""
    now = clock.now()
    address = f"'reader' || i || '@mail' || (i % {DOMAINS}) || '.example'"
    _insert(
        Subscriber,
        {
            "address": address,
            "address_key": address,
            "name": "'Ann Reader ' || i",
            "search_text": address,
            "link_key": _RANDOM_KEY[connection.vendor],
        },
        {"created_at": now, "changed_at": now},
        source="n",
        series=_SERIES[connection.vendor].format(count=count),
    )
    moments = {"created_at": now, "confirmed_at": now}
    fixed = {"readership": readership_id, "state": SubscriptionState.CONFIRMED}
    _insert(
        Subscription,
        {"subscriber_id": "id"},
        {**fixed, **moments},
        # They subscribed as they came.  Left to itself, SQLite goes by a random key.
        source=f"{_rows_of(Subscriber).db_table} ORDER BY id",
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as its autovacuum would have, long ago


def _insert(
    model: type[models.Model],
    computed: Mapping[str, str],
    fixed: Mapping[str, Any],
    *,
    source: str,
    series: str = "",
) -> None:
    """Insert a row for every row of ``source``; other columns get their default."""
    columns, expressions, values = [], [], []
    rows = _rows_of(model)
    for column in rows.concrete_fields:
        if column.primary_key:
            continue
        columns.append(column.column)
        if column.column in computed:
            expressions.append(computed[column.column])
            continue
        given = fixed.get(column.name, column.get_default())
        expressions.append("%s")
        values.append(column.get_db_prep_save(given, connection))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{series} INSERT INTO {rows.db_table} ({', '.join(columns)})"
            f" SELECT {', '.join(expressions).replace(' % ', ' %% ')} FROM {source}",
            values,
        )


def _rows_of(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001 - Django's own, documented way
