"""The quick way of a letter's personal parts leads where the plain, slow way leads."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from email.utils import format_datetime
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gonets.letters import headers
from gonets.letters.compiling import CompiledLetter, compile_letter
from gonets.letters.encodings import Base64Body, Body, canonical, quoted_printable
from gonets.letters.errors import ReaderUnfit
from gonets.letters.personalising import MAX_PERSONAL_CHARACTERS, PersonalValues, Piece
from gonets.letters.types import Reader
from gonets.letters.wire import Wire

from .samples import a_letter, a_reader

GREETINGS = {
    "value": "Hello, {{ subscriber.name | default('dear <friends> & all') }}!",
    "values": "{{subscriber.name}}: {{subscriber.city | d('.')}}{{subscriber.name}}",
    "condition": "{% if subscriber.city %}{{ subscriber.name | upper }}{% endif %} hi",
    "address": "Hello, {{ subscriber.address }}",
    "nothing": "Hello",
}
ENGLISH = {
    "language": "en",
    "newsletter": "News",
    "sender_name": "News",
    "postal_address": "1 Main Street",
    "outro": "<p>Bye, {{ subscriber.name | default('Friends = Freunde') }}</p>",
    "sections": (),
}
WORDINGS = {
    "quoted-printable": ENGLISH,
    "both": {},
    "base64": {"intro": "<p>В читальном зале тишина и тысяча книг.</p>" * 150},
}
ODD_NAMES = [
    *("", " ", ".", "..", ".dot", "a=b", "=", "=3D", "==20", "/", "a/b", "&amp;"),
    *("From me", "From", "from x", " spaces at ends ", "tab\tinside", "ends in tab\t"),
    *("O'Neill", '"quoted"', "<b>", "Smith & Sons", "a" * 72, "a" * 73, "a" * 74),
    *("a" * 73 + ".b", "a" * 146 + ".", "b" * 300, "word " * 30, "." * 200, "-"),
    *(
        "Анна",
        "Анна Ветрова-Ли",
        "Ж" * 60,
        "Ё=.",
        "👍",
        "👩‍👩‍👧 семья",
        "שלום",
        "مرحبا",
        "日本語",
    ),
    *("a\u202eb", "\u2066x", "a\u2028b", "nul\0", "\r\n", "a\r\nBcc: b", "\udc80", "é"),
    *(
        "=?utf-8?q?x?=",
        "?=",
        "name@example.org",
        "x, y",
        "(c)",
        "\\",
        "\N{NO-BREAK SPACE}",
    ),
    "Jürgen Groß 1.",
    "z" * (MAX_PERSONAL_CHARACTERS // 6),
    "z" * MAX_PERSONAL_CHARACTERS,
    "<" * (MAX_PERSONAL_CHARACTERS // 4),
]
NAMES = st.one_of(
    st.sampled_from(ODD_NAMES),
    st.text(st.sampled_from("aZ 09.=/&'\"<>-\tFromЖё👍ש"), max_size=160),
    st.text(st.characters(), max_size=90),
)
LOCAL_PARTS = st.from_regex(
    r"[a-z0-9&'=/_!]{1,70}(\.[a-z0-9]{1,9}){0,2}", fullmatch=True
)
PATHS = st.from_regex(r"[a-z0-9./&='\"_-]{0,180}", fullmatch=True)


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("greeting", GREETINGS)
@given(name=NAMES, city=NAMES, local_part=LOCAL_PARTS, path=PATHS)
@settings(max_examples=40, deadline=None)
@example(name="Ann Reader", city="Omsk", local_part="ann", path="u/weekly.abc.def/")
@example(name="", city="", local_part="ann", path="u/weekly.abc.def/")
@example(name="Ann", city="", local_part="ann", path="a" * 53 + ".b")
def test_a_letter_is_the_one_that_was_put_together_piece_by_piece(
    greeting, wording, name, city, local_part, path
):
    letter = compiled(greeting, wording)
    address = f"{local_part}@mail.example"
    reader = a_reader(address=address, unsubscribe_address=f"https://x.example/{path}")
    reader = reader._replace(values={"name": name, "city": city, "address": address})

    assert message_or_refusal(letter, reader) == plainly_made(letter, reader)


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("wording", WORDINGS)
def test_every_odd_name_gets_the_letter_of_the_slow_way(name, wording):
    letter = compiled("value", wording)
    reader = a_reader(name=name)

    assert message_or_refusal(letter, reader) == plainly_made(letter, reader)


def test_the_letters_tried_here_are_in_all_encodings():
    wires = [compiled("value", wording).wire for wording in WORDINGS]

    assert [(wire.text.body.encoding, wire.html.body.encoding) for wire in wires] == [
        (b"quoted-printable", b"quoted-printable"),
        (b"base64", b"quoted-printable"),
        (b"base64", b"base64"),
    ]


def test_many_kinds_of_readers_do_not_pile_up():
    letter = compile_letter(
        a_letter(greeting="".join(f"{{{{ subscriber.v{n} }}}}" for n in range(9)))
    )
    readers = [
        a_reader()._replace(values={f"v{n}": str(n) for n in range(9) if kind >> n & 1})
        for kind in range(512)
    ]

    for reader in readers:
        assert message_or_refusal(letter, reader) == plainly_made(letter, reader)


def test_a_value_that_is_too_long_for_its_place_is_refused():
    reader = a_reader(name="z" * (MAX_PERSONAL_CHARACTERS + 1))

    with pytest.raises(ReaderUnfit, match=r"subscriber\.name"):
        compiled("value", "both").message_for(reader)


ANN, LINK = "ann@mail.example", "https://x.example/u/weekly.abc/"
ADDRESSES = st.sampled_from(
    [
        *(ANN, "o'neill@mail.example", "a&b=c@mail.example", "анна@mail.example"),
        *("anna@почта.рф", "ann@mail.example\n", f"<a@b.c>\n{ANN}", f"{ANN}\n{LINK}"),
        *("", "a@b", "@", "ann", ".a@b.c", "a..b@c.d", "a.@b.c", "a@b..c", "a b@c.d"),
        *("From x@b.c", '"a"@b.c', "a@[1.2.3.4]", "ann@mail.example\r\nBcc: c@d.e"),
        *("x" * 242 + "@mail.example", "x" * 241 + "@mail.example", "\u202ea@b.c"),
    ]
)
MESSAGE_IDS = st.sampled_from(
    [
        *("<abc.1@x.example>", "<abc.1@x.example>\n", f"<a@b>\n{ANN}", "<a@b", "a@b"),
        *("<@b>", "<a@>", "<a@b@c>", "<a b@c>", "<ж@b>", "", "<a@b>\r\nX: y"),
        *(f"<{'a' * 240}@b>", f"<{'a' * 246}@b>", f"<{'a' * 247}@b>"),
    ]
)
LINKS = st.sampled_from(
    [
        *(LINK, f"{LINK}\n", f"{LINK}\nAnn", f"{LINK}?a=b&c=d", "http://x", "https://"),
        *("javascript:alert(1)", f"{LINK}>", f'{LINK}"', f"{LINK}ж", f"{LINK} ", ""),
        *(f"{LINK}\r\nX: y", f"{LINK}{'a' * 869}", f"{LINK}{'a' * 870}"),
        *(f"{LINK}{'a' * 42}.b", f"{LINK}{'.' * 120}"),
    ]
)


@pytest.mark.parametrize("wording", WORDINGS)
@given(name=NAMES, address=ADDRESSES, message_id=MESSAGE_IDS, link=LINKS, city=NAMES)
@settings(max_examples=200, deadline=None)
@example(name="Ann", address=ANN, message_id=f"<a@b>\n{ANN}", link=LINK, city="")
@example(name="", address=f"{ANN}\n{LINK}", message_id="<a@b>", link="Ann", city="")
@example(name="", address=f"{'x' * 251}@b.c", message_id="<a@b>", link=LINK, city="")
@example(name="", address=ANN, message_id=f"<{'a' * 247}@b>", link=LINK, city="")
@example(name="Ann\nBob", address=ANN, message_id="<a@b>", link=LINK, city="")
@example(name="Ann", address=ANN, message_id="<a@b>", link=f"{LINK}\nBob", city="x")
def test_no_reader_gets_anything_else_for_being_quick(
    wording, name, address, message_id, link, city
):
    letter = compiled("values", wording)
    values = {"name": name, "city": city, "address": address}
    reader = a_reader()._replace(
        address=address, values=values, message_id=message_id, unsubscribe_address=link
    )

    assert message_or_refusal(letter, reader) == refused_or_made(letter.wire, reader)


def test_an_address_as_a_value_is_written_like_any_other_value():
    letter = compile_letter(
        a_letter(greeting="{{ subscriber.address | default('you') }}", **ENGLISH)
    )
    reader = a_reader(name="Ann", address="a/b@mail.example")

    assert letter.message_for(reader) == letter.wire.message_for(reader)
    assert "a&#x2f;b@mail.example" in letter.html_for(reader)


@cache
def compiled(greeting: str, wording: str) -> CompiledLetter:
    return compile_letter(a_letter(greeting=GREETINGS[greeting], **WORDINGS[wording]))


def message_or_refusal(letter: CompiledLetter, reader: Reader) -> bytes | str:
    try:
        return letter.message_for(reader)
    except ReaderUnfit as error:
        return str(error)


def refused_or_made(wire: Wire, reader: Reader) -> bytes | str:
    try:
        return wire.message_for(reader)
    except ReaderUnfit as error:
        return str(error)


def plainly_made(letter: CompiledLetter, reader: Reader) -> bytes | str:
    """Do everything one by one, with nothing that is there for its speed."""
    values, wire = PersonalValues.of(reader), letter.wire
    try:
        texts = filled(letter.text, values, is_html=False)
        htmls = filled(letter.html, values, is_html=True)
    except ReaderUnfit as error:
        return str(error)
    name = values.subscriber.get("name", "")
    lines = [
        b"To: %b\r\n" % plain_mailbox(name, reader.address),
        f"Date: {format_datetime(reader.date)}\r\n".encode(),
        f"Message-ID: {reader.message_id}\r\n".encode(),
        f"List-Unsubscribe: <{reader.unsubscribe_address}>\r\n".encode(),
        wire.subject.encoded(values),
    ]
    return b"".join(
        (
            wire.opening,
            *lines,
            wire.text.before,
            plainly_encoded(texts, wire.text.body),
            wire.html.before,
            plainly_encoded(htmls, wire.html.body),
            wire.ending,
        )
    )


def filled(
    pieces: Sequence[Piece], values: PersonalValues, *, is_html: bool
) -> list[bytes]:
    """Return fixed text and what fills the gaps in turn."""
    row, was_fixed = [b""], True
    for piece in pieces:
        is_fixed = isinstance(piece, str)
        if is_fixed:
            text = piece
        else:
            text = piece.as_html(values) if is_html else piece.as_text(values)
        if is_fixed and was_fixed:
            row[-1] += canonical(text)
        elif not is_fixed and not was_fixed:
            row += [b"", canonical(text)]
        else:
            row.append(canonical(text))
        was_fixed = is_fixed
    return row if was_fixed else [*row, b""]


def plainly_encoded(row: Sequence[bytes], body: Body) -> bytes:
    return plain_base64(row) if isinstance(body, Base64Body) else plain_quoted(row)


def plain_quoted(row: Sequence[bytes]) -> bytes:
    *before, last = map(quoted_printable, row)
    at_line_starts = (not each or each.endswith(b"\r\n") for each in before)
    broken = (
        each if at_start else each + b"=\r\n"
        for each, at_start in zip(before, at_line_starts, strict=True)
    )
    return b"".join((*broken, last))


def plain_base64(row: Sequence[bytes]) -> bytes:
    encoded, waiting = b"", b""
    for fixed, gap in zip(row[::2], [*row[1::2], b""], strict=True):
        if len(fixed) < 57:
            waiting += fixed + gap
            continue
        start = -len(waiting) % 3
        end = len(fixed) - (len(fixed) - start) % 3
        encoded += plain_lines(waiting + fixed[:start]) + plain_lines(fixed[start:end])
        waiting = fixed[end:] + gap
    return encoded + plain_lines(waiting)


def plain_lines(content: bytes) -> bytes:
    coded = b64encode(content)
    return b"".join(
        coded[start : start + 76] + b"\r\n" for start in range(0, len(coded), 76)
    )


def plain_mailbox(name: str, address: str) -> bytes:
    if not name:
        return f"<{address}>".encode()
    if not name.isascii() or len(name) > 60 or "=?" in name:
        return headers.encoded_words(name) + f"\r\n <{address}>".encode()
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*", name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name}\r\n <{address}>".encode()
