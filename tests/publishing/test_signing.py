"""Keys that sign letters: made, published, switched, and repeated to the byte."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dkim
import pytest

from gonets.delivery.models import Delivery, Run
from gonets.delivery.ports import Binding, LetterUnfit, Recipient
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Newsletter
from gonets.publishing import actions, errors
from gonets.publishing.letters import PublishedLetters
from gonets.publishing.models import SigningKey
from gonets.publishing.queries import version_numbers
from gonets.publishing.readiness import problems
from gonets.publishing.signing_domains import signing_domains
from gonets.publishing.states import AudienceRule, RecordState
from tests.publishing.conftest import settle
from tests.support.factories import make_newsletter
from tests.support.postbox import Postbox

DOMAIN = "harbour.example"


@pytest.fixture
def key(issue: Any) -> SigningKey:
    """A key that signs the newsletter's letters."""
    key = actions.make_signing_key(DOMAIN, user=None)
    actions.switch_signing_on(key.pk)
    key.refresh_from_db()
    return key


def send(issue: Any) -> Run:
    return actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)


def letters_of(run: Run) -> list[bytes]:
    """What the engine would get from a worker that has just begun."""
    run.refresh_from_db()
    source = PublishedLetters()
    recipients = [
        Recipient(
            delivery_id=one.pk,
            address=one.recipient,
            address_key=one.address_key,
            person_ref=one.person_ref,
        )
        for one in Delivery.objects.filter(run=run).order_by("pk")
    ]
    bindings = source.bind(
        run_id=run.pk, letter_ref=run.letter_ref, recipients=recipients
    )
    letter = source.letter(run.letter_ref)
    return [
        letter.envelope_for(recipient, binding).content
        for recipient, binding in zip(recipients, bindings, strict=True)
        if isinstance(binding, Binding)
    ]


def is_signed_with(key: SigningKey, letter: bytes) -> bool:
    """Ask dkimpy, which finds in DNS what the page says to publish."""
    records = {f"{key.record_name}.".encode(): key.record_value.encode()}
    return bool(dkim.verify(letter, dnsfunc=lambda name, timeout=5: records.get(name)))


def test_letters_are_signed_with_the_key_in_use(issue, key):
    letters = letters_of(send(issue))

    assert len(letters) == 3
    assert all(is_signed_with(key, letter) for letter in letters)


def test_letters_of_other_domains_are_not_signed(issue, newsletter):
    key = actions.make_signing_key("other.example", user=None)
    actions.switch_signing_on(key.pk)

    assert b"DKIM-Signature" not in letters_of(send(issue))[0]


def test_a_key_signs_nothing_before_it_is_switched_on(issue):
    actions.make_signing_key(DOMAIN, user=None)

    assert b"DKIM-Signature" not in letters_of(send(issue))[0]


def test_a_senders_domain_in_any_spelling_has_one_key(newsletter, issue):
    Newsletter.objects.update(sender_address="news@Почта.рф")
    key = actions.make_signing_key("xn--80a1acny.xn--p1ai", user=None)
    actions.switch_signing_on(key.pk)

    assert is_signed_with(key, letters_of(send(issue))[0])


def test_test_letters_are_signed_too(issue, key, settings):
    with Postbox() as postbox:
        settings.GONETS_CATCHER_PORT = postbox.port
        actions.send_test_letter(issue.pk, ["me@example.com"], user=None)

    assert is_signed_with(key, postbox.letters[0].content)


def test_a_test_letter_says_that_the_key_cannot_be_read(issue, key, settings):
    settings.SECRET_KEY = "another one"

    with pytest.raises(errors.TestLetterFailed, match="cannot be read"):
        actions.send_test_letter(issue.pk, ["me@example.com"], user=None)


def test_switching_keys_in_mid_run_leaves_every_letter_as_it_was(issue, key):
    run = send(issue)
    source = PublishedLetters()
    one = Delivery.objects.filter(run=run).order_by("pk")[0]
    recipient = Recipient(
        delivery_id=one.pk,
        address=one.recipient,
        address_key=one.address_key,
        person_ref=one.person_ref,
    )
    [binding] = source.bind(
        run_id=run.pk, letter_ref=run.letter_ref, recipients=[recipient]
    )
    assert isinstance(binding, Binding)
    first = source.letter(run.letter_ref).envelope_for(recipient, binding)

    other = actions.make_signing_key(DOMAIN, user=None)
    actions.switch_signing_on(other.pk)

    again = PublishedLetters().letter(run.letter_ref).envelope_for(recipient, binding)
    assert again == first
    assert is_signed_with(key, first.content)


def test_a_run_that_is_continued_takes_up_the_key_in_use_then(issue, key):
    run = send(issue)
    actions.pause_issue_run(run.pk)
    before = letters_of(run)
    other = actions.make_signing_key(DOMAIN, user=None)
    actions.switch_signing_on(other.pk)

    actions.continue_run(run.pk)

    after = letters_of(run)
    assert run.status == RunStatus.RUNNING
    assert all(is_signed_with(other, letter) for letter in after)
    assert _message_ids(before).isdisjoint(_message_ids(after))


def test_a_run_that_is_continued_with_the_same_key_repeats_its_letters(issue, key):
    run = send(issue)
    before = run.letter_ref
    actions.pause_issue_run(run.pk)

    actions.continue_run(run.pk)

    run.refresh_from_db()
    assert run.letter_ref == before


def test_a_corrected_letter_is_signed_with_the_key_in_use_then(issue, key):
    run = send(issue)
    actions.pause_issue_run(run.pk)
    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes={"subject": "Another"}
    )
    actions.switch_signing_off(key.pk)

    actions.correct_and_resume(run.pk, user=None)

    assert b"DKIM-Signature" not in letters_of(run)[0]


def _message_ids(letters: list[bytes]) -> set[bytes]:
    return {letter.partition(b"\r\nMessage-ID: ")[2][:40] for letter in letters}


def test_the_account_knows_which_version_a_signed_letter_was(issue, key):
    run = send(issue)

    versions = version_numbers(issue.pk)

    assert run.letter_ref.endswith(key.selector)
    assert versions.get(run.letter_ref) == 1
    assert versions.get("") is versions.get("1-of-another-issue") is None


def test_a_key_that_a_run_needs_is_not_deleted(issue, key):
    run = send(issue)
    actions.switch_signing_off(key.pk)

    with pytest.raises(errors.KeyNeeded):
        actions.delete_signing_key(key.pk)

    accepted = dict.fromkeys(("ann", "bob", "eve"), DeliveryStatus.ACCEPTED)
    settle(run, **accepted)
    actions.delete_signing_key(key.pk)
    assert not SigningKey.objects.exists()


def test_a_key_in_use_is_not_deleted(key):
    with pytest.raises(errors.KeyNeeded):
        actions.delete_signing_key(key.pk)


def test_a_lost_key_stops_the_run_in_words_and_continuing_goes_on_without(issue, key):
    run = send(issue)
    SigningKey.objects.all().delete()

    with pytest.raises(LetterUnfit, match="was deleted"):
        letters_of(run)

    actions.pause_issue_run(run.pk)
    actions.continue_run(run.pk)
    assert b"DKIM-Signature" not in letters_of(run)[0]


def test_under_another_secret_key_letters_are_not_sent_unsigned(issue, key, settings):
    run = send(issue)
    settings.SECRET_KEY = "another one"

    with pytest.raises(LetterUnfit, match="cannot be read"):
        letters_of(run)
    with pytest.raises(errors.KeyUnreadable):
        actions.switch_signing_on(key.pk)


def test_the_private_key_is_not_readable_in_the_database(key):
    row = SigningKey.objects.values().get(pk=key.pk)

    assert "PRIVATE" not in str(row)
    assert row["sealed_private_key"].startswith("gAAAA")  # Fernet's version byte


def test_one_key_of_a_domain_is_in_use(issue, key):
    other = actions.make_signing_key(DOMAIN, user=None)

    actions.switch_signing_on(other.pk)

    in_use = SigningKey.objects.filter(is_in_use=True)
    assert list(in_use.values_list("pk", flat=True)) == [other.pk]


def test_a_second_spare_key_is_not_made(issue):
    actions.make_signing_key(DOMAIN, user=None)

    with pytest.raises(errors.KeyWaiting):
        actions.make_signing_key(DOMAIN, user=None)


@pytest.mark.parametrize(
    ("published", "state"),
    [
        pytest.param("{value}", RecordState.FOUND, id="as the page says"),
        pytest.param("k = rsa ;p= {blanks} ;", RecordState.FOUND, id="with blanks"),
        pytest.param("v=DKIM1; p=AAAA", RecordState.DIFFERENT, id="another key"),
        pytest.param("v=DKIM1; p=", RecordState.DIFFERENT, id="withdrawn"),
        pytest.param("v=spf1 -all", RecordState.DIFFERENT, id="another record"),
        pytest.param("p=*not base64*", RecordState.DIFFERENT, id="nonsense"),
        pytest.param(None, RecordState.MISSING, id="nothing"),
    ],
)
def test_dns_is_asked_for_the_record(key, dns_server, published, state):
    if published is not None:
        blanks = f"{key.public_key[:90]} {key.public_key[90:]}"
        text = published.format(value=key.record_value, blanks=blanks)
        dns_server.publish(key.record_name, text)

    answer = actions.check_record(key.pk)

    key.refresh_from_db()
    assert answer == key.record_state == state
    assert clock.now() - key.record_checked_at < timedelta(minutes=1)


def test_silence_of_dns_is_no_answer(key, dns_server):
    dns_server.is_broken = True

    with pytest.raises(errors.DnsSilent):
        actions.check_record(key.pk)

    key.refresh_from_db()
    assert key.record_state == RecordState.UNKNOWN


def test_the_domains_of_senders_are_listed_with_their_keys(issue, key):
    make_newsletter(title="Second", sender_address="news@Почта.рф")
    orphan = actions.make_signing_key("former.example", user=None)

    former, ours, cyrillic = signing_domains()

    assert (former.domain, former.newsletters) == ("former.example", ())
    assert former.keys == (orphan,)
    assert (ours.domain, ours.newsletters) == (DOMAIN, ("The Harbour Weekly",))
    assert ours.key_in_use == key
    assert (cyrillic.spelling, cyrillic.keys) == ("почта.рф", ())


@pytest.fixture
def real_relay(settings: Any) -> None:
    settings.GONETS_RELAY_URL = "smtp+starttls://mail.example.com:587"
    settings.GONETS_PUBLIC_URL = "https://news.example.com"


def codes(issue: Any) -> set[str]:
    return {problem.code for problem in problems(issue.pk)}


def test_an_unsigned_letter_is_worth_a_look_where_letters_really_leave(
    issue, real_relay
):
    assert "letter-unsigned" in codes(issue)


def test_letters_into_the_mailbox_need_no_signature(issue):
    assert "letter-unsigned" not in codes(issue)


def test_nobody_is_warned_where_letters_are_signed(issue, real_relay, key):
    assert "letter-unsigned" not in codes(issue)


def test_nobody_is_warned_where_the_mail_server_signs(issue, real_relay):
    actions.leave_signing_to_relay(DOMAIN, user=None)
    actions.leave_signing_to_relay(DOMAIN, user=None)
    assert "letter-unsigned" not in codes(issue)

    actions.take_signing_from_relay(DOMAIN)
    assert "letter-unsigned" in codes(issue)
