"""Personal parts before a letter goes out: known at all, and of how many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from gonets.audience.actions import add_field, ensure_fields
from gonets.audience.models import Subscriber
from gonets.newsletters.actions import add_block
from gonets.newsletters.models import Issue
from gonets.publishing.preflight.report import preflight_report
from tests.support.factories import make_subscriber

pytestmark = pytest.mark.django_db


def codes(issue: Issue) -> set[str]:
    return {each.code for each in preflight_report(issue.pk).problems}


def only(issue: Issue, code: str) -> Any:
    (problem,) = [x for x in preflight_report(issue.pk).problems if x.code == code]
    return problem


def _worded(issue: Issue, **words: str) -> None:
    Issue.objects.filter(pk=issue.pk).update(**words)


PLACES: dict[str, Callable[[Issue, str], object]] = {
    "subject": lambda issue, part: _worded(issue, subject=f"News for {part}"),
    "preheader": lambda issue, part: _worded(issue, preheader=part),
    "greeting": lambda issue, part: _worded(issue, greeting=part),
    "intro": lambda issue, part: _worded(issue, intro=f"<p>{part}</p>"),
    "own_text": lambda issue, part: _worded(issue, own_text=f"Hi {part}"),
    "entry": lambda issue, part: add_block(
        issue.pk, "text", {"teaser": f"<p>{part}</p>"}, after=None, edition=1, user=None
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_part_that_stays_empty_is_counted_wherever_it_is(
    issue, newsletter, place
):
    add_field("Город")
    for n in range(3):
        make_subscriber(f"cityless{n}@example.com", newsletter.readership)
    Subscriber.objects.filter(address="ann@example.com").update(
        fields={"gorod": "Омск"}
    )

    PLACES[place](issue, "{{ subscriber.gorod }}")

    problem = only(issue, "personal-part-empty")
    assert problem.field.startswith(place)
    assert "5 subscribers of 6" in problem.text


@pytest.mark.parametrize(
    ("part", "empty"),
    [
        ("{{ subscriber.city | upper }}", 4),
        ("{{ subscriber.city | default(subscriber.company) }}", 3),
        ("{{ subscriber.city }}{{ subscriber.company }}", None),  # two parts
        ("{% if subscriber.city %}{{ subscriber.city }}{% endif %}", 0),
        ("{{ subscriber.city | default('you') }}", 0),
        ("{{ subscriber.city or 'you' }}", 0),
        ("{{ 'x' ~ subscriber.city }}", 0),
    ],
)
def test_a_part_is_counted_for_exactly_those_who_would_see_nothing(
    issue, newsletter, part, empty
):
    ensure_fields(["City", "Company"])
    make_subscriber("acme@example.com", newsletter.readership)
    make_subscriber("omsk@example.com", newsletter.readership)
    known = {
        "acme@example.com": {"company": "Acme"},
        "omsk@example.com": {"city": "Omsk", "company": "Acme"},
    }
    for address, fields in known.items():
        Subscriber.objects.filter(address=address).update(fields=fields)
    _worded(issue, greeting=part)

    found = [
        each
        for each in preflight_report(issue.pk).problems
        if each.code == "personal-part-empty"
    ]

    if empty is None:
        assert len(found) == 2
    elif empty:
        assert f"{empty} subscribers of 5" in found[0].text
    else:
        assert not found


@pytest.mark.parametrize(
    ("part", "advice"),
    [
        ("{{ subscriber.citty }}", "Did you mean subscriber.city?"),
        ("{% if subscriber.nmae %}x{% endif %}", "Did you mean subscriber.name?"),
        ("{{ subscriber.Email }}", "Did you mean subscriber.address?"),
        ("{{ subscriber.first_name }}", "Did you mean subscriber.name?"),
        ("{{ subscriber.zzz | default('x') }}", "subscriber.city"),
    ],
)
def test_a_value_that_nobody_has_is_pointed_out(issue, part, advice):
    add_field("City")
    _worded(issue, greeting=part)

    problem = only(issue, "personal-value-unknown")

    assert advice in problem.fix
    assert problem.field == "greeting"
    assert "personal-part-empty" not in codes(issue)


def test_personal_parts_that_stay_empty_are_counted(issue, newsletter):
    Issue.objects.filter(pk=issue.pk).update(greeting="Hello, {{ subscriber.name }}!")
    for n in range(2):
        make_subscriber(f"nameless{n}@example.com", newsletter.readership)
    Subscriber.objects.filter(address="ann@example.com").update(name="")

    problem = only(issue, "personal-part-empty")

    assert problem.field == "greeting"
    assert "3 subscribers" in problem.text
    with translation.override("ru"):
        assert "3 подписчиков" in only(issue, "personal-part-empty").text


@pytest.mark.parametrize(
    "greeting",
    ['Hello, {{ subscriber.name | default("friends") }}!', "Hello!", "{{ oops"],
)
def test_parts_with_a_fallback_are_never_empty(issue, newsletter, greeting):
    Issue.objects.filter(pk=issue.pk).update(greeting=greeting)
    make_subscriber("nameless@example.com", newsletter.readership)

    assert "personal-part-empty" not in codes(issue)
