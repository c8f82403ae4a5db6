"""Why the program paused a run, in plain words, each with what to do next."""

from __future__ import annotations

from django.utils.translation import gettext as _

from gonets.delivery.states import PauseCause


def explain(cause: PauseCause, answer: str = "") -> str:
    """Return sentences for people in the language of now, with the relay's answer."""
    sentence = _sentences()[cause]
    if not answer:
        return sentence
    return sentence + " " + _("The answer was: %(answer)s") % {"answer": answer}


def _sentences() -> dict[PauseCause, str]:
    return {
        PauseCause.RELAY_MISSING: _(
            "No relay is set up. Enter one in the settings, then continue."
        ),
        PauseCause.RELAY_ADDRESS: _(
            "The address of the relay cannot be understood."
            " Correct it in the settings, then continue."
        ),
        PauseCause.UNREACHABLE: _(
            "The relay cannot be reached. Check that it runs and that its name and"
            " port in the settings are right, then continue."
        ),
        PauseCause.UNWELL: _(
            "The relay answers, but takes no letters at the moment."
            " Ask whoever runs it, or continue later."
        ),
        PauseCause.TLS_FAILED: _(
            "The connection to the relay could not be secured, so nothing was sent."
            " Check its name and its certificate, then continue."
        ),
        PauseCause.LOGIN_REFUSED: _(
            "The relay refuses our log-in. Correct the user name and the password in"
            " the settings, then continue."
        ),
        PauseCause.SENDER_REFUSED: _(
            "The relay does not let us send from this sender's address. Change the"
            " sender of the newsletter or the log-in, then continue."
        ),
        PauseCause.LETTER_REFUSED: _(
            "The relay refuses this letter for everybody, so we stopped before more"
            " were refused. Nobody has been crossed out. Find out the reason with"
            " whoever runs the relay, then continue."
        ),
        PauseCause.LETTER_UNFIT: _(
            "The letter cannot be made. Correct the issue, then continue."
        ),
        PauseCause.BROKEN: _(
            "An error in the program stopped the sending. Its log names the error;"
            " nobody gets the letter twice if you continue."
        ),
    }
