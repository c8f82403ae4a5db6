"""The form for signing up, wherever it stands: what it shows, and what it tells us.

It works on pages that are kept by caches and in front of any policy: no cookie, no
script, no inline style.  What must be believed of it, such as the page it stands on and
the words that were read there, travels in it signed.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gonets.kernel import tokens
from gonets.newsletters.models import Newsletter

PURPOSE = "sign-up-form"
LONGEST_PAGE = 2000
LONGEST_WORDS = 4000

TRAP = "homepage"
"""Nobody sees this field; programs that fill in every form do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOrigin:
    """Where a form stood, in which language, and what could be read there."""

    page: str = ""
    words: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWords:
    """What an author may say otherwise; texts are HTML of trusted authors."""

    heading: str = ""
    text: str = ""
    button: str = ""
    consent: str = ""
    asks_name: bool = False


def form_context(
    newsletters: Sequence[Newsletter], words: FormWords, *, page: str, key: str
) -> dict[str, Any]:
    """Return what ``gonets/parts/sign_up_form.html`` shows.

    ``key`` makes the ids of several forms on one page different.
    """
    consent = words.consent or _usual_consent(newsletters)
    button = words.button or _("Subscribe")
    titles = "; ".join(each.title for each in newsletters)
    read = (words.heading, strip_tags(words.text), titles, consent, button)
    origin = FormOrigin(
        page=page[:LONGEST_PAGE],
        words=" · ".join(part.strip() for part in read if part.strip())[:LONGEST_WORDS],
        language=get_language() or "",
    )
    return {
        "newsletters": newsletters,
        "words": words,
        "consent": consent,
        "button": button,
        "origin": signed_origin(origin),
        "trap": TRAP,
        "key": key,
    }


def page_of(request: HttpRequest) -> str:
    """Return a page's address without what may be somebody's own in its query."""
    return request.build_absolute_uri(request.path)


def signed_origin(origin: FormOrigin) -> str:
    plain = json.dumps(asdict(origin), ensure_ascii=False).encode()
    coded = base64.urlsafe_b64encode(plain).decode().rstrip("=")
    return tokens.sign(PURPOSE, coded)


def origin_of(token: str) -> FormOrigin | None:
    """Return what a form of ours says; None for any other."""
    try:
        (coded,) = tokens.verify(PURPOSE, token)
        plain = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
        return FormOrigin(**json.loads(plain))
    except (tokens.BadToken, binascii.Error, ValueError, TypeError):
        return None


def _usual_consent(newsletters: Sequence[Newsletter]) -> str:
    if len(newsletters) == 1:
        return _("We write to this address only after you confirm it, and every letter"
                 " has a link to leave.")  # fmt: skip
    return _(
        "We write to this address only after you confirm it, and only what you chose;"
        " every letter has a link to leave."
    )
