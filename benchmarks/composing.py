"""The work of an editor for a benchmark: 500 candidates, a letter of 30 entries."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from tests.support.factories import (  # noqa: E402
    make_newsletter,
    make_section,
)

from benchmarks.answering import answer_calls  # noqa: E402
from gonets.content.models import Material  # noqa: E402
from gonets.content.searching import searchable  # noqa: E402
from gonets.kernel import clock  # noqa: E402
from gonets.letters.compiling import compile_letter  # noqa: E402
from gonets.newsletters import actions, queries  # noqa: E402
from gonets.newsletters.models import Issue, Newsletter  # noqa: E402

_TEASER = (
    "From Monday on the reading room stays open until midnight: quiet music, tea, and a"
    " thousand books on open shelves. Bring your friends and a notebook."
)
_BODY = f"<p>{_TEASER}</p>" * 30
_SECTIONS = 10


class Composing:
    """The calls; each returns the milliseconds of the clock and of the processor."""

    def build(self, *, materials: int) -> int:
        """Make a newsletter whose rule proposes so many; return its id."""
        sections = [make_section(f"Section {number}") for number in range(_SECTIONS)]
        now = clock.now()
        text = searchable(title="News", teaser=_TEASER, body=_BODY)
        Material.objects.bulk_create(
            Material(
                source=sections[0].source,
                section=sections[number % _SECTIONS],
                external_id=f"bench-{materials}-{number}",
                title=f"The town library until midnight, part {number}",
                teaser=_TEASER,
                body=_BODY,
                address=f"https://town.example/news/{materials}/{number}",
                published_at=now - timedelta(minutes=number + 1),
                created_at=now,
                changed_at=now,
                search_text=text,
            )
            for number in range(materials)
        )
        newsletter = make_newsletter(*sections, title=f"Of {materials}")
        return int(newsletter.pk)

    def assemble(self, newsletter_id: int) -> list[float]:
        """Choose the candidates and make the issue of them."""
        with_issue: list[Issue] = []
        took = _took(
            lambda: with_issue.append(actions.prepare_issue(newsletter_id, user=None))
        )
        actions.delete_draft(with_issue[0].pk)
        return took

    def show(self, newsletter_id: int) -> list[float]:
        """Answer with the page of the dialog."""
        issue, client = _opened(newsletter_id)
        address = reverse("gonets:issue-materials", args=[issue.pk])
        return _took(lambda: _answered(client.get(address)))

    def remove_one(self, newsletter_id: int) -> list[float]:
        """Take one entry out, as a browser that shows all of them asks for it."""
        issue, client = _opened(newsletter_id)
        address = reverse("gonets:issue-materials-remove", args=[issue.pk])
        entry = issue.entries.order_by("-pk")[0]
        page = client.get(reverse("gonets:issue-materials-list", args=[issue.pk]))
        shown = _ROW.findall(page.content.decode())
        asked = {"entry": [entry.pk], "shown": " ".join(map(":".join, shown))}
        return _took(lambda: _answered(client.post(address, asked)))

    def render(self, newsletter_id: int) -> list[float]:
        """Compile the letter of an issue from what is stored."""
        issue, _client = _opened(newsletter_id)
        # Nothing that was made of other words may serve.
        words = f"<p>Seen at {time.perf_counter_ns()}</p>"
        Issue.objects.filter(pk=issue.pk).update(intro=words)
        return _took(lambda: compile_letter(queries.letter_content(issue.pk)))


_ROW = re.compile(r'data-entry="(\d+)" data-token="(\w+)"')


def _opened(newsletter_id: int) -> tuple[Issue, Client]:
    newsletter = Newsletter.objects.get(pk=newsletter_id)
    issue = newsletter.issues.order_by("pk").first()
    if issue is None:
        issue = actions.prepare_issue(newsletter_id, user=None)
    user, _is_new = get_user_model().objects.get_or_create(
        username="bench", defaults={"is_staff": True}
    )
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return issue, client


def _answered(response: Any) -> None:
    if response.status_code != 200:
        raise RuntimeError(f"The page answered {response.status_code}.")


def _took(work: Callable[[], object]) -> list[float]:
    began, began_working = time.perf_counter(), time.process_time()
    work()
    clocked, worked = time.perf_counter() - began, time.process_time() - began_working
    return [clocked * 1000, worked * 1000]


if __name__ == "__main__":
    answer_calls(Composing())
