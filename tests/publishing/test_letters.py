"""What the engine gets from us: letters to people, the same bytes each time."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.urls import clear_url_caches

from gonets.audience import actions as audience
from gonets.audience.links import parse_unsubscribe_token, unsubscribe_token
from gonets.audience.models import Subscriber
from gonets.delivery.models import Delivery, Run
from gonets.delivery.ports import Binding, Recipient, Withheld
from gonets.newsletters.models import Issue, IssueVersion, VersionBodies
from gonets.publishing import actions
from gonets.publishing.letters import PublishedLetters
from gonets.publishing.pages import letter_page
from gonets.publishing.readers import unsubscribe_address
from gonets.publishing.states import AudienceRule


@pytest.fixture
def run(issue) -> Run:
    return actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)


def recipients_of(run: Run) -> list[Recipient]:
    return [
        Recipient(
            delivery_id=delivery.pk,
            address=delivery.recipient,
            address_key=delivery.address_key,
            person_ref=delivery.person_ref,
        )
        for delivery in Delivery.objects.filter(run=run).order_by("recipient")
    ]


def bind(letters: PublishedLetters, run: Run) -> list[Binding | Withheld]:
    return letters.bind(
        run_id=run.pk, letter_ref=run.letter_ref, recipients=recipients_of(run)
    )


def message(content: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_letter_carries_what_a_list_letter_must(run, newsletter):
    letters = PublishedLetters()
    binding = bind(letters, run)[0]
    assert isinstance(binding, Binding)

    envelope = letters.letter(run.letter_ref).envelope_for(
        recipients_of(run)[0], binding
    )

    letter = message(envelope.content)
    assert envelope.sender == "news@harbour.example"
    assert letter["To"] is not None
    assert "ann@example.com" in letter["To"]
    assert letter["Message-ID"] == binding.message_id
    assert newsletter.readership.key in letter["List-Id"]
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    way_out = letter["List-Unsubscribe"].strip("<>")
    token = way_out.rstrip("/").rpartition("/")[2]
    link = parse_unsubscribe_token(token)
    assert link.subscription().subscriber.address == "ann@example.com"


def test_a_retry_has_the_same_bytes(run):
    first, second = PublishedLetters(), PublishedLetters()
    recipient, binding = recipients_of(run)[1], bind(first, run)[1]

    once = first.letter(run.letter_ref).envelope_for(recipient, binding)
    again = second.letter(run.letter_ref).envelope_for(recipient, binding)

    assert once == again


def test_every_letter_of_every_version_has_its_own_message_id(run):
    letters = PublishedLetters()
    first = {each.message_id for each in bind(letters, run)}

    other = letters.bind(
        run_id=run.pk + 1, letter_ref=run.letter_ref, recipients=recipients_of(run)
    )

    assert len(first) == 3
    assert not first & {each.message_id for each in other}


def test_whoever_left_or_was_deleted_is_withheld(run, newsletter):
    ann, bob = Subscriber.objects.order_by("address")[:2]
    before = recipients_of(run)
    audience.unsubscribe(ann.subscriptions.get().pk)
    audience.erase_subscriber(bob.pk)

    bound = PublishedLetters().bind(
        run_id=run.pk, letter_ref=run.letter_ref, recipients=before
    )

    assert [isinstance(each, Withheld) for each in bound] == [True, True, False]


def test_the_way_out_is_the_one_that_the_site_itself_would_make(run, newsletter):
    ann = Subscriber.objects.get(address="ann@example.com")

    binding = bind(PublishedLetters(), run)[0]

    token = unsubscribe_token(
        readership_key=newsletter.readership.key, link_key=ann.link_key
    )
    assert isinstance(binding, Binding)
    assert binding.values["unsubscribe_address"] == unsubscribe_address(token)


def test_no_run_waits_until_the_pages_of_the_site_are_loaded(run, monkeypatch):
    letters = PublishedLetters()
    clear_url_caches()
    monkeypatch.setattr(settings, "ROOT_URLCONF", "no.such.pages")

    [binding, *_others] = bind(letters, run)

    assert isinstance(binding, Binding)
    assert "/u/" in binding.values["unsubscribe_address"]


def test_whoever_was_blocked_is_withheld(run):
    audience.suppress(address="bob@example.com", reason="complained")

    bound = bind(PublishedLetters(), run)

    assert [isinstance(each, Withheld) for each in bound] == [False, True, False]


def test_binding_costs_one_query_for_many(run, django_assert_num_queries):
    letters = PublishedLetters()
    letters.letter(run.letter_ref)
    recipients = recipients_of(run)

    with django_assert_num_queries(1):
        letters.bind(run_id=run.pk, letter_ref=run.letter_ref, recipients=recipients)


def test_only_a_few_compiled_letters_are_kept(run, monkeypatch):
    monkeypatch.setattr("gonets.publishing.letters.COMPILED_LETTERS_KEPT", 1)
    letters = PublishedLetters()

    first = letters.letter(run.letter_ref)

    assert letters.letter(run.letter_ref) is first


def test_fields_of_subscribers_travel_only_where_the_letter_asks(issue):
    audience.ensure_fields(["City", "Company"])
    Subscriber.objects.filter(address="ann@example.com").update(
        fields={"city": "Омск <&> {{ 7*7 }}", "company": "Acme"}
    )
    Issue.objects.filter(pk=issue.pk).update(
        subject='News for {{ subscriber.city | default("you") }}',
        intro="<p>{% if subscriber.city %}In {{ subscriber.city }}{% endif %}</p>",
    )
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    letters = PublishedLetters()

    bindings = [each for each in bind(letters, run) if isinstance(each, Binding)]
    sent = [
        message(letters.letter(run.letter_ref).envelope_for(who, binding).content)
        for who, binding in zip(recipients_of(run), bindings, strict=True)
    ]

    values = [set(each.values) for each in bindings]
    always = {"name", "address", "unsubscribe_address"}
    assert values == [always | {"city"}, always, always]
    assert sent[0]["Subject"] == "News for Омск <&> {{ 7*7 }}"
    assert sent[1]["Subject"] == "News for you"
    html = sent[0].get_body(("html",))
    assert html is not None
    assert "In Омск &lt;&amp;&gt; {{ 7*7 }}" in html.get_content()


def test_a_letter_without_fields_reads_none_of_them(run):
    Subscriber.objects.update(fields={"name": "not this", "city": "Omsk"})

    for binding in bind(PublishedLetters(), run):
        assert isinstance(binding, Binding)
        assert "city" not in binding.values
        assert binding.values["name"] != "not this"


def test_a_run_sends_the_letter_as_its_design_made_it_when_it_began(run, monkeypatch):
    binding = bind(PublishedLetters(), run)[0]
    before = sent_with(binding, run)
    page = letter_page(IssueVersion.objects.get())

    # A later release of the program, in which the design is another one.
    monkeypatch.setattr("gonets.letters.bodies.design_named", lambda _name: ANOTHER)

    assert sent_with(binding, run) == before
    assert letter_page(IssueVersion.objects.get()) == page
    VersionBodies.objects.all().delete()  # As versions from before had none.
    assert sent_with(binding, run) != before


def sent_with(binding: Binding | Withheld, run: Run) -> bytes:
    assert isinstance(binding, Binding)
    letter = PublishedLetters().letter(run.letter_ref)
    return letter.envelope_for(recipients_of(run)[0], binding).content


ANOTHER = """<mjml><mj-body><mj-section><mj-column>
<mj-text>{{ letter.unsubscribe_address }}</mj-text>
</mj-column></mj-section></mj-body></mjml>"""
