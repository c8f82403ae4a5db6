"""Letter designs: MiniJinja over MJML, turned into HTML that mail programs show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonets.letters.confined import rendered_confined
from gonets.letters.errors import TemplateFault
from gonets.letters.gallery import DESIGNS
from gonets.letters.rendering import RenderingOrder, rendered
from gonets.letters.structure import Unrenderable


@cache
def design_named(name: str) -> str:
    """Return the source of a design that comes with the product.

    :raises TemplateFault: if there is none of that name.
    """
    source = files("gonets.letters") / "designs" / name / "letter.mjml"
    if name not in DESIGNS or not source.is_file():
        raise TemplateFault(
            "", _("There is no letter design named “%(name)s”.") % {"name": name}
        )
    return source.read_text(encoding="utf-8")


def document_of(order: RenderingOrder) -> str:
    """Render a design; somebody's own one in a process that can be killed.

    :raises TemplateFault: if the design is wrong, too large, endless or dangerous.
    """
    try:
        return rendered(order) if order.trusted else rendered_confined(order)
    except Unrenderable as error:
        raise fault_of(error) from error


def fault_of(error: Unrenderable) -> TemplateFault:
    """Return the fault in words for people."""
    sentence = _("The letter design does not work: %(reason)s.")
    reason = reason_of(error)
    if error.line is not None:
        sentence = _("The letter design does not work in line %(line)d: %(reason)s.")
    return TemplateFault("", sentence % {"reason": reason, "line": error.line})


def reason_of(error: Unrenderable) -> str:
    """Return what is wrong, without a full stop."""
    known = REASONS.get(error.code, REASONS["failed"])
    return str(known) % {"detail": error.detail}


REASONS: Mapping[str, Promise] = {
    "syntax": gettext_lazy("it is not written correctly (%(detail)s)"),
    "endless": gettext_lazy(
        "it would run for too long; is there a loop without an end?"
    ),
    "too-slow": gettext_lazy("it takes longer than two seconds and was stopped"),
    "too-large": gettext_lazy("the letter becomes larger than a million characters"),
    "recursion": gettext_lazy("a macro calls itself without an end"),
    "no-such-part": gettext_lazy(
        "it wants to include a file; there are only parts.mjml, head.mjml, "
        "blocks.mjml, content.html and foot.html"
    ),
    "unknown-name": gettext_lazy("a name stands there that letters do not have"),
    "unknown-filter": gettext_lazy("there is no such filter (%(detail)s)"),
    "unknown-function": gettext_lazy("there is no such function (%(detail)s)"),
    "unknown-test": gettext_lazy("there is no such test (%(detail)s)"),
    "unknown-method": gettext_lazy("values have no methods here (%(detail)s)"),
    "internals": gettext_lazy("“%(detail)s” reaches for what letters do not have"),
    "mj-include": gettext_lazy("other files cannot be included with <mj-include>"),
    "unknown-tag": gettext_lazy("it has an unknown element, %(detail)s"),
    "forbidden-tag": gettext_lazy(
        "%(detail)s cannot stand in a letter: mail programs do not run it"
    ),
    "event": gettext_lazy("“%(detail)s” would run a script; letters have none"),
    "address": gettext_lazy("the address “%(detail)s” would run a script"),
    "import": gettext_lazy(
        "“%(detail)s” fetches a style sheet; letters must bring their own styles"
    ),
    "bad-tag": gettext_lazy("%(detail)s is not written as an element should be"),
    "unclosed": gettext_lazy("%(detail)s is opened but never closed"),
    "unopened": gettext_lazy("%(detail)s closes what was not opened"),
    "not-mjml": gettext_lazy("it is not MJML (%(detail)s)"),
    "bad-style": gettext_lazy("a style is not written correctly (%(detail)s)"),
    "no-unsubscribe": gettext_lazy(
        "the link to unsubscribe is missing; put "
        '<a href="{{ letter.unsubscribe_address }}">{{ words.unsubscribe }}</a> '
        "where readers see it"
    ),
    "no-postal-address": gettext_lazy(
        "the postal address is missing; put {{ letter.postal_address }} where readers "
        "see it"
    ),
    "failed": gettext_lazy("it does not work (%(detail)s)"),
}
