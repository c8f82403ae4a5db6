"""Why a line was left out, in whole words of the language asked for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from gonets.audience.models import ImportRefusal
from gonets.audience.states import LineFault
from gonets.kernel.addresses import BadAddress, parse_address


def explain(refusal: ImportRefusal) -> str:
    """Return a sentence; only facts are stored, so any language will do."""
    if refusal.fault == LineFault.REPEATED and refusal.detail:
        return _("The same address is already on line %(line)s of this file.") % {
            "line": refusal.detail
        }
    if refusal.fault == LineFault.BAD_ADDRESS:
        return _complaint(refusal.detail)
    return str(LineFault(refusal.fault).label)


def _complaint(address: str) -> str:
    """Ask again what is wrong: the answer then is in the reader's language."""
    try:
        parse_address(address)
    except BadAddress as error:
        return str(error)
    return str(LineFault.BAD_ADDRESS.label)
