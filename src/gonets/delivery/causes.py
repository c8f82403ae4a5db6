"""Why the program paused a run, in plain words, each with what to do next."""

from __future__ import annotations

import re

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gonets.delivery.states import PauseCause

_BETWEEN = re.compile(r"([:;] )")
_SIZES = re.compile(r"(\d+) > (\d+)")
_TOO_LARGE = re.compile(rf"[^:]+: {_SIZES.pattern}")


def explain(cause: PauseCause, answer: str = "") -> str:
    """Say to people, in the language of now, why a run is paused and what to do."""
    said = _quoted(cause, answer)
    return " ".join((_sentences()[cause], _("Then continue."), *said))


def advise(cause: PauseCause, answer: str = "") -> str:
    """Say what is wrong with a relay and what to do, apart from any run."""
    return " ".join((_sentences()[cause], *_quoted(cause, answer)))


def _quoted(cause: PauseCause, answer: str) -> tuple[str, ...]:
    if not answer:
        return ()
    if cause is PauseCause.DISK_FULL:
        return (_("There is left: %(room)s") % {"room": answer},)
    if cause is PauseCause.LETTER_TOO_LARGE and (sizes := _TOO_LARGE.fullmatch(answer)):
        size, most = _sizes_in_words(*sizes.groups())
        return (
            _("The letter: %(size)s, the relay takes %(most)s.")
            % {"size": size, "most": most},
        )
    if answer[:3].isdecimal():
        return (_("The answer was: %(answer)s") % {"answer": answer},)
    return (_("In detail: %(reason)s.") % {"reason": in_words(answer).rstrip(".")},)


def in_words(answer: str) -> str:
    """Say in the language of now what the program itself noted down about relays.

    Such a text is a caption, perhaps with details behind colons, and behind the name of
    its relay; what a relay said in its own words stays as it is.
    """
    whole = _(answer) if answer else ""
    if whole != answer or answer[:3].isdecimal():
        return whole
    return "".join(map(_part_in_words, _BETWEEN.split(answer)))


def _part_in_words(part: str) -> str:
    if sizes := _SIZES.fullmatch(part):
        return " > ".join(_sizes_in_words(*sizes.groups()))
    return _(part) if part else part


def _sizes_in_words(size: str, most: str) -> tuple[str, str]:
    """Say how large two things are, so that the difference is seen."""
    roughly = filesizeformat(size), filesizeformat(most)
    if roughly[0] != roughly[1]:
        return roughly
    exactly = (number_format(int(one), force_grouping=True) for one in (size, most))
    large, small = (_("%(count)s bytes") % {"count": one} for one in exactly)
    return large, small


def said(answer: str, *, code: int) -> str:
    """Return an answer as the account shows it; without a code the words are ours."""
    return answer if code else in_words(answer)


def _sentences() -> dict[PauseCause, str]:
    return {
        PauseCause.RELAY_MISSING: _("No relay is set up. Enter one in the settings."),
        PauseCause.RELAY_ADDRESS: _(
            "The address of the relay cannot be understood. Correct it in the settings."
        ),
        PauseCause.UNREACHABLE: _(
            "The relay cannot be reached. Check that it runs and that its name and"
            " port in the settings are right."
        ),
        PauseCause.UNWELL: _(
            "The relay answers, but takes no letters at the moment."
            " Ask whoever runs it, or wait a while."
        ),
        PauseCause.TLS_FAILED: _(
            "The connection to the relay could not be secured, so nothing was sent."
            " Check its name and its certificate."
        ),
        PauseCause.LOGIN_REFUSED: _(
            "The relay refuses our log-in. Correct the user name and the password in"
            " the settings."
        ),
        PauseCause.SENDER_REFUSED: _(
            "The relay does not let us send from this sender's address. Change the"
            " sender of the newsletter or the log-in."
        ),
        PauseCause.ALL_UNWELL: _(
            "None of the relays takes letters. Correct one of them in the settings, or"
            " ask whoever runs it."
        ),
        PauseCause.LETTER_REFUSED: _(
            "The relay refuses this letter for everybody, so we stopped before more"
            " were refused. Nobody has been crossed out. Find out the reason with"
            " whoever runs the relay."
        ),
        PauseCause.LETTER_TOO_LARGE: _(
            "The letter is larger than the relay takes. Nobody has been crossed out."
            " Make the letter smaller, or have whoever runs the relay take larger ones."
        ),
        PauseCause.LETTER_UNFIT: _("The letter cannot be made. Correct the issue."),
        PauseCause.DISK_FULL: _(
            "The disk of this server is almost full, and the account of who got the"
            " letter needs room. Ask whoever runs the server to free some."
        ),
        PauseCause.BROKEN: _(
            "An error in the program stopped the sending. Its log names the error;"
            " nobody gets the letter twice if you continue."
        ),
    }
