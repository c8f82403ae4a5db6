"""From a design and its context to HTML; knows neither Django nor what letters are.

It also runs in a process of its own (``confined_process``), where a hostile design can
be killed, so it imports nothing of the program but what checks designs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import css_inline
from minijinja import Environment, TemplateError
from mjml import mjml2html

from gonets.letters.line_marks import line_at, with_line_marks, without_line_marks
from gonets.letters.structure import Unrenderable, check_document, check_mjml

FUEL = 500_000
"""Steps of the template engine for a whole letter; a digest of 20 takes about 5,000."""

MAX_CHARACTERS = 1_000_000

SHARED = ("parts.mjml", "head.mjml", "blocks.mjml", "content.html", "foot.html")
"""What designs may include; there is nothing else to be had."""

MJML = "mjml"
HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderingOrder:
    """``texts`` are what the words of ``mark`` in the context stand for.

    A design that is not ``trusted`` is checked for what could harm; a ``strict``
    rendering refuses names that are not in the context.
    """

    kind: str
    source: str
    context: Mapping[str, object]
    mark: str
    texts: Sequence[str]
    strict: bool = False
    trusted: bool = False


def rendered(order: RenderingOrder) -> str:
    """Return the document; personal parts are still words.

    :raises Unrenderable: if the design is wrong, too large, endless or dangerous.
    """
    filled = _filled(order.source, order)
    if not order.trusted:
        try:
            _check(filled, order)
        except Unrenderable as error:
            raise _placed(error, order) from error
    document = _document(filled, order)
    if len(document) > MAX_CHARACTERS:
        raise Unrenderable("too-large")
    return document


def _check(filled: str, order: RenderingOrder) -> None:
    if order.kind == MJML:
        check_mjml(filled)
    check_document(filled)


def _document(filled: str, order: RenderingOrder) -> str:
    if order.kind == HTML:
        return _with_texts(filled, order)
    html, rules = html_of(filled)
    if not order.trusted:
        # The compiler writes attributes and comments of its own.
        check_document(html)
    return with_inlined(_with_texts(html, order), rules)


def _with_texts(document: str, order: RenderingOrder) -> str:
    word = re.compile(rf"{order.mark}h(\d+)z")
    return word.sub(lambda found: order.texts[int(found[1])], document)


def _filled(source: str, order: RenderingOrder) -> str:
    engine = Environment(
        loader=_shared,
        debug=False,
        fuel=FUEL,
        undefined_behavior="strict" if order.strict else "lenient",
        auto_escape_callback=lambda _name: True,
    )
    engine.remove_global("debug")
    try:
        filled = engine.render_str(source, "letter.mjml", **frozen(order.context))
    except TemplateError as error:
        raise _explained(error) from error
    if len(filled) > MAX_CHARACTERS:
        raise Unrenderable("too-large")
    return filled.strip()


def frozen(context: Mapping[str, object]) -> dict[str, object]:
    """Return the context so that no template can change it by calling its methods."""
    return {name: _frozen(value) for name, value in context.items()}


def _frozen(value: object) -> object:
    match value:
        case Mapping():
            return MappingProxyType(frozen(value))
        case list() | tuple():
            return tuple(map(_frozen, value))
        case _:
            return value


@cache
def _shared(name: str) -> str | None:
    if name not in SHARED:
        return None
    source = files("gonets.letters") / "designs" / "shared" / name
    return source.read_text(encoding="utf-8")


CODES = {
    "SyntaxError": "syntax",
    "OutOfFuel": "endless",
    "TemplateNotFound": "no-such-part",
    "UndefinedError": "unknown-name",
    "UnknownFilter": "unknown-filter",
    "UnknownFunction": "unknown-function",
    "UnknownTest": "unknown-test",
    "UnknownMethod": "unknown-method",
}


def _explained(error: TemplateError) -> Unrenderable:
    detail = error.detail or error.message.splitlines()[0]
    code = CODES.get(error.kind, "failed")
    if "recursion" in detail:
        code = "recursion"
    if "too large" in detail or "too many" in detail:
        code = "too-large"
    # What went wrong in a shared part has a line that the author does not see.
    is_own = error.name in {None, "letter.mjml"}
    return Unrenderable(code, detail=detail, line=error.line if is_own else None)


# MJML


def html_of(mjml: str) -> tuple[str, str]:
    """Return the HTML and the style rules still to be written into its elements."""
    rules = "".join(match[1] for match in _INLINE_STYLE.finditer(mjml))
    try:
        html = mjml2html(
            _INLINE_STYLE.sub("", _COMMENT.sub("", mjml)),
            fonts={},  # The compiler would link a font of another host.
            social_icon_origin="",
        )
    except ValueError as error:
        raise Unrenderable("not-mjml", detail=str(error)) from error
    # Every byte counts before mail programs clip the letter.
    return _LEADING_BLANKS.sub("\n", html), rules


def with_inlined(html: str, rules: str) -> str:
    """Write style ``rules`` into the elements; sheets in the head stay as they are."""
    inliner = css_inline.CSSInliner(
        keep_style_tags=True,
        keep_at_rules=True,
        load_remote_stylesheets=False,
        extra_css=rules,
    )
    try:
        inlined: str = inliner.inline(html.replace("<style", f"<style {_IGNORED}"))
    except css_inline.InlineError as error:
        raise Unrenderable("bad-style", detail=str(error)) from error
    return inlined.replace(f" {_IGNORED}", "")


_IGNORED = 'data-css-inline="ignore"'
_COMMENT = re.compile(r"<!--(?!\[if).*?-->", re.DOTALL)
_INLINE_STYLE = re.compile(
    r"<mj-style\s+inline=\"inline\"\s*>(.*?)</mj-style>", re.DOTALL
)
_LEADING_BLANKS = re.compile(r"\n\s+")


def _placed(error: Unrenderable, order: RenderingOrder) -> Unrenderable:
    """Say on which line of the design the error is, by filling it in once more."""
    try:
        marked = _filled(with_line_marks(order.source), order)
        clean, lines = without_line_marks(marked)
        _check(clean, order)
    except Unrenderable as again:
        if again.offset is not None:
            line = line_at(again.offset, lines)
            return Unrenderable(again.code, detail=again.detail, line=line)
    return error
