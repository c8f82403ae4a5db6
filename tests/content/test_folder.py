"""Folders of Markdown: every convention and oddity of the generators, by name."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gonets.content.connectors.base import Access, Wish
from gonets.content.connectors.folder import connector
from gonets.content.errors import SourceUnreadable
from gonets.content.fetching import add_source, fetch_source
from gonets.content.models import Material, Section
from gonets.content.queries import published_materials
from gonets.content.states import FetchFailure

SITE = "https://site.example/blog/"


@pytest.fixture
def folder(tmp_path, settings) -> Path:
    settings.GONETS_FOLDERS = [tmp_path]
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


def write(folder: Path, path: str, text: str | bytes) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode() if isinstance(text, str) else text
    file.write_bytes(content)


def read(folder: Path, *, site: str = SITE):
    return connector.materials(
        Access(address=str(folder), settings={"site": site}), Wish()
    )


def only(folder: Path, *, site: str = SITE):
    (draft,) = read(folder, site=site).materials
    return draft


def test_a_page_of_hugo_says_everything(folder):
    write(folder, "hugo.toml", "")
    write(
        folder,
        "content/news/bridge/index.ru.md",
        """+++
title = "Мост <открыт>"
date = 2026-11-20T10:00:00+03:00
lastmod = 2026-11-21
expiryDate = 2027-01-01
tags = ["город", "мост"]
authors = ["А. Петров", "Б. Орлова"]
description = "Коротко."
[cover]
image = "bridge.jpg"
alt = "Мост вечером"
+++
Первый *абзац* и [схема](plan/).

<!--more-->
Остальное.
""",
    )

    draft = only(folder)

    assert draft.title == "Мост <открыт>"
    assert draft.published_at == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert draft.changed_at == datetime(2026, 11, 21, tzinfo=UTC)
    assert draft.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert draft.tags == ("город", "мост")
    assert draft.author == "А. Петров, Б. Орлова"
    assert draft.teaser == "Коротко."
    assert draft.language == "ru"
    assert draft.section_id == "news"
    assert draft.address == f"{SITE}news/bridge/"
    assert draft.picture_address == f"{SITE}news/bridge/bridge.jpg"
    assert draft.picture_alt == "Мост вечером"
    assert f'href="{SITE}news/bridge/plan/"' in draft.body
    assert "Остальное" not in draft.body
    assert draft.original["title"] == "Мост <открыт>"


def test_a_post_of_jekyll_is_named_after_its_day(folder):
    write(folder, "_config.yml", "")
    write(
        folder,
        "_posts/2026-11-5-new-ferry.markdown",
        "---\nlayout: post\ncategories: town\n---\nText {% include x.html %} here.\n",
    )
    write(folder, "_drafts/idea.md", "Not yet.")
    write(folder, "_layouts/post.md", "No page.")

    draft = only(folder)

    assert draft.title == "New ferry"
    assert draft.published_at == datetime(2026, 11, 5, tzinfo=UTC)
    assert draft.address == f"{SITE}town/2026/11/05/new-ferry.html"
    assert "include" not in draft.body


def test_a_page_of_mkdocs_is_titled_by_its_heading(folder):
    write(folder, "mkdocs.yml", "site_name: x")
    write(folder, "docs/guide/start.md", "# How to *start* #\n\nText.\n")

    draft = only(folder)

    assert (draft.title, draft.section_id) == ("How to start", "guide")
    assert draft.address == f"{SITE}guide/start/"
    assert draft.body.strip() == "<p>Text.</p>"


def test_without_the_sites_address_no_link_is_made_up(folder):
    write(folder, "a.md", "![Вид](pic.png) [там](../b)")

    draft = only(folder, site="")

    assert (draft.address, draft.picture_address) == ("", "")
    assert draft.picture_alt == "Вид"


def test_folders_are_sections_with_the_titles_of_their_indexes(folder):
    write(folder, "news/_index.md", "---\ntitle: Новости\n---\n")
    write(folder, "news/city/one.md", "Один")
    write(folder, "top.md", "Верх")

    sections = {each.external_id: each for each in read(folder).sections}

    assert sections["news"].name == "Новости"
    assert sections["news/city"].parent_id == "news"
    assert sections["."].name == folder.name


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: [broken\n---\n",
        "---\n- a list\n---\n",
        "---\na: &a [1]\nb: *a\n---\n",
        "---\na: !!python/object/apply:os.system ['true']\n---\n",
        '---\ntitle: !!int ""\n---\n',
        "---\ndate: !!timestamp nonsense\n---\n",
        "---\ndraft: !!bool perhaps\n---\n",
        "+++\ntitle = \n+++\n",
        '{\n"title": \n}\n',
        b"x" * (3 * 1024 * 1024),
        "---\ntitle: " + "x" * 70_000 + "\n---\n",
    ],
)
def test_a_broken_file_is_left_out_and_counted(folder, text):
    write(folder, "bad.md", text)
    write(folder, "good.md", "# Good\n")

    reading = read(folder)

    assert [draft.title for draft in reading.materials] == ["Good"]
    assert reading.skipped == 1


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\ufeff---\r\ntitle: CRLF\r\n---\r\nText\r\n", "CRLF"),
        ("---\ntitle: 2026\n---\n", "2026"),
        ("---\ntitle:\n---\n# Heading\n", "Heading"),
        ("---\nTitle: Upper\ndate: nonsense\ntags: {a: b}\n---\n", "Upper"),
        ('{\n"title": "JSON"\n}\nText', "JSON"),
        ("---\n", "Odd name"),
        ("", "Odd name"),
        ("---\ntitle: 😀 & <script>\n...\n", "😀 & script"),
        ("Заголовок".encode("windows-1251"), "Odd name"),
    ],
)
def test_oddities_are_read(folder, text, title):
    write(folder, "odd-name.md", text)

    assert only(folder).title == title


def test_a_link_out_of_the_folder_is_not_followed(folder):
    secret = folder.parent / "secret.md"
    secret.write_text("# Secret")
    (folder / "link.md").symlink_to(secret)
    (folder / "up").symlink_to(folder.parent)

    reading = read(folder)

    assert reading.materials == ()
    assert reading.skipped == 1


@pytest.mark.parametrize("address", ["/etc", "/", "{folder}/../..", "x\0y", "", "~"])
def test_only_what_the_operator_has_opened_is_read(folder, address):
    with pytest.raises(SourceUnreadable) as refused:
        read(Path(address.format(folder=folder)))

    assert refused.value.failure in {
        FetchFailure.FOLDER_CLOSED,
        FetchFailure.NOT_FOUND,
    }


def test_nothing_is_open_unless_told(folder, settings):
    settings.GONETS_FOLDERS = []

    with pytest.raises(SourceUnreadable):
        read(folder)


@pytest.mark.django_db
def test_a_checkout_of_git_is_followed_through_its_changes(folder):
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@y.example", *words],
            cwd=folder,
            check=True,
            capture_output=True,
        )

    git("init")
    for number in range(130):
        write(folder, f"news/{number:03}.md", f"# News {number}\n<script>x</script>")
    git("add", ".")
    git("commit", "-m", "first")
    source, report = add_source(kind="folder", address=str(folder))
    fetch_source(source.pk)
    assert Material.objects.count() == 130
    assert not Material.objects.filter(body__contains="script").exists()
    assert Section.objects.get(external_id="news").materials.count() == 130

    write(folder, "news/001.md", "# Renamed\n")
    write(folder, "news/002.md", "---\ndraft: true\n---\n# News 2\n")
    git("rm", "-q", "news/003.md")
    git("commit", "-a", "-m", "second")
    changed = fetch_source(source.pk)

    assert report.new == 100
    assert changed.changed == 1
    titles = {material.title for material in published_materials()}
    assert "Renamed" in titles
    assert not titles & {"News 1", "News 2", "News 3"}
    assert Material.objects.count() == 130
