"""What an editor should know of the relays while letters leave through them."""

from __future__ import annotations

import json

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gonets.delivery.models import Relay
from gonets.publishing.relays import relay_list


def relay_notes() -> tuple[str, ...]:
    """Say which relays take no letters or were slowed down; nothing if all is well."""
    enabled = relay_list().filter(is_enabled=True)
    odd = enabled.exclude(trouble="", slowed="")
    return tuple(note for relay in odd for note in _notes(relay))


def _notes(relay: Relay) -> list[str]:
    notes = []
    if relay.trouble:
        words = _("The mail server “%(name)s” takes no letters at the moment.")
        notes.append(words % {"name": relay.name})
    slowed: dict[str, float] = json.loads(relay.slowed) if relay.slowed else {}
    for provider, pace in slowed.items():
        words = _("%(who)s asked for a slower pace: %(pace)s letters a second.")
        shown = number_format(round(pace, 1 if pace < 10 else None), use_l10n=True)
        notes.append(words % {"who": provider or relay.name, "pace": shown})
    return notes
