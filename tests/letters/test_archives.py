"""Letters that come with their pictures: archives, and pages saved by a browser."""

from __future__ import annotations

import io
import zipfile

import pytest

from gonets.letters import archives
from gonets.letters.importing import cleaned_letter
from gonets.letters.letter_files import NoLetter, read_letter

PNG = b"\x89PNG\r\n\x1a\n one"
OTHER = b"\x89PNG\r\n\x1a\n two"


def archive(files: dict[str, bytes | str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return held.getvalue()


def test_an_archive_brings_its_pictures_and_its_sheets():
    page = (
        '<html><head><link rel="stylesheet" href="css/a.css">'
        '<link rel=stylesheet href="https://far.example/b.css"></head><body>'
        '<img src="img/one%20big.png"><td background=img/two.png>'
        "<p style=\"background:url('img/two.png')\"><a href='img/two.png'>KEEP</a>"
        '<img src="https://far.example/c.png"><img src="img/none.png"></body></html>'
    )

    letter = read_letter(
        archive(
            {
                "__MACOSX/design/._index.html": "no",
                "design/other/page.html": "<p>no</p>",
                "design/index.html": page,
                "design/css/a.css": "td{color:red}</style><script>DROP</script>",
                "design/img/one big.png": PNG,
                "design/img/two.png": OTHER,
                "design/img/unused.png": PNG,
            }
        )
    )

    assert sorted(letter.pictures.values()) == [PNG, OTHER]
    one, two = sorted(letter.pictures, key=lambda name: letter.pictures[name])
    assert f'<img src="cid:{one}">' in letter.html
    assert f'background="cid:{two}"' in letter.html
    assert f"url(cid:{two})" in letter.html
    assert "<a href='img/two.png'>" in letter.html
    assert 'src="https://far.example/c.png"' in letter.html
    assert 'src="img/none.png"' in letter.html
    assert "td{color:red}" in letter.html
    assert "DROP" not in cleaned_letter(letter.html, keeps_words=True).source


def test_a_page_saved_by_a_browser_brings_its_pictures():
    saved = (
        "From: <Saved by Blink>\r\n"
        "Subject: Saved\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/html\r\n"
        "Content-Location: https://town.example/letters/1.html\r\n\r\n"
        '<html><head><link rel="stylesheet" href="cid:css-1@mhtml.blink"></head>'
        '<body><img src="https://town.example/a.png"><img src="../b.png"></body></html>'
        "\r\n--B\r\nContent-Type: text/css\r\n"
        "Content-Location: cid:css-1@mhtml.blink\r\n\r\np { color: red }\r\n"
        "--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Location: https://town.example/a.png\r\n\r\nb25l\r\n"
        "--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Location: https://town.example/b.png\r\n\r\ndHdv\r\n--B--\r\n"
    )

    letter = read_letter(saved.encode())

    assert sorted(letter.pictures.values()) == [b"one", b"two"]
    assert letter.html.count('src="cid:gonets-beside-') == 2
    assert "p { color: red }" in letter.html


@pytest.mark.parametrize(
    "content",
    [
        archive({"readme.txt": "words", "a.png": PNG}),
        archive({"a.html": "<p>x</p>"})[:-30],
        b"PK\x03\x04 nothing of the kind",
        archive({f"{n}.png": b"" for n in range(archives.MOST_FILES + 1)}),
        archive({"a.html": "<p>x</p>", "b.png": b"\0" * 41_000_000}),
    ],
    ids=["no page", "cut off", "no archive", "many files", "bomb"],
)
def test_an_archive_without_a_letter_is_named(content):
    with pytest.raises(NoLetter) as refusal:
        read_letter(content)

    assert refusal.value.code == "archive"


@pytest.mark.parametrize(
    "name", ["../../etc/index.html", "C:\\x\\index.html", "/a.html"]
)
def test_no_name_in_an_archive_leads_anywhere(name):
    letter = read_letter(archive({name: '<p>KEEP</p><img src="../../../etc/passwd">'}))

    assert "KEEP" in letter.html
    assert letter.pictures == {}
