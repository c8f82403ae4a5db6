"""What a design must be made of, and must not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

KNOWN_TAGS = {
    *("mjml", "mj-head", "mj-body", "mj-raw", "mj-title", "mj-breakpoint", "mj-style"),
    *("mj-attributes", "mj-all", "mj-class", "mj-preview", "mj-wrapper", "mj-section"),
    *("mj-group", "mj-column", "mj-text", "mj-image", "mj-button", "mj-divider"),
    *("mj-spacer", "mj-table", "mj-social", "mj-social-element", "mj-hero"),
}
"""The compiler lets any other vanish without a word, so we refuse them."""

VOID_TAGS = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
    *("source", "track", "wbr"),
}

FORBIDDEN_TAGS = {
    *("script", "iframe", "frame", "frameset", "object", "embed", "applet", "base"),
    *("form", "input", "button", "select", "textarea", "link", "portal"),
}

WORDS_ONLY = {"title", "textarea", "xmp", "iframe", "noembed", "noframes"}
"""Browsers see no tags in these, so no quotation mark there hides their end."""

ADDRESS_ATTRIBUTES = {"href", "src", "action", "background", "formaction", "poster"}


class Unrenderable(Exception):
    """``code`` names the fault; ``line`` is of the design, ``offset`` of its MJML."""

    def __init__(
        self,
        code: str,
        *,
        detail: str = "",
        line: int | None = None,
        offset: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.line = line
        self.offset = offset


_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<!\[CDATA\[.*?(?:\]\]>|\Z)"
    r"|<(?P<end>/?)(?P<name>[A-Za-z][\w:-]*)"
    r"(?P<attributes>(?:\s+[^\s\"'<>/=]+(?:\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))?)*+)"
    r"\s*(?P<close>/?)>"
    r"|<(?P<bad>[/A-Za-z!?][^\s>]{0,40})",
    re.DOTALL,
)
_STYLE_END = re.compile(r"</(?:mj-style|style)\s*>", re.IGNORECASE)


def check_mjml(mjml: str) -> None:
    """Check that every element is known and closed: the compiler would not say where.

    :raises Unrenderable: naming the first fault and its offset.
    """
    open_tags: list[tuple[str, int]] = []
    position = 0
    while match := _MARKUP.search(mjml, position):
        position = match.end()
        if match["bad"] is not None:
            raise Unrenderable(
                "bad-tag", detail=f"<{match['bad']}", offset=match.start()
            )
        name = match["name"]
        if name is None:
            continue
        _check_name(name.lower(), match.start())
        if match["end"]:
            _close(open_tags, name.lower(), match.start())
        elif not match["close"] and name.lower() not in VOID_TAGS:
            open_tags.append((name.lower(), match.start()))
            if name.lower() in {"mj-style", "style"}:
                end = _STYLE_END.search(mjml, position)
                position = end.start() if end else position
    if open_tags:
        name, start = open_tags[-1]
        raise Unrenderable("unclosed", detail=f"<{name}>", offset=start)


def _check_name(name: str, offset: int) -> None:
    if name == "mj-include":
        raise Unrenderable("mj-include", offset=offset)
    if name.startswith("mj") and name not in KNOWN_TAGS:
        raise Unrenderable("unknown-tag", detail=f"<{name}>", offset=offset)
    if name in FORBIDDEN_TAGS:
        raise Unrenderable("forbidden-tag", detail=f"<{name}>", offset=offset)


def _close(open_tags: list[tuple[str, int]], name: str, offset: int) -> None:
    if not open_tags:
        raise Unrenderable("unopened", detail=f"</{name}>", offset=offset)
    opened, start = open_tags.pop()
    if opened == name:
        return
    # Which of the two is the mistake: one that was never opened, or one left open?
    if name in {each for each, _start in open_tags}:
        raise Unrenderable("unclosed", detail=f"<{opened}>", offset=start)
    raise Unrenderable("unopened", detail=f"</{name}>", offset=offset)


def check_document(html: str) -> None:
    """Check that nothing in a document could execute or fetch style sheets.

    :raises Unrenderable: naming the first thing that could and its offset.
    """
    for fault in dangers_in(html):
        raise fault


def dangers_in(html: str) -> list[Unrenderable]:
    """Return what mail programs must never be given, comments for Outlook included."""
    reader = _Dangers(html)
    reader.feed(html)
    reader.close()
    return reader.found


class _Dangers(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Unrenderable] = []
        self._starts = [0, *(match.end() for match in re.finditer("\n", html))]
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if tag in FORBIDDEN_TAGS:
            self._note("forbidden-tag", f"<{tag}>")
        if tag == "meta" and _refreshes(attrs):
            self._note("forbidden-tag", '<meta http-equiv="refresh">')
        for name, value in attrs:
            for code, detail in _attribute_dangers(name, value or ""):
                self._note(code, detail)
        if tag in WORDS_ONLY:
            self.set_cdata_mode(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, text: str) -> None:
        if self._in_style and has_import(text):
            self._note("import", "@import")

    def handle_comment(self, text: str) -> None:
        if text.lower().lstrip().startswith("[if"):
            for fault in dangers_in(text):
                self._note(fault.code, fault.detail)

    def _note(self, code: str, detail: str) -> None:
        line, column = self.getpos()
        offset = self._starts[line - 1] + column
        self.found.append(Unrenderable(code, detail=detail, offset=offset))


def _refreshes(attrs: list[tuple[str, str | None]]) -> bool:
    return any(
        name == "http-equiv" and (value or "").strip().lower() == "refresh"
        for name, value in attrs
    )


def _attribute_dangers(name: str, value: str) -> Iterator[tuple[str, str]]:
    if name.startswith("on") and name[2:].isalpha():
        yield "event", name
    if name.rpartition(":")[2] in ADDRESS_ATTRIBUTES and is_dangerous_address(value):
        yield "address", value.strip()[:40]
    if name == "srcdoc":
        yield "event", name
    if name == "style" and (has_import(value) or "expression(" in value.lower()):
        yield "import", value[:40]


def is_dangerous_address(address: str) -> bool:
    """Say whether a browser would execute what the address holds."""
    compact = "".join(address.split()).lower()
    compact = "".join(character for character in compact if character > " ")
    return compact.startswith(("javascript:", "vbscript:", "data:text", "data:app"))


def has_import(css: str) -> bool:
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).lower()
    return "@import" in plain or ("\\" in plain and "import" in plain.replace("\\", ""))
