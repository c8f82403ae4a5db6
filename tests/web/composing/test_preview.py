"""Step 3: the page, the letter in its frame, saving, looking at it as a reader."""

from __future__ import annotations

import hashlib
import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gonets.audience.actions import add_field
from gonets.audience.links import parse_unsubscribe_token
from gonets.audience.models import Subscriber
from gonets.letters.compiling import compile_letter
from gonets.newsletters import actions
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.queries import letter_content
from gonets.publishing.previews import preview_envelope, preview_reader
from gonets.web.letter_frames import with_own_pictures
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

GREETING = 'Hello, {{ subscriber.name | default("friends") }}!'


@pytest.fixture
def desk(editor_client: Client) -> Client:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


@pytest.fixture
def issue(db: None) -> Issue:
    section = make_section("News")
    make_material("A new ferry", section=section, address="/ferry/", teaser="It floats")
    newsletter = make_newsletter(section, greeting=GREETING)
    make_subscriber("ann@example.com", newsletter.readership, name="Ann")
    make_subscriber("bob@example.com", newsletter.readership, name="Bob")
    return make_issue(newsletter)


def address(name: str, issue: Issue, **query: object) -> str:
    where = reverse(f"gonets:{name}", args=[issue.pk])
    return f"{where}?{'&'.join(f'{key}={value}' for key, value in query.items())}"


def save(desk: Client, issue: Issue, edition: object, **changes: str) -> Any:
    named = {name.replace("__", "."): text for name, text in changes.items()}
    return desk.post(
        reverse("gonets:issue-wording", args=[issue.pk]),
        {"edition": str(edition), "changes": json.dumps(named)},
    )


def test_the_page_has_the_letter_its_envelope_and_the_decisions(desk, issue):
    page = desk.get(address("issue-preview", issue)).content.decode()

    assert issue.subject in page
    assert f'data-edition="{issue.edition}"' in page
    assert 'sandbox="allow-same-origin"' in page
    for name in ("postpone", "schedule", "send", "materials"):
        assert reverse(f"gonets:issue-{name}", args=[issue.pk]) in page
    assert "Ann" in page


def test_the_page_is_never_taken_from_a_cache(desk, issue):
    answer = desk.get(address("issue-preview", issue))

    assert "no-store" in answer.headers["Cache-Control"]


def test_strangers_see_neither_the_page_nor_the_letter(client, issue):
    for name in ("issue-preview", "issue-letter", "issue-checks", "issue-readers"):
        assert client.get(address(name, issue)).status_code == 302
    assert save(client, issue, issue.edition, subject="x").status_code == 302


WAYS = ["light", "dark", "bare", "text", "headers", "source", "size", "nonsense", ""]


@pytest.mark.parametrize("view", ["edit", *WAYS])
def test_nothing_in_the_frame_can_act_or_reach_out(desk, issue, view):
    answer = desk.get(address("issue-letter", issue, view=view))

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"img-src {'none' if view == 'bare' else 'self'!r}" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.content


def test_the_views_are_the_letter_that_would_be_sent(desk, issue):
    reader = preview_reader(
        issue, issue.newsletter.readership.subscriptions.first().subscriber
    )
    letter = compile_letter(letter_content(issue.pk))

    light = desk.get(address("issue-letter", issue, view="light")).content.decode()

    sent = letter.html_for(reader).replace("\n", "\r\n")
    assert light == sent.replace(
        "@media (prefers-color-scheme: dark)", "@media not all"
    )


def test_every_view_is_made_of_the_very_bytes_that_would_be_sent(desk, issue):
    ann = issue.newsletter.readership.subscriptions.first().subscriber
    message = preview_envelope(issue, ann).content
    file = desk.get(address("issue-letter", issue, view="file"))

    digests = {
        desk.get(address("issue-letter", issue, view=view)).headers["Letter-SHA256"]
        for view in [*WAYS, "file"]
    }

    assert file.content == message
    assert file.headers["Content-Type"] == "message/rfc822"
    assert digests == {hashlib.sha256(message).hexdigest()}


def test_the_source_is_every_byte_of_it(desk, issue):
    ann = issue.newsletter.readership.subscriptions.first().subscriber
    message = preview_envelope(issue, ann).content

    page = desk.get(address("issue-letter", issue, view="source")).content.decode()

    shown = html.unescape(
        page.split('<pre translate="no">\n')[1].partition("</pre>")[0]
    )
    assert shown == message.decode("ascii")


def test_headers_are_decoded_and_show_how_they_travel(desk, issue):
    Issue.objects.filter(pk=issue.pk).update(subject="Новый паром через реку")
    name = "Редакция портала «Старая Пристань» и все её друзья"
    Newsletter.objects.update(sender_name=name)

    page = desk.get(address("issue-letter", issue, view="headers")).content.decode()

    assert '<dd translate="no">Новый паром через реку' in page
    assert f"{name} &lt;news@harbour.example&gt;" in page
    assert "=?utf-8?b?" in page
    assert "List-Unsubscribe-Post" in page


def test_a_preview_carries_a_way_out_that_does_nothing(desk, issue):
    page = desk.get(address("issue-letter", issue, view="headers")).content.decode()

    token = re.search(r"&lt;http[^&]*/u/([^/&]+)/&gt;", page)
    assert token is not None
    assert parse_unsubscribe_token(token[1]).is_inert


def test_the_size_is_told_by_parts_and_the_clip_line_drawn(desk, issue):
    small = desk.get(address("issue-letter", issue, view="size")).content.decode()
    Issue.objects.filter(pk=issue.pk).update(intro="<p>word </p>" * 12_000)

    large = desk.get(address("issue-letter", issue, view="size")).content.decode()

    assert "Gmail shows all of the letter" in small
    assert 'id="clip"' not in small
    assert "too long" in large
    assert 'id="clip"' in large


def test_dark_is_shown_to_those_who_work_in_light(desk, issue):
    dark = desk.get(address("issue-letter", issue, view="dark")).content.decode()

    assert "@media all {" in dark
    assert "prefers-color-scheme" not in dark


@pytest.mark.parametrize("view", ["edit", "light", "text"])
def test_what_is_in_a_readers_fields_is_shown_as_they_get_it(desk, issue, view):
    add_field("City")
    ann = Subscriber.objects.get(address="ann@example.com")
    Subscriber.objects.filter(pk=ann.pk).update(fields={"city": "Омск & Томск"})
    Issue.objects.filter(pk=issue.pk).update(
        greeting='How is {{ subscriber.city | default("the weather") }}?'
    )

    as_ann = desk.get(address("issue-letter", issue, view=view, reader=ann.pk))
    bob = Subscriber.objects.get(address="bob@example.com")
    as_bob = desk.get(address("issue-letter", issue, view=view, reader=bob.pk))

    assert "Омск & Томск" in html.unescape(html.unescape(as_ann.content.decode()))
    assert "the weather" in html.unescape(as_bob.content.decode())


def test_the_letter_is_shown_as_the_chosen_reader_gets_it(desk, issue):
    bob = issue.newsletter.readership.subscriptions.last().subscriber

    first = desk.get(address("issue-letter", issue, view="text")).content.decode()
    chosen = desk.get(
        address("issue-letter", issue, view="text", reader=bob.pk)
    ).content.decode()

    assert "Hello, Ann!" in first
    assert "Hello, Bob!" in chosen


@pytest.mark.parametrize("reader", ["0", "999999", "x", "9" * 40, "-1", "²"])
def test_an_unknown_reader_is_the_first_one(desk, issue, reader):
    page = desk.get(address("issue-letter", issue, reader=reader)).content.decode()

    assert "Hello, Ann!" in page


def test_a_newsletter_without_readers_is_shown_to_somebody(desk):
    section = make_section("News")
    make_material("A new ferry", section=section)
    issue = make_issue(make_newsletter(section, greeting=GREETING))

    page = desk.get(address("issue-preview", issue)).content.decode()
    letter = desk.get(address("issue-letter", issue)).content.decode()

    assert "no subscribers yet" in page
    assert "Hello, friends!" in letter


def test_the_letter_for_editing_names_its_fields(desk, issue):
    page = desk.get(address("issue-letter", issue, view="edit")).content.decode()

    entry = issue.entries.get()
    assert f'data-edit="entry.{entry.pk}.title"' in page
    assert 'data-edit="intro"' in page
    assert ">Ann</span>!" in page


def test_a_letter_that_cannot_be_made_says_why_and_can_be_corrected(desk, issue):
    save(desk, issue, issue.edition, greeting="Hello {{ oops")

    shown = desk.get(address("issue-letter", issue)).content.decode()
    edited = desk.get(address("issue-letter", issue, view="edit")).content.decode()
    checks = desk.get(address("issue-checks", issue)).content.decode()

    assert "The letter cannot be shown" in shown
    assert "Hello {{ oops" in edited
    assert 'data-goes-to="greeting"' in checks


def test_what_is_typed_is_saved_onto_its_edition(desk, issue):
    entry = issue.entries.get()

    answer = save(
        desk,
        issue,
        issue.edition,
        subject="Ferry!",
        intro="<p>New <b>this</b> week<script>x</script></p>",
        **{f"entry__{entry.pk}__title": "A ferry"},
    )

    assert answer.status_code == 200
    saved = Issue.objects.get(pk=issue.pk)
    assert answer.json()["edition"] == saved.edition == issue.edition + 1
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["time"])
    assert saved.subject == "Ferry!"
    assert saved.intro == "<p>New <b>this</b> week</p>"
    assert saved.entries.get().title == "A ferry"


def test_a_picture_can_be_described(desk, issue):
    entry = issue.entries.get()

    save(desk, issue, issue.edition, **{f"entry__{entry.pk}__picture_alt": "A ferry"})

    assert issue.entries.get().picture_alt == "A ferry"


def test_a_second_editor_is_asked_and_overwrites_nothing(desk, issue, administrator):
    actions.save_wording(
        issue.pk,
        edition=issue.edition,
        user=administrator,
        changes={"subject": "Mine"},
    )

    answer = save(desk, issue, issue.edition, subject="Yours", preheader="New")

    assert answer.status_code == 200
    (conflict,) = answer.json()["conflicts"]
    assert "administrator wrote here, too" in conflict["message"]
    assert (conflict["mine"], conflict["theirs"]) == ("Yours", "Mine")
    assert answer.json()["behind"] is True
    stored = Issue.objects.get(pk=issue.pk)
    assert (stored.subject, stored.preheader) == ("Mine", "New")


def test_a_field_that_cannot_be_saved_is_named(desk, issue):
    name = f"entry.{issue.entries.get().pk}.title"

    answer = save(desk, issue, issue.edition, **{name.replace(".", "__"): " "})

    assert answer.status_code == 422
    assert answer.json()["field"] == name
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"edition": "1"},
        {"edition": "x", "changes": "{}"},
        {"edition": "²", "changes": "{}"},
        {"edition": "1", "changes": "{"},
        {"edition": "1", "changes": "[]"},
        {"edition": "1", "changes": '{"subject": 1}'},
        {"edition": "1", "changes": "[" * 50_000},
        {"edition": "1", "changes": '{"subject": "' + "x" * 2_000_000 + '"}'},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(desk, issue, posted):
    answer = desk.post(reverse("gonets:issue-wording", args=[issue.pk]), posted)

    assert answer.status_code == 400
    assert Issue.objects.get(pk=issue.pk).edition == issue.edition


def test_a_deleted_issue_cannot_be_saved(desk, issue):
    Issue.objects.filter(pk=issue.pk).delete()

    assert save(desk, issue, issue.edition, subject="x").status_code == 410


def test_readers_are_found_by_name_and_address(desk, issue):
    found = desk.get(address("issue-readers", issue, search="BOB")).content.decode()
    nobody = desk.get(address("issue-readers", issue, search="zzz")).content.decode()

    assert "bob@example.com" in found
    assert "ann@example.com" not in found
    assert "zzz" in nobody


def test_a_get_of_the_saving_addresses_is_not_allowed(desk, issue):
    assert desk.get(address("issue-wording", issue)).status_code == 405
    assert desk.get(address("issue-test-letter", issue)).status_code == 405


@pytest.mark.parametrize("typed", ["", "nobody", "a@example.com, nobody"])
def test_a_test_letter_to_no_address_says_what_is_missing(desk, issue, typed):
    answer = desk.post(
        reverse("gonets:issue-test-letter", args=[issue.pk]), {"addresses": typed}
    )

    assert 'data-tone="bad"' in answer.content.decode()
    assert Issue.objects.get(pk=issue.pk).edition == issue.edition


def test_pictures_of_ours_come_from_the_host_the_editor_is_at(desk, issue, settings):
    settings.GONETS_PUBLIC_URL = "https://news.example/"

    shown = with_own_pictures('<img src="https://news.example/media/pictures/a.jpg">')

    assert shown == '<img src="/media/pictures/a.jpg">'


def test_steps_go_round_the_readers(desk, issue):
    ann, bob = (
        subscription.subscriber
        for subscription in issue.newsletter.readership.subscriptions.order_by("pk")
    )

    def after(reader: Any, steps: int) -> Any:
        where = address("issue-neighbour", issue, reader=reader, steps=steps)
        return desk.get(where).json()

    assert after(ann.pk, 1) == {"reader": bob.pk, "label": "Bob"}
    assert after(bob.pk, 1)["reader"] == ann.pk
    assert after(ann.pk, -1)["reader"] == bob.pk
    assert after("nobody", 1)["reader"] == bob.pk


def test_no_step_leads_anywhere_where_nobody_has_subscribed(desk):
    issue = make_issue(make_newsletter(make_section("News")))

    assert desk.get(address("issue-neighbour", issue)).json() == {"reader": None}


@pytest.fixture
def foreign(issue: Issue) -> Issue:
    """An issue in a template whose pictures stand on other sites."""
    page = (
        "<html><body background='https://far.example/ground.png'><table><tr><td>"
        "<img src='https://far.example/a.png' alt='A'>{{ content }}</td></tr></table>"
        '<a href="#">Unsubscribe</a></body></html>'
    )
    made = actions.import_letter(page, title="Far", keeps_words=True, user=None)
    Issue.objects.filter(pk=issue.pk).update(template=made.template.name)
    return issue


def pictures_of(answer: Any) -> str:
    """Return where its policy lets pictures come from."""
    policy = answer.headers["Content-Security-Policy"].split("; ")
    (sources,) = [each for each in policy if each.startswith("img-src ")]
    return str(sources.removeprefix("img-src "))


@pytest.mark.parametrize("view", ["edit", "light", "dark", "size"])
def test_pictures_of_other_sites_are_loaded_only_when_asked_for(desk, foreign, view):
    without = desk.get(address("issue-letter", foreign, view=view))
    with_them = desk.get(address("issue-letter", foreign, view=view, pictures="all"))
    again = desk.get(address("issue-letter", foreign, view=view))

    for answer in (without, again):
        assert pictures_of(answer) == "'self'"
        assert 'data-foreign-pictures="2"' in answer.content.decode()
        assert "2 pictures of other sites are not loaded here." in html.unescape(
            answer.content.decode()
        )
    assert pictures_of(with_them) == "'self' https: http:"
    assert "2 pictures are loaded from other sites." in with_them.content.decode()


@pytest.mark.parametrize("view", ["bare", "text", "headers", "source", "file"])
def test_other_views_load_nothing_however_they_are_asked(desk, foreign, view):
    shown = desk.get(address("issue-letter", foreign, view=view, pictures="all"))

    assert "data-foreign-pictures" not in shown.content.decode()
    if view == "bare":
        assert pictures_of(shown) == "'none'"


def test_asking_for_pictures_changes_no_byte_of_the_letter(desk, foreign):
    without = desk.get(address("issue-letter", foreign, view="light"))
    with_them = desk.get(address("issue-letter", foreign, view="light", pictures="all"))

    assert with_them.headers["Letter-SHA256"] == without.headers["Letter-SHA256"]


def test_a_letter_without_pictures_of_others_says_nothing(desk, issue):
    shown = desk.get(address("issue-letter", issue, view="light"))

    assert "data-foreign" not in shown.content.decode()


@pytest.mark.parametrize(
    "place",
    [
        "<img src='{}'>",
        '<td background="{}">',
        "<p style=\"background:url('{}')\">",
        '<img alt="" srcset="{} 2x">',
    ],
)
def test_pictures_of_ours_are_ours_wherever_they_stand(place, settings):
    settings.GONETS_PUBLIC_URL = "https://news.example"
    letter = place.format("https://news.example/media/pictures/a.jpg")

    assert with_own_pictures(letter) == place.format("/media/pictures/a.jpg")


@pytest.mark.parametrize(
    "start",
    [
        '<html><!--[if mso]><body class="mso"><![endif]-->'
        '<!--[if !mso]><!--><body class="all"><!--<![endif]-->',
        "<html>",
    ],
    ids=["two bodies", "no body"],
)
def test_sizes_are_told_above_whatever_letter(desk, issue, start):
    page = f'{start}<p>{{{{ content }}}}</p><a href="#">Unsubscribe</a></html>'
    made = actions.import_letter(page, title="Odd", keeps_words=True, user=None)
    Issue.objects.filter(pk=issue.pk).update(template=made.template.name)

    shown = desk.get(address("issue-letter", issue, view="size")).content.decode()

    seen = re.sub(r"<!--.*?-->", "", shown, flags=re.DOTALL)
    assert seen.index("Gmail shows all") < seen.index("A new ferry")
