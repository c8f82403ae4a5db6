"""Own templates at the desk: copied, edited, brought back, exported, deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gonets.letters.actions import add_template, save_template
from gonets.letters.gallery import DESIGNS
from gonets.letters.models import LetterTemplate
from gonets.letters.templates import design_named
from gonets.letters.types import OwnDesign
from gonets.newsletters import actions
from gonets.newsletters.models import Newsletter
from gonets.web.designs.own_versions import changed_lines
from tests.support.factories import make_issue, make_newsletter

pytestmark = pytest.mark.django_db

SOURCE = design_named("compact")


@pytest.fixture
def boss(administrator_client: Any) -> Any:
    administrator_client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}
    return administrator_client


@pytest.fixture
def template(db: None) -> LetterTemplate:
    design = OwnDesign(kind="mjml", source=SOURCE, base="compact")
    return add_template("Our own", design, user=None)


def at(name: str, *args: object) -> str:
    return reverse(f"gonets:{name}", args=args)


def test_only_administrators_have_own_templates(editor_client, template):
    for name in ("template", "template-versions", "template-export", "template-delete"):
        assert editor_client.get(at(name, template.pk)).status_code == 403
    for name in ("template-check", "template-try"):
        assert editor_client.post(at(name, template.pk)).status_code == 403
    assert editor_client.post(at("template-import")).status_code == 403
    copied = editor_client.post(at("template-duplicate", "digest"))
    assert copied.status_code == 403


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_can_be_copied(boss, name):
    answer = boss.post(at("template-duplicate", name))

    made = LetterTemplate.objects.get()
    assert answer.url == at("template", made.pk)
    assert made.base == name
    page = boss.get(answer.url).content.decode()
    assert "a copy" in page
    assert "&lt;mjml" in page


def test_an_own_template_can_be_copied_too(boss, template):
    boss.post(at("template-duplicate", template.name))

    assert LetterTemplate.objects.count() == 2
    assert boss.post(at("template-duplicate", "own-99")).status_code == 404


def test_what_is_typed_is_checked_line_by_line_and_nothing_is_kept(boss, template):
    bad = SOURCE.replace("<mj-divider", "<mj-dividr", 1)

    answer = boss.post(at("template-check", template.pk), {"source": bad}).json()

    (fault,) = answer["faults"]
    assert fault["line"] == bad[: bad.index("<mj-dividr")].count("\n") + 1
    assert fault["text"].startswith(f"Line {fault['line']}: It has an unknown element")
    assert template.versions.count() == 1
    good = boss.post(at("template-check", template.pk), {"source": SOURCE}).json()
    assert good["faults"] == []


def test_a_letter_is_shown_with_what_is_typed(boss, template):
    issue = make_issue(make_newsletter())
    typed = SOURCE.replace("<h2>", "<h2>TYPED ")

    sample = boss.post(at("template-try", template.pk), {"source": typed})
    assert "TYPED Town" in sample.content.decode()
    assert "default-src 'none'" in sample.headers["Content-Security-Policy"]

    own = boss.post(
        at("template-try", template.pk),
        {"source": typed, "issue": issue.pk, "scheme": "dark"},
    )
    assert "The Harbour Weekly" in own.content.decode()
    assert "@media all" in own.content.decode()

    broken = boss.post(at("template-try", template.pk), {"source": "<mjml>"})
    assert "line 1" in broken.content.decode()


def test_saving_makes_a_version(boss, template):
    changed = SOURCE.replace("20px", "24px")
    posted = {"title": "Ours", "source": changed, "number": 1}

    answer = boss.post(at("template", template.pk), posted)

    assert answer.status_code == 302
    template.refresh_from_db()
    assert (template.title, template.versions.count()) == ("Ours", 2)


def test_what_does_not_work_is_not_saved_and_stays_on_the_page(boss, template):
    bad = SOURCE.replace("foot(letter, words, brand)", "letter.sender")

    page = boss.post(
        at("template", template.pk), {"title": "Ours", "source": bad, "number": 1}
    ).content.decode()

    assert "The link to unsubscribe is missing" in page
    assert "The postal address is missing" in page
    assert "letter.sender }}" in page
    assert template.versions.count() == 1


def test_what_somebody_else_saved_is_told_and_nothing_is_lost(boss, template):
    theirs, mine = SOURCE.replace("20px", "24px"), SOURCE.replace("20px", "18px")
    save_template(template.pk, title="T", source=theirs, number=1, user=None)

    page = boss.post(
        at("template", template.pk), {"title": "M", "source": mine, "number": 1}
    ).content.decode()

    assert "Somebody has saved version 2 meanwhile" in page
    assert 'name="number" value="2"' in page
    assert "18px" in page
    assert template.versions.count() == 2


def test_versions_are_compared_and_restored(boss, template):
    changed = SOURCE.replace("font-size: 20px", "font-size: 24px")
    save_template(template.pk, title="T", source=changed, number=1, user=None)

    assert boss.get(at("template-versions", template.pk)).status_code == 200
    page = boss.get(at("template-version", template.pk, 2)).content.decode()
    assert page.count("<ins>") == page.count("<del>") == 1
    assert boss.get(at("template-version", template.pk, 9)).status_code == 404

    boss.post(at("template-restore", template.pk, 1))
    assert template.versions.first().number == 3
    assert boss.post(at("template-restore", template.pk, 9)).status_code == 404


def test_lines_that_changed_stand_among_their_neighbours():
    before = "\n".join(map(str, range(20)))
    after = before.replace("10", "ten")

    kinds = [line.kind for line in changed_lines(before, after)]

    assert kinds == ["gap", *["same"] * 3, "removed", "added", *["same"] * 3]


def test_a_template_goes_out_as_a_file_and_comes_in_again(boss, template):
    file = boss.get(at("template-export", template.pk))
    assert "our-own.mjml" in file.headers["Content-Disposition"]

    upload = SimpleUploadedFile("our-own.mjml", file.content)
    answer = boss.post(at("template-import"), {"file": upload})

    made = LetterTemplate.objects.latest("pk")
    assert answer.url == at("template", made.pk)
    assert (made.title, made.base, made.kind) == ("Our own", "compact", "mjml")
    assert made.versions.get().source == template.versions.get().source


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "empty"),
        (b"<mjml><mj-body></mjml>", "Line 1"),
        (b"{# gonets-template: {not json} #}\n<mjml>", "Line 1"),
        (b"x" * 1_000_000, "larger than"),
        (b"<html><script>alert(1)</script></html>", "&lt;script&gt;"),
    ],
)
def test_a_file_that_is_no_template_is_explained(boss, content, words):
    upload = SimpleUploadedFile("bad.mjml", content)

    answer = boss.post(at("template-import"), {"file": upload}, follow=True)

    assert not LetterTemplate.objects.exists()
    if words != "empty":
        assert words in answer.content.decode()


def test_a_file_with_hostile_facts_is_only_a_file(boss):
    facts = json.dumps({"title": "<script>", "base": "../x", "kind": ["x"]})
    content = f"{{# gonets-template: {facts} #}}\n{SOURCE}".encode()

    boss.post(at("template-import"), {"file": SimpleUploadedFile("x.mjml", content)})

    made = LetterTemplate.objects.get()
    assert (made.title, made.base, made.kind) == ("<script>", "digest", "mjml")
    page = boss.get(at("designs")).content.decode()
    assert "&lt;script&gt;" in page


def test_deleting_asks_with_who_uses_it_and_gives_them_the_base(boss, template):
    newsletter = make_newsletter(template=template.name)
    issue = make_issue(make_newsletter(title="Other"))
    actions.choose_design(issue.pk, template.name, user=None)

    question = boss.get(at("template-delete", template.pk)).content.decode()
    assert "1 newsletter uses it" in question
    assert "The Harbour Weekly" in question
    assert "1 issue in preparation uses it" in question
    assert Newsletter.objects.get(pk=newsletter.pk).template == template.name

    boss.post(at("template-delete", template.pk))
    newsletter.refresh_from_db()
    issue.refresh_from_db()
    assert (newsletter.template, issue.template) == ("compact", "compact")
    assert boss.get(at("template", template.pk)).status_code == 404


def test_letters_that_were_sent_keep_a_deleted_template(boss, template):
    newsletter = make_newsletter(template=template.name)
    issue = make_issue(newsletter)
    version = actions.freeze_version(issue.pk, user=None)

    boss.post(at("template-delete", template.pk))

    version.refresh_from_db()
    assert version.content["own_design"]["source"].startswith("{%- import")


def test_an_own_template_can_be_chosen_for_an_issue(boss, template):
    issue = make_issue(make_newsletter())

    boss.post(at("issue-design", issue.pk), {"design": template.name})

    issue.refresh_from_db()
    assert issue.template == template.name
    shown = boss.get(at("issue-letter", issue.pk), {"view": "edit"}).content.decode()
    assert 'data-edit="intro"' in shown


def test_an_own_template_can_be_chosen_in_a_newsletters_settings(boss, template):
    page = boss.get(at("newsletter-edit", make_newsletter().pk)).content.decode()

    assert f'value="{template.name}"' in page
