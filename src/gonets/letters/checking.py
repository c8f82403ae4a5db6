"""Whether an own template can be used: looked at, then tried with sample letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser

from gonets.letters.bodies import ReaderFields, letter_html
from gonets.letters.errors import TemplateFault
from gonets.letters.fields import fields_of
from gonets.letters.personalising import PersonalValues, filled_html
from gonets.letters.samples import sample_letter, with_every_block
from gonets.letters.structure import VOID_TAGS, Unrenderable
from gonets.letters.templates import reason_of
from gonets.letters.types import (
    Brand,
    BrandLink,
    LetterContent,
    OwnDesign,
    PictureContent,
    Reader,
)

LONGEST_SOURCE = 900_000
MOST_FAULTS = 50

WAY_OUT = "https://example.org/unsubscribe-here/"
POSTAL_ADDRESS = "Postal address 7f3a91"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignFault:
    """``reason`` says what is wrong; ``line`` where, if anybody can say."""

    code: str
    line: int | None
    reason: str


def design_faults(design: OwnDesign) -> list[DesignFault]:
    """Return what must be corrected before letters can be made with the design."""
    if len(design.source) > LONGEST_SOURCE:
        return [_fault(Unrenderable("too-large"))]
    found = [_fault(error) for error in _seen(design.source)]
    found = found or [_fault(error) for error in _tried(design)]
    return sorted(found, key=lambda fault: fault.line or 0)[:MOST_FAULTS]


def _fault(error: Unrenderable) -> DesignFault:
    return DesignFault(code=error.code, line=error.line, reason=reason_of(error))


# What can be seen without trying

_LOOKED_FOR = (
    ("mj-include", re.compile(r"<mj-include\b", re.IGNORECASE)),
    (
        "forbidden-tag",
        re.compile(
            r"<(?:script|iframe|object|embed|form|input|textarea|select|link|base)\b",
            re.IGNORECASE,
        ),
    ),
    # In a tag only: words and the engine's own brackets may hold anything.
    (
        "event",
        re.compile(r"(?<=[\s\"'])on[a-z]{3,}(?=\s*=\s*[\"'][^<>]*>)", re.IGNORECASE),
    ),
    (
        "address",
        re.compile(r"(?<=[\"'=(])\s*(?:javascript|vbscript)\s*:", re.IGNORECASE),
    ),
    ("import", re.compile(r"@import(?=\s*(?:[\"']|url\b))", re.IGNORECASE)),
)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BRACKETS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_INTERNALS = re.compile(r"__\w+|\bdebug\s*\(")


def _seen(source: str) -> Iterator[Unrenderable]:
    without = _COMMENT.sub(_lines_only, source)
    markup = _BRACKETS.sub(_lines_only, without)
    for code, pattern in _LOOKED_FOR:
        for match in pattern.finditer(markup):
            detail = match[0].strip() + (">" if match[0].startswith("<") else "")
            yield _at(markup, match.start(), code, detail)
    for brackets in _BRACKETS.finditer(without):
        reach = _INTERNALS.search(brackets[0])
        if reach:
            start = brackets.start() + reach.start()
            yield _at(without, start, "internals", reach[0])


def _lines_only(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _at(source: str, offset: int, code: str, detail: str) -> Unrenderable:
    line = source.count("\n", 0, offset) + 1
    return Unrenderable(code, detail=detail[:60], line=line)


# What only shows when it is tried


def _tried(design: OwnDesign) -> Iterator[Unrenderable]:
    html = ""
    for content in (_nothing(design), _everything(design)):
        try:
            html = _html(content)
        except TemplateFault as fault:
            cause = fault.__cause__
            if isinstance(cause, Unrenderable):
                yield cause
            else:
                yield Unrenderable("failed", detail=str(fault))
            return
    shown = _Shown(html)
    if not shown.has_way_out:
        yield Unrenderable("no-unsubscribe")
    if POSTAL_ADDRESS not in shown.text:
        yield Unrenderable("no-postal-address")


def _html(content: LetterContent) -> str:
    pieces = letter_html(content, fields_of(content), ReaderFields(), strict=True)
    return filled_html(pieces, PersonalValues.of(_READER))


def _everything(design: OwnDesign) -> LetterContent:
    content = sample_letter("en", pictures_at="https://example.org/")
    return replace(
        content,
        own_design=design,
        postal_address=POSTAL_ADDRESS,
        sections=with_every_block(content.sections),
        brand=_BRAND,
    )


def _nothing(design: OwnDesign) -> LetterContent:
    content = sample_letter("ru", pictures_at="https://example.org/")
    empty = {"preheader": "", "greeting": "", "intro": "", "outro": ""}
    return replace(
        content,
        own_design=design,
        postal_address=POSTAL_ADDRESS,
        sections=(),
        **empty,  # type: ignore[arg-type]
    )


_LOGO = PictureContent(
    address="https://example.org/logo.png", alt="", width=400, height=100
)
_BRAND = Brand(
    logo=_LOGO,
    logo_dark=_LOGO,
    footer="<p>Foot</p>",
    links=(BrandLink(label="Site", address="https://example.org/"),),
)
_READER = Reader(
    address="somebody@example.com",
    values={"name": "Anna", "address": "somebody@example.com"},
    unsubscribe_address=WAY_OUT,
    message_id="<sample@example.com>",
    date=datetime(2026, 1, 1, tzinfo=UTC),
)


class _Shown(HTMLParser):
    """Collects what readers see: no comments, nothing that is hidden."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.has_way_out = False
        self._words: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._link = False
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        hidden = self._is_hidden or tag in {"style", "title"} or _hides(values)
        if tag == "a" and not hidden:
            self._link = values.get("href", "") == WAY_OUT
        if tag == "img" and self._link and values.get("alt", "").strip():
            self.has_way_out = True
        if tag not in VOID_TAGS:
            self._open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = False
        while self._open and tag in {name for name, _hidden in self._open}:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, text: str) -> None:
        if self._is_hidden:
            return
        self._words.append(text)
        if self._link and text.strip():
            self.has_way_out = True

    @property
    def _is_hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _hides(values: dict[str, str]) -> bool:
    style = "".join(values.get("style", "").split()).lower()
    return "hidden" in values or "display:none" in style or "visibility:hid" in style
