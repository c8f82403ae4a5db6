"""Letters to test with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gonets.letters.types import (
    EntryContent,
    LetterContent,
    PictureContent,
    Reader,
    SectionContent,
)

PICTURE = PictureContent(
    address="https://site.example/media/bridge.jpg",
    alt="Мост «Южный» & река",
    width=1200,
    height=800,
)
TEASER = (
    "<p>С понедельника зал работает до полуночи: тихая музыка, чай и тысяча книг на "
    "полках открытого доступа. Приходите с друзьями и блокнотом — места хватит всем, а "
    "по пятницам писатели города читают вслух то, что ещё нигде не напечатано.</p>"
)


def an_entry(key: str = "1", **changes: Any) -> EntryContent:
    values = {
        "key": key,
        "title": f"Городская библиотека открывает читальный зал № {key}",
        "teaser": TEASER,
        "address": f"https://site.example/news/{key}/?utm=1&n=2",
        "picture": PICTURE,
    }
    return EntryContent(**{**values, **changes})


def a_section(*entries: EntryContent, **changes: Any) -> SectionContent:
    return SectionContent(
        **{"heading": "Культура", "key": "1", "entries": entries, **changes}
    )


def a_letter(**changes: Any) -> LetterContent:
    values = {
        "newsletter": "Вести города",
        "template": "digest",
        "language": "ru",
        "subject": "Читальный зал до полуночи",
        "preheader": "И новый мост",
        "greeting": 'Здравствуйте, {{ subscriber.name | default("друзья") }}!',
        "intro": '<p>Что <a href="https://site.example/">случилось</a> у нас.</p>',
        "sections": (a_section(an_entry()),),
        "outro": "<p>До четверга!</p>",
        "sender_name": "Вести города",
        "sender_address": "news@gorod.example",
        "reply_to": "red@gorod.example",
        "postal_address": "101000, Москва, ул. Тихая, 5",
        "list_id": "vesti.gorod.example",
    }
    return LetterContent(**{**values, **changes})


def a_reader(**changes: Any) -> Reader:
    name = changes.pop("name", "Анна")
    address = changes.get("address", "anna@mail.example")
    values = {
        "address": address,
        "values": {"name": name, "address": address},
        "unsubscribe_address": "https://gorod.example/u/abc.d-f_1/",
        "message_id": "<abc.1@gorod.example>",
        "date": datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    }
    return Reader(**{**values, **changes})
