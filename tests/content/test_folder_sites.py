"""Folders as site generators read them: addresses, menus, pictures, shortcodes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gonets.content.errors import SourceUnreadable
from gonets.content.states import FetchFailure
from tests.content.test_folder import SITE, folder, only, read, write  # noqa: F401

HUGO_MANY = 'defaultContentLanguage = "ru"\n[languages.ru]\n[languages.en]\n'
HUGO_LINKS = '[permalinks]\nnews = "/:year/:month/:slug/"\n'
HUGO_PAGES = '[permalinks.page]\nnews = "/:section/:slugorfilename/"\n'
JEKYLL_NEWS = "collections:\n  news:\n    output: true\n    permalink: /n/:title/\n"
DATED = "---\ndate: 2026-11-05\n"


@pytest.mark.parametrize(
    ("config", "path", "fields", "address"),
    [
        ("", "news/bridge.md", "", "news/bridge/"),
        ("", "news/2026-11-05-bridge.md", "", "news/2026-11-05-bridge/"),
        (
            '[frontmatter]\ndate = [":filename"]\n',
            "news/2026-11-05-bridge.md",
            "",
            "news/bridge/",
        ),
        ("", "News/My Bridge.md", "", "news/my-bridge/"),
        ("disablePathToLower = true\n", "News/Bridge.md", "", "News/Bridge/"),
        ("uglyURLs = true\n", "news/bridge.md", "", "news/bridge.html"),
        ("", "news/bridge.md", "slug: most\n", "news/most/"),
        ("", "news/bridge/index.md", "slug: most\n", "news/most/"),
        ("", "news/bridge.md", "url: /town/bridge/\n", "town/bridge/"),
        ("", "news/bridge.md", "aliases: [/old/]\n", "news/bridge/"),
        (HUGO_LINKS, "news/bridge.md", "date: 2026-11-05\n", "2026/11/bridge/"),
        (HUGO_LINKS, "other/bridge.md", "date: 2026-11-05\n", "other/bridge/"),
        (HUGO_PAGES, "news/deep/bridge.md", "", "news/bridge/"),
        (HUGO_MANY, "news/bridge.md", "", "news/bridge/"),
        (HUGO_MANY, "news/bridge.ru.md", "", "news/bridge/"),
        (HUGO_MANY, "news/bridge.en.md", "", "en/news/bridge/"),
        ("", "новости/мост.md", "", "%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/"),
    ],
)
def test_hugo_puts_a_page_there(folder, config, path, fields, address):  # noqa: F811
    write(folder, "hugo.toml", config)
    write(folder, f"content/{path}", f"---\ntitle: x\n{fields}---\nText")

    assert only(folder).address.startswith(f"{SITE}{address}")


@pytest.mark.parametrize(
    ("config", "path", "fields", "address"),
    [
        ("", "_posts/2026-11-05-ferry.md", "", "2026/11/05/ferry.html"),
        ("", "town/_posts/2026-11-05-ferry.md", "", "town/2026/11/05/ferry.html"),
        (
            "",
            "_posts/2026-11-05-a.md",
            "categories: [Town, River]\n",
            "town/river/2026",
        ),
        ("permalink: pretty\n", "_posts/2026-11-05-a.md", "", "2026/11/05/a/"),
        ("permalink: none\n", "_posts/2026-11-05-a.md", "", "a.html"),
        ("permalink: ordinal\n", "_posts/2026-11-05-a.md", "", "2026/309/a.html"),
        ("permalink: /blog/:slug\n", "_posts/2026-11-05-a.md", "", "blog/a"),
        ("", "_posts/2026-11-05-a.md", "permalink: /b/:title/\n", "b/a/"),
        ("", "_posts/2026-11-05-a.md", "slug: other\n", "2026/11/05/other.html"),
        ("", "_posts/2026-11-05-a.md", "date: 2026-12-24\n", "2026/12/24/a.html"),
        ("", "about.md", "", "about.html"),
        ("permalink: pretty\n", "about.md", "", "about/"),
        ("", "town/index.md", "", "town/"),
        (JEKYLL_NEWS, "_news/ferry.md", "", "n/ferry/"),
    ],
)
def test_jekyll_puts_a_page_there(folder, config, path, fields, address):  # noqa: F811
    write(folder, "_config.yml", config)
    write(folder, path, f"---\ntitle: x\n{fields}---\nText")

    assert only(folder).address.startswith(f"{SITE}{address}")


@pytest.mark.parametrize(
    ("config", "path", "address"),
    [
        ("site_name: x\n", "docs/guide/start.md", "guide/start/"),
        ("site_name: x\n", "docs/guide/README.md", "guide/"),
        ("use_directory_urls: false\n", "docs/guide/start.md", "guide/start.html"),
        ("use_directory_urls: false\n", "docs/guide/index.md", "guide/index.html"),
        ("docs_dir: text\n", "text/start.md", "start/"),
        ("docs_dir: ../..\n", "docs/start.md", "docs/start/"),  # not out of the folder
        ("x: !ENV [A, b]\ny: !!python/name:os.system\n", "docs/a.md", "a/"),
        ("broken: [\n", "docs/a.md", "a/"),
    ],
)
def test_mkdocs_puts_a_page_there(folder, config, path, address):  # noqa: F811
    write(folder, "mkdocs.yml", config)
    write(folder, path, "Text")

    assert only(folder).address == f"{SITE}{address}"


@pytest.mark.parametrize(
    ("name", "config", "address"),
    [
        ("hugo.toml", 'baseURL = "https://h.example/b"\n', "https://h.example/b/a/"),
        ("hugo.toml", 'baseURL = "http://localhost:1313/"\n', ""),
        ("hugo.yaml", "baseURL: https://h.example/\n", "https://h.example/a/"),
        ("hugo.yaml", 'baseURL: https://h.example/\nn: !!int ""\n', ""),
        (
            "_config.yml",
            "url: https://j.example\nbaseurl: /b\n",
            "https://j.example/b/a.html",
        ),
        ("mkdocs.yml", "site_url: https://m.example/d/\n", "https://m.example/d/a/"),
        ("mkdocs.yml", "site_url: javascript:alert(1)\n", ""),
    ],
)
def test_a_site_says_itself_where_it_is(folder, name, config, address):  # noqa: F811
    write(folder, name, config)
    write(folder, "a.md", "---\ntitle: x\n---\nText")

    assert only(folder, site="").address == address


def test_the_menu_of_mkdocs_gives_pages_and_folders_their_names(folder):  # noqa: F811
    write(
        folder,
        "mkdocs.yml",
        "nav:\n- Guide for all:\n  - Begin here: guide/start.md\n"
        "  - guide/more.md\n- Elsewhere: https://other.example/\n",
    )
    write(folder, "docs/guide/start.md", "# Start\n")
    write(folder, "docs/guide/more.md", "# More\n")

    reading = read(folder)

    assert {each.title for each in reading.materials} == {"Begin here", "More"}
    assert [each.name for each in reading.sections] == ["Guide for all"]


def test_sections_of_hugo_are_named_in_the_main_language(folder):  # noqa: F811
    write(folder, "hugo.toml", HUGO_MANY)
    write(folder, "content/news/_index.ru.md", "---\ntitle: Новости\n---\n")
    write(folder, "content/news/_index.en.md", "---\ntitle: News\n---\n")
    write(folder, "content/news/a.ru.md", "---\ntitle: x\n---\n")

    assert [each.name for each in read(folder).sections] == ["Новости"]


@pytest.mark.parametrize(
    "name", ["featured.jpg", "cover-wide.png", "my-Thumbnail.webp"]
)
def test_the_cover_in_a_pages_own_folder_is_its_picture(folder, name):  # noqa: F811
    write(folder, "hugo.toml", "")
    write(folder, "content/news/bridge/index.md", "---\ntitle: x\n---\n![](b.jpg)")
    write(folder, f"content/news/bridge/{name}", b"")

    assert only(folder).picture_address == f"{SITE}news/bridge/{name}"


@pytest.mark.parametrize(
    "text",
    [
        "headless: true",
        "build:\n  render: never",
        "_build:\n  render: false",
        "draft: true",
        "draft: 'yes'",
        "published: false",
    ],
)
def test_what_is_no_page_of_its_own_does_not_come(folder, text):  # noqa: F811
    write(folder, "hugo.toml", "")
    write(folder, "content/a/index.md", f"---\ntitle: x\n{text}\n---\nText")

    assert read(folder).materials == ()


@pytest.mark.parametrize(
    "path",
    [
        ".git/notes.md",
        "node_modules/x/README.md",
        "_drafts/idea.md",
        "drafts/idea.md",
        "vendor/theme/README.md",
        "old/page.md",
        "_layouts/x.md",
        "README.md",  # has no front matter: Jekyll does not make a page of it
    ],
)
def test_what_a_generator_leaves_out_does_not_come(folder, path):  # noqa: F811
    write(folder, "_config.yml", "exclude: [old/]\n")
    write(folder, path, "Text" if path == "README.md" else "---\ntitle: x\n---\nText")

    assert read(folder).materials == ()


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Before {{< youtube x >}} after", "<p>Before  after</p>"),
        ("{{% notice tip %}}\nHear\n{{% /notice %}}", "<p>Hear</p>"),
        ('[plan]({{< ref "plan.md" >}}) here', "<p>plan here</p>"),
        ("[old]({% post_url 2026-01-01-x %}) here", "<p>old here</p>"),
        ("Hello {{ page.title }}!", "<p>Hello !</p>"),
        ("{% if x %}Yes{% endif %}", "<p>Yes</p>"),
        ("{% comment %}hidden{% endcomment %}Seen", "<p>Seen</p>"),
        (
            '{{< figure src="/a b.png" alt="View" >}}',
            '<p><img src="https://site.example/a%20b.png" alt="View"></p>',
        ),
        (
            "![x]({{ site.baseurl }}/a.png)",
            '<p><img src="https://site.example/blog/a.png" alt="x"></p>',
        ),
        (
            "![x]({{ '/a.png' | relative_url }})",
            '<p><img src="https://site.example/blog/a.png" alt="x"></p>',
        ),
        (
            "[x][1] and [y]\n\n<!--more-->\nRest\n\n[1]: /one\n[y]: two",
            '<p><a href="https://site.example/one">x</a> and '
            '<a href="https://site.example/blog/a/two">y</a></p>',
        ),
        ("Word[^1].\n\n[^1]: A note.\n", "<p>Word.</p>"),
        (
            '!!! note "Mind"\n    the gap\n',
            "<p><strong>Mind</strong></p>\n<p>the gap</p>",
        ),
        ("??? tip\n    Hidden\n\nAfter", "<p>Hidden</p>\n<p>After</p>"),
        ('--8<-- "snippet.md"\nText', "<p>Text</p>"),
        ("Text\n{: .wide #x }\n", "<p>Text</p>"),
        (
            "```liquid\n{% raw %}{{ kept }}\n```\n",
            "<pre><code>{% raw %}{{ kept }}\n</code></pre>",
        ),
    ],
)
def test_nothing_that_only_a_generator_knows_is_left(folder, text, body):  # noqa: F811
    write(folder, "a.md", text)

    assert only(folder).body.strip() == body


@pytest.mark.thorough
def test_many_open_braces_take_no_time(folder):  # noqa: F811
    write(folder, "a.md", "{{" * 50_000 + "[x](" * 20_000 + "!!! note\n" * 5_000)

    assert only(folder).body


def git(*words: str, cwd: Path) -> None:
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@y.example", *words],
        cwd=cwd,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(folder: Path) -> Path:  # noqa: F811
    git("init", "-b", "main", cwd=folder)
    write(folder, "news/ferry.md", "# Ferry\n")
    git("add", ".", cwd=folder)
    git("commit", "-m", "first", cwd=folder)
    return folder


def test_a_worktree_is_read_like_any_checkout(repository):
    git("worktree", "add", "../other", "-b", "draft", cwd=repository)

    assert (repository.parent / "other" / ".git").is_file()
    assert only(repository.parent / "other").title == "Ferry"


def test_a_submodule_is_read_where_it_lies(repository):
    parent = repository.parent / "parent"
    parent.mkdir()
    git("init", cwd=parent)
    git(
        *("-c", "protocol.file.allow=always", "submodule", "add"),
        *(str(repository), "content/paper"),
        cwd=parent,
    )
    write(parent, "hugo.toml", "")

    assert only(parent).section_id == "paper/news"


@pytest.mark.parametrize("name", ["bare.git", "site/.git"])
def test_a_repository_without_files_says_so(repository, name):
    git("clone", "--bare", str(repository), "../bare.git", cwd=repository)

    with pytest.raises(SourceUnreadable) as refused:
        read(repository.parent / name)

    assert refused.value.failure == FetchFailure.BARE_CHECKOUT
