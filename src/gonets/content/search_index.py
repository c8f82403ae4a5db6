"""The index that materials are searched by: FTS5 on SQLite, GIN on PostgreSQL.

Both hold the words of ``search_text`` as they stand there; case and forms are dealt
with before (``searching``), so that one search finds the same on both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from gonets.content.models import Material
from gonets.content.searching import Term

TABLE = "gonets_content_material"
FEW = 200

# A row's number is the moment of publication and below it the material's own: what
# matches is come by in the order in which it is shown, and a page costs no more than
# the materials on it, however common the word.
_SQLITE_INDEX = (
    "DROP TABLE IF EXISTS gonets_content_words",
    """
    CREATE VIRTUAL TABLE gonets_content_words USING fts5(
        search_text, content='', columnsize=0, prefix='2 3 4',
        tokenize="unicode61 remove_diacritics 0 tokenchars '_'")
    """,
    """
    INSERT INTO gonets_content_words(rowid, search_text)
    SELECT (CAST(strftime('%s', published_at) AS INTEGER) << 30) + id, search_text
    FROM gonets_content_material
    """,
    """
    CREATE TRIGGER gonets_content_words_come AFTER INSERT ON gonets_content_material
    BEGIN
        INSERT INTO gonets_content_words(rowid, search_text)
        VALUES ((CAST(strftime('%s', new.published_at) AS INTEGER) << 30) + new.id,
            new.search_text);
    END
    """,
    """
    CREATE TRIGGER gonets_content_words_go AFTER DELETE ON gonets_content_material
    BEGIN
        INSERT INTO gonets_content_words(gonets_content_words, rowid, search_text)
        VALUES ('delete',
            (CAST(strftime('%s', old.published_at) AS INTEGER) << 30) + old.id,
            old.search_text);
    END
    """,
    """
    CREATE TRIGGER gonets_content_words_change
    AFTER UPDATE OF search_text, published_at ON gonets_content_material
    WHEN old.search_text <> new.search_text OR old.published_at <> new.published_at
    BEGIN
        INSERT INTO gonets_content_words(gonets_content_words, rowid, search_text)
        VALUES ('delete',
            (CAST(strftime('%s', old.published_at) AS INTEGER) << 30) + old.id,
            old.search_text);
        INSERT INTO gonets_content_words(rowid, search_text)
        VALUES ((CAST(strftime('%s', new.published_at) AS INTEGER) << 30) + new.id,
            new.search_text);
    END
    """,
)
_SQLITE_HAS_INDEX = """
    SELECT 1 FROM sqlite_master
    WHERE type = 'trigger' AND name = 'gonets_content_words_come'
"""
_SQLITE_HOLDING = (
    "gonets_content_words MATCH %s",
    "gonets_content_material.id = gonets_content_words.rowid & ((1 << 30) - 1)",
)
_POSTGRES_INDEX = """
    CREATE INDEX IF NOT EXISTS gonets_content_words ON gonets_content_material
    USING gin (array_to_tsvector(string_to_array(search_text, ' ')))
"""
_POSTGRES_HOLDING = """
    array_to_tsvector(string_to_array(gonets_content_material.search_text, ' '))
    @@ %s::tsquery
"""


def keep_index(using: str) -> None:
    """Make the index where it is missing, and let it follow every change.

    Called after every migration: changing a table on SQLite makes it anew, and its
    triggers are gone.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_INDEX)
        elif connection.vendor == "sqlite":
            _keep_sqlite_index(cursor)


def _keep_sqlite_index(cursor: Any) -> None:
    cursor.execute(_SQLITE_HAS_INDEX)
    if not cursor.fetchone():
        for statement in _SQLITE_INDEX:
            cursor.execute(statement)


def holding(found: QuerySet[Material], terms: Sequence[Term]) -> QuerySet[Material]:
    """Return those of the materials that hold all the words, the newest first."""
    if connections[found.db].vendor == "sqlite":
        return found.extra(  # noqa: S610 - constant texts: a join no model can say
            tables=["gonets_content_words"],
            where=_SQLITE_HOLDING,
            params=[" AND ".join(map(_for_sqlite, terms))],
            order_by=["-gonets_content_words.rowid"],
        )
    return _holding_on_postgres(found, terms).order_by("-published_at", "-pk")


def _holding_on_postgres(
    found: QuerySet[Material], terms: Sequence[Term]
) -> QuerySet[Material]:
    """Name the few materials that hold a rare word.

    PostgreSQL knows how common the common ones are; of all others it thinks that
    walking through the newest materials will soon come across enough of them.
    """
    condition: dict[str, Any] = {
        "where": [_POSTGRES_HOLDING],
        "params": [" & ".join(map(_for_postgres, terms))],
    }
    everywhere = Material.objects.using(found.db).extra(**condition)
    few = list(everywhere.values_list("pk", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return found.filter(pk__in=few)
    return found.extra(**condition)


def _for_sqlite(term: Term) -> str:
    if not term.beginning:
        return f'"{term.stem}"'
    return f'("{term.stem}" OR "{term.beginning}" *)'


def _for_postgres(term: Term) -> str:
    if not term.beginning:
        return f"'{term.stem}'"
    return f"('{term.stem}' | '{term.beginning}':*)"
