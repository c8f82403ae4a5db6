"""What only some may see never leaks: neither into a letter nor onto a page."""

from __future__ import annotations

from contextlib import suppress
from itertools import product
from random import Random
from typing import Any

import pytest
from django.db.models import F

from gonets.content.models import Material, Source
from gonets.content.states import Visibility
from gonets.delivery.models import Run
from gonets.kernel import clock
from gonets.newsletters import actions
from gonets.newsletters.errors import NewslettersError
from gonets.newsletters.models import Issue, IssueVersion, Newsletter
from gonets.newsletters.queries import candidates, letter_content, picker, shelf
from gonets.newsletters.queries.candidates import fresh_candidates
from gonets.newsletters.types import PickerWish
from gonets.publishing.actions import send_issue
from gonets.publishing.errors import LetterUnready, PublishingError
from gonets.publishing.models import IssueRun
from gonets.publishing.readiness import problems
from gonets.publishing.states import AudienceRule
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)

SECRET = "What members alone know"

ALL = list(product((False, True), (False, True), (False, True), Visibility.values))


@pytest.fixture
def newsletter(db: None) -> Newsletter:
    section = make_section("News")
    make_material("A new ferry", section=section)
    newsletter = make_newsletter(section)
    make_subscriber("ann@example.com", newsletter.readership)
    return newsletter


@pytest.fixture
def secret(newsletter: Newsletter) -> Material:
    members = Source.objects.create(
        kind="ghost", name="Club", takes_private=True, created_at=clock.now()
    )
    section = newsletter.sections.get()
    material = make_material(SECRET, section=section, visibility=Visibility.PRIVATE)
    material.source = members
    material.save()
    return material


def let_in(newsletter: Newsletter, secret: Material) -> None:
    Newsletter.objects.filter(pk=newsletter.pk).update(is_closed=True)
    newsletter.private_sources.set([secret.source_id])
    newsletter.refresh_from_db()


def put_in_by_force(issue: Issue, secret: Material) -> None:
    """As if it had been there before the newsletter was opened."""
    entry = issue.entries.get(title="A new ferry")
    entry.pk, entry.material, entry.title = None, secret, SECRET
    entry.save()


def proposed(newsletter: Newsletter) -> set[str]:
    return {each.material.title for each in candidates(newsletter)}


@pytest.mark.parametrize(("closed", "allowed", "taken", "visibility"), ALL)
def test_a_material_reaches_an_issue_only_if_its_readers_may_see_it(
    newsletter, secret, closed, allowed, taken, visibility
):
    Source.objects.filter(pk=secret.source_id).update(takes_private=taken)
    Material.objects.filter(pk=secret.pk).update(visibility=visibility)
    Newsletter.objects.update(is_closed=closed)
    newsletter.refresh_from_db()
    newsletter.private_sources.set([secret.source_id] if allowed else [])
    may = visibility == "public" or (
        visibility == "private" and closed and allowed and taken
    )

    issue = make_issue(newsletter)
    by_rule = SECRET in {entry.title for entry in issue.entries.all()}
    issue.entries.filter(title=SECRET).delete()
    shown = SECRET in {row.material.title for row in picker(issue).rows}
    wish = PickerWish(search="members alone")
    found = SECRET in {row.material.title for row in picker(issue, wish).rows}
    offered = {
        row.material.title: row.can_be_taken
        for group in shelf(issue).groups
        for row in group.rows
    }
    added = actions.add_materials(issue.pk, [secret.pk], user=None)
    if not added:
        put_in_by_force(issue, secret)
    blocking = [each.code for each in problems(issue.pk) if each.blocking]

    collected = {each.material.title for each in fresh_candidates(newsletter)}
    assert (SECRET in proposed(newsletter)) is may
    assert (SECRET in collected) is may  # as a standing draft does
    assert by_rule is shown is found is offered[SECRET] is bool(added) is may
    assert any(code.startswith("material-") for code in blocking) is not may


def test_a_letter_with_private_things_leaves_only_while_its_newsletter_is_closed(
    newsletter, secret
):
    let_in(newsletter, secret)
    issue = make_issue(newsletter)
    Newsletter.objects.update(is_closed=False)

    with pytest.raises(LetterUnready, match="not for everybody"):
        send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    Newsletter.objects.update(is_closed=True)
    run = send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)

    assert run.audience_size == 1


def test_an_issue_that_was_sent_closed_is_not_sent_again_once_opened(
    newsletter, secret
):
    let_in(newsletter, secret)
    issue = make_issue(newsletter)
    run = send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    finish(run)
    Newsletter.objects.update(is_closed=False)
    make_subscriber("new@example.com", newsletter.readership)

    with pytest.raises(LetterUnready):
        send_issue(
            issue.pk,
            audience=AudienceRule.EVERYONE,
            user=None,
            previous_run_id=run.pk,
        )
    copy = actions.copy_issue(issue.pk, user=None)
    with pytest.raises(LetterUnready):
        send_issue(copy.pk, audience=AudienceRule.EVERYONE, user=None)


def test_a_closed_newsletters_letters_have_no_page_for_everybody(newsletter, secret):
    let_in(newsletter, secret)
    issue = make_issue(newsletter)

    assert letter_content(issue.pk).browser_address == ""
    send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    assert IssueVersion.objects.get().browser_key is None


def finish(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(
        status="finished", accepted=F("audience_size"), pending=0
    )


def edition(issue: Issue) -> int:
    return Issue.objects.values_list("edition", flat=True).get(pk=issue.pk)


def may_be_read(issue: Issue) -> bool:
    """Tell by the words of the promise, not by the product's own query."""
    newsletter = issue.newsletter
    newsletter.refresh_from_db()
    allowed = set(newsletter.private_sources.values_list("pk", flat=True))
    return all(
        entry.material is None
        or entry.material.visibility == "public"
        or (
            entry.material.visibility == "private"
            and newsletter.is_closed
            and entry.material.source_id in allowed
            and entry.material.source.takes_private
        )
        for entry in issue.entries.select_related("material__source")
    )


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(6))
def test_no_order_of_steps_sends_what_its_readers_may_not_see(newsletter, secret, seed):
    random = Random(seed)
    open_one = make_newsletter(newsletter.sections.get(), title="For all")
    make_subscriber("bob@example.com", open_one.readership)
    issues: list[Issue] = [make_issue(newsletter), make_issue(open_one)]
    sent = 0

    def step() -> Any:
        issue = random.choice(issues)
        either = random.choice([newsletter, open_one])
        return random.choice(
            [
                lambda: Newsletter.objects.filter(pk=newsletter.pk).update(
                    is_closed=random.random() < 0.7
                ),
                lambda: newsletter.private_sources.set(
                    [secret.source_id] if random.random() < 0.8 else []
                ),
                lambda: Source.objects.filter(pk=secret.source_id).update(
                    takes_private=random.random() < 0.8
                ),
                lambda: Material.objects.filter(pk=secret.pk).update(
                    visibility=random.choice(["private", "private", "public"])
                ),
                lambda: issues.append(actions.prepare_issue(either.pk, user=None)),
                lambda: issues.append(actions.copy_issue(issue.pk, user=None)),
                lambda: actions.add_materials(issue.pk, [secret.pk], user=None),
                lambda: actions.undo(issue.pk, edition=edition(issue), user=None),
                lambda: actions.redo(issue.pk, edition=edition(issue), user=None),
                *[lambda: send(issue)] * 3,
            ]
        )

    def send(issue: Issue) -> None:
        nonlocal sent
        fit = may_be_read(issue)
        runs = IssueRun.objects.count()
        newest = IssueRun.objects.filter(issue=issue).order_by("-pk").first()
        with suppress(PublishingError):
            run = send_issue(
                issue.pk,
                audience=AudienceRule.EVERYONE,
                user=None,
                previous_run_id=newest.run_id if newest else None,
            )
            finish(run)
        if IssueRun.objects.count() > runs:
            sent += 1
            assert fit

    for _ in range(60):
        with suppress(NewslettersError):
            step()()
    assert sent
