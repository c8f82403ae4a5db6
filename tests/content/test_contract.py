"""What every connector may rely on; the one of the how-to is executed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import pytest

from gonets.content import asking
from gonets.content.columns import columns_of
from gonets.content.connectors.base import (
    Access,
    Connector,
    Look,
    MaterialDraft,
    Need,
    NeedKind,
    Reading,
    SectionDraft,
    Wish,
)
from gonets.content.errors import SourceUnreadable
from gonets.content.fetching import (
    add_source,
    change_source,
    fetch_material,
    fetch_source,
)
from gonets.content.models import Material, Section, Source
from gonets.content.queries import published_materials
from gonets.content.states import FetchFailure, Visibility

pytestmark = pytest.mark.django_db

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "connector.md"


def draft(number: int, **more: object) -> MaterialDraft:
    said = {"title": f"Title {number}", "section_id": "s", **more}
    return MaterialDraft(external_id=str(number), **said)


@dataclass
class Scripted(Connector):
    """Gives the pages of a script, and keeps what it was asked."""

    script: dict[str, Reading | Exception] = field(default_factory=dict)
    asked: list[Wish] = field(default_factory=list)
    access: Access | None = None
    needs = (
        Need(name="key", label="Key", kind=NeedKind.SECRET),
        Need(name="site", label="Site", initial="main"),
    )

    def materials(self, access: Access, wish: Wish) -> Reading:
        self.asked.append(wish)
        self.access = access
        answer = self.script[wish.cursor]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def known(monkeypatch):
    """Let a test add kinds of its own."""
    kinds: dict[str, Connector] = {}
    monkeypatch.setattr(asking, "known_connectors", lambda: kinds)
    return kinds


@pytest.fixture
def scripted(known):
    known["scripted"] = Scripted({"": Reading(materials=(draft(1),))})
    return known["scripted"]


@pytest.fixture
def source(scripted) -> Source:
    source, _report = add_source(kind="scripted", name="S", settings={"key": "hush"})
    scripted.asked.clear()
    return source


def test_the_connector_of_the_how_to_reads_a_site(known, site, settings):
    (code,) = re.findall(r"```python\n(.+?)```", HOW_TO.read_text(), re.DOTALL)
    module = ModuleType("townhall")
    exec(code, module.__dict__)
    known["townhall"] = module.connector
    settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
    settings.GONETS_FETCH_PORTS = [site.port]
    site.serve("/api/sections", json.dumps([{"id": "n", "name": "News"}]).encode())
    for page, following in (("1", "2"), ("2", "")):
        article = {
            "id": int(page),
            "section": "n",
            "title": f"Article {page}",
            "html": "<p>Words</p>",
            "url": "https://hall.example/1",
            "date": "2026-11-20T10:00:00+00:00",
        }
        site.serve(
            f"/api/articles?page={page}&since=",
            json.dumps({"articles": [article], "next": following}).encode(),
        )
    page = site.serve("/", b'<meta name="generator" content="townhall">')

    look = Look(
        address=page, answer=None, access=Access(address=page, guard=site.guard)
    )
    look = replace(look, answer=look.access.get())
    (recognised,) = module.connector.recognise(look)
    source, _ = add_source(
        kind="townhall", address=recognised.address, settings={"key": "k"}
    )
    report = fetch_source(source.pk)

    assert len(code.strip().splitlines()) <= 50
    assert report.failure is None
    assert Section.objects.get().name == "News"
    assert sorted(m.title for m in Material.objects.all()) == ["Article 1", "Article 2"]
    assert site.visits[-1][1]["X-Key"] == "k"


def test_pages_are_taken_one_after_another(scripted, source):
    scripted.script = {
        "": Reading(materials=(draft(1), draft(2)), next_cursor="b"),
        "b": Reading(materials=(draft(3),)),
    }

    report = fetch_source(source.pk)

    assert (report.new, report.unchanged, report.has_more) == (2, 1, False)
    assert [wish.cursor for wish in scripted.asked] == ["", "b"]


def test_a_fetch_that_was_cut_goes_on_where_it_was(scripted, source):
    scripted.script = {
        "": Reading(materials=(draft(2),), next_cursor="b"),
        "b": SourceUnreadable(FetchFailure.NO_ANSWER),
    }
    before = Source.objects.get().changed_since

    report = fetch_source(source.pk)

    assert (report.new, report.failure) == (1, FetchFailure.NO_ANSWER)
    assert Source.objects.get().changed_since == before

    scripted.script["b"] = Reading(materials=(draft(3),))
    scripted.asked.clear()
    assert fetch_source(source.pk).new == 1
    assert [wish.cursor for wish in scripted.asked] == ["b"]
    assert Source.objects.get().cursor == ""


def test_a_place_that_the_source_does_not_know_any_more_is_forgotten(scripted, source):
    Source.objects.update(cursor="old")
    scripted.script["old"] = SourceUnreadable(FetchFailure.NOT_UNDERSTOOD)

    fetch_source(source.pk)

    assert fetch_source(source.pk).failure is None


def test_only_what_changed_since_the_last_listing_began_is_asked_for(scripted, source):
    fetch_source(source.pk)
    fetch_source(source.pk)

    first, second = scripted.asked
    assert first.changed_since < second.changed_since


def test_what_the_connector_remembers_comes_back(scripted, source):
    scripted.script[""] = Reading(memory={"etag": '"1"'})
    fetch_source(source.pk)
    scripted.script[""] = Reading(is_unchanged=True)

    report = fetch_source(source.pk)

    assert scripted.access.memory == {"etag": '"1"'}
    assert report.is_unchanged
    assert Source.objects.get().memory == {"etag": '"1"'}


def test_secrets_are_sealed_and_opened_for_the_connector_alone(scripted, source):
    fetch_source(source.pk)

    assert "hush" not in json.dumps(Source.objects.get().settings)
    assert scripted.access.settings == {"key": "hush", "site": "main"}


def test_an_empty_secret_keeps_the_one_before(scripted, source):
    change_source(source.pk, name="S", settings={"key": "", "site": "other"})

    assert scripted.access.settings == {"key": "hush", "site": "other"}


def test_a_secret_of_another_installation_is_asked_for_again(source, settings):
    settings.SECRET_KEY = "another"

    assert fetch_source(source.pk).failure == FetchFailure.SECRET_LOST


def test_a_connector_that_breaks_is_a_failure_of_its_source_alone(scripted, source):
    scripted.script[""] = ZeroDivisionError("oh")

    report = fetch_source(source.pk)

    assert report.failure == FetchFailure.CONNECTOR_FAULT
    assert Material.objects.count() == 1


def test_private_things_do_not_come_in(scripted, source):
    hidden = draft(2, visibility=Visibility.PRIVATE, title="Secret")
    scripted.script[""] = Reading(materials=(hidden,))

    report = fetch_source(source.pk)

    assert (report.new, report.private) == (0, 1)
    assert not Material.objects.filter(title="Secret").exists()


def test_what_becomes_private_leaves_the_newsletters_and_keeps_its_public_words(
    scripted, source
):
    hidden = draft(1, visibility=Visibility.PRIVATE, title="Secret")
    scripted.script[""] = Reading(materials=(hidden,))

    fetch_source(source.pk)

    assert not published_materials().exists()
    assert Material.objects.get().title == "Title 1"
    scripted.script[""] = Reading(materials=(draft(1),))
    fetch_source(source.pk)
    assert published_materials().count() == 1


def test_the_owner_may_let_private_things_in_for_closed_newsletters(scripted, source):
    Source.objects.update(takes_private=True)
    hidden = draft(2, visibility=Visibility.PRIVATE)
    scripted.script[""] = Reading(materials=(hidden,))

    fetch_source(source.pk)

    assert Material.objects.get(external_id="2").is_private
    assert [material.external_id for material in published_materials()] == ["1"]


def test_what_was_withdrawn_stays_here_but_out_of_letters(scripted, source):
    scripted.script[""] = Reading(withdrawn=("1", "unknown"))

    fetch_source(source.pk)

    assert Material.objects.count() == 1
    assert not published_materials().exists()


def test_one_material_is_asked_for_alone(scripted, source):
    material = Material.objects.get()
    scripted.script[""] = Reading(materials=(draft(1, title="Newer"),))

    assert fetch_material(material.pk)

    material.refresh_from_db()
    assert material.title == "Newer"
    scripted.script[""] = Reading()
    assert not fetch_material(material.pk)
    assert not published_materials().exists()


def test_a_draft_is_stored_whole_and_clean(scripted, source):
    scripted.script[""] = Reading(
        sections=(SectionDraft(external_id="s", name="News"),),
        materials=(
            draft(
                9,
                title="A\x00 <b>\n title",
                body="<p onclick=x>Body <script>alert(1)</script>words</p>",
                tags=("one", "one", " two\n", ""),
                language="pt_BR",
                address="javascript:alert(1)",
                original={"a": "b\x00", "n": float("nan"), "deep": [{"x": "\ud800"}]},
            ),
        ),
    )

    fetch_source(source.pk)

    stored = Material.objects.get(external_id="9")
    assert stored.title == "A <b> title"
    assert stored.body == "<p>Body words</p>"
    assert stored.teaser == "Body words"
    assert stored.tags == ["one", "two"]
    assert (stored.language, stored.address) == ("pt-BR", "")
    assert stored.original == {"a": "b", "n": None, "deep": [{"x": ""}]}


def test_a_material_follows_its_source_into_another_section(scripted, source):
    scripted.script[""] = Reading(
        sections=(SectionDraft(external_id="t", name="Other"),),
        materials=(draft(1, section_id="t"),),
    )

    assert fetch_source(source.pk).changed == 1

    assert Material.objects.get().section.name == "Other"


def test_a_source_says_how_it_is(scripted):
    health = scripted.health(Access(address=""))

    assert health.is_well


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("https://[::1", ""),
        ("https://\u2100.example/", ""),
        ("https:///nowhere", ""),
        ("//example.org", ""),
    ],
)
def test_only_what_can_be_taken_apart_is_an_address(address, kept):
    assert columns_of(draft(1, address=address))["address"] == kept
