"""A run's letters have the template and the brand that they were released with."""

from __future__ import annotations

from gonets.delivery.models import Delivery
from gonets.delivery.ports import Binding, Recipient
from gonets.letters.actions import add_template, save_template
from gonets.letters.reading import parts_of
from gonets.letters.templates import design_named
from gonets.letters.types import OwnDesign
from gonets.newsletters import actions as newsletters
from gonets.newsletters.brands import BrandValues
from gonets.publishing import actions
from gonets.publishing.letters import PublishedLetters
from gonets.publishing.states import AudienceRule

SOURCE = design_named("compact")
MARKED = SOURCE.replace(
    "{{ foot(letter, words, brand) }}", "{{ foot(letter, words, brand) }}<p>MARK 1</p>"
)


def letters_of(run) -> list[bytes]:
    """Make every letter of the run anew, as a worker that has just started does."""
    letters = PublishedLetters()
    recipients = [
        Recipient(
            delivery_id=delivery.pk,
            address=delivery.recipient,
            address_key=delivery.address_key,
            person_ref=delivery.person_ref,
        )
        for delivery in Delivery.objects.filter(run=run).order_by("recipient")
    ]
    bindings = letters.bind(
        run_id=run.pk, letter_ref=run.letter_ref, recipients=recipients
    )
    letter = letters.letter(run.letter_ref)
    return [
        letter.envelope_for(recipient, binding).content
        for recipient, binding in zip(recipients, bindings, strict=True)
        if isinstance(binding, Binding)
    ]


def test_what_is_changed_or_deleted_later_changes_no_letter_of_the_run(issue):
    design = OwnDesign(kind="mjml", source=MARKED, base="compact")
    template = add_template("Ours", design, user=None)
    newsletters.choose_design(issue.pk, template.name, user=None)
    newsletters.change_brand(None, BrandValues(accent="#aa0000"), user=None)
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)

    before = letters_of(run)
    newer = MARKED.replace("MARK 1", "MARK 2")
    save_template(template.pk, title="Ours", source=newer, number=1, user=None)
    newsletters.change_brand(None, BrandValues(accent="#00aa00"), user=None)
    newsletters.delete_template(template.pk, user=None)
    after = letters_of(run)

    assert before
    html = parts_of(before[0]).html
    assert "MARK 1" in html
    assert "#aa0000" in html
    bodies = [parts_of(letter).html for letter in after]
    assert all("MARK 1" in body and "#00aa00" not in body for body in bodies)
