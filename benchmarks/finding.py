"""The work of who looks for materials: many of them, and the searches of an editor."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402
from tests.support.factories import make_section  # noqa: E402

from benchmarks.answering import answer_calls  # noqa: E402
from gonets.content.models import Material, Section  # noqa: E402
from gonets.content.queries import TEXTS, published_materials  # noqa: E402
from gonets.content.searching import searchable  # noqa: E402
from gonets.kernel import clock  # noqa: E402

PAGE = 41
"""One page of the picker, and one more to see whether another follows."""

_WORDS = 200
_AT_A_TIME = 2000
_RARE_EVERY = 5000
_COMMON = {
    "en": "council library bridge river school music evening children theatre town",
    "ru": "город мост река школа музыка вечер дети театр читатель рынок новость",
}
_SYLLABLES = {
    "en": "ba co di fe gu ha lo mi no pe ra si to ver wen",
    "ru": "ба ве ги до ка лу ми но пе ра си то фу ха ше",
}
SEARCHES = {
    "a common Russian word in another form": "городами",
    "a common English word in another form": "schools",
    "two words": "мосты реки",
    "three letters of a word": "теа",
    "two letters of a word": "wi",
    "a rare word": "выхухоли",
    "a common word and a rare one": "school platypuses",
    "a word that is nowhere": "zzzyx",
}


class Finding:
    """The calls."""

    def build(self, *, materials: int) -> None:
        """Publish so many materials of two hundred words, in either language."""
        section = make_section("Everything")
        for start in range(0, materials, _AT_A_TIME):
            numbers = range(start, min(start + _AT_A_TIME, materials))
            Material.objects.bulk_create(_materials(section, numbers))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # as its autovacuum would have done

    def searches(self) -> dict[str, float]:
        """Return the milliseconds that the first page of each search takes."""
        return {name: _took(search) for name, search in SEARCHES.items()}


def _materials(section: Section, numbers: Sequence[int]) -> Iterator[Material]:
    now = clock.now()
    for number in numbers:
        title, body = _texts(number)
        yield Material(
            source=section.source,
            section=section,
            external_id=f"bench-{number}",
            title=title,
            body=body,
            address=f"https://town.example/news/{number}",
            published_at=now - timedelta(minutes=number + 1),
            created_at=now,
            changed_at=now,
            search_text=searchable(title=title, teaser="", body=body),
        )


def _texts(number: int) -> tuple[str, str]:
    """Return a title and a text: half of common words, half of thousands of others."""
    rng = random.Random(number)
    language = "ru" if number % 2 else "en"
    common = rng.choices(_COMMON[language].split(), k=_WORDS // 2)
    syllables = _SYLLABLES[language].split()
    others = ["".join(rng.choices(syllables, k=3)) for _ in range(_WORDS // 2)]
    words = [*common, *others]
    if number % _RARE_EVERY == _RARE_EVERY // 2:
        words += ["выхухоль", "platypus", "school"]
    rng.shuffle(words)
    return " ".join(words[:7]), f"<p>{' '.join(words[7:])}</p>"


def _took(search: str) -> float:
    began = time.perf_counter()
    list(published_materials(search=search).defer(*TEXTS)[:PAGE])
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    answer_calls(Finding())
