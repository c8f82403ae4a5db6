"""Whom the letter is from, and how a reader leaves."""

from __future__ import annotations

import html
from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.letters.problems import Goal, Level, Problem
from gonets.letters.specimens import SAMPLE_READER, Specimen


def sender(specimen: Specimen) -> Iterator[Problem]:
    if not specimen.content.sender_address.strip():
        yield Problem(
            level=Level.BLOCKING,
            code="sender-missing",
            text=_("The newsletter has no sender's address."),
            why=_("A letter cannot be from nobody."),
            fix=_("Enter it in the newsletter's settings."),
            goal=Goal.NEWSLETTER,
        )
    if not specimen.content.sender_name.strip():
        yield Problem(
            level=Level.WARNING,
            code="sender-name-missing",
            text=_("Readers will see an address instead of a sender's name."),
            fix=_("Enter the name in the newsletter's settings."),
            goal=Goal.NEWSLETTER,
        )


def postal_address(specimen: Specimen) -> Iterator[Problem]:
    stated = " ".join(specimen.content.postal_address.split())
    if not stated:
        yield Problem(
            level=Level.BLOCKING,
            code="postal-address-missing",
            text=_(
                "The newsletter has no postal address; the law of many countries asks."
            ),
            fix=_("Enter it in the newsletter's settings."),
            goal=Goal.NEWSLETTER,
            may_pass=True,
        )
    elif specimen.html and stated not in specimen.page.text:
        yield Problem(
            level=Level.WARNING,
            code="postal-address-unseen",
            text=_("The design of the letter does not show the postal address."),
            why=_("The law of many countries asks for it."),
            fix=_("Choose another design, or write the address into the letter."),
            goal=Goal.NEWSLETTER,
        )


def way_out(specimen: Specimen) -> Iterator[Problem]:
    if not specimen.html:
        return
    address = SAMPLE_READER.unsubscribe_address
    if html.escape(address) not in specimen.html:
        yield Problem(
            level=Level.BLOCKING,
            code="unsubscribe-missing",
            text=_("The design of the letter has no link to unsubscribe."),
            why=_(
                "Whoever finds no way out presses “Spam”, and the law asks for it, too."
            ),
            fix=_("Choose another design, or add the link to this one."),
            goal=Goal.NEWSLETTER,
            may_pass=True,
        )
    elif address not in specimen.text:
        yield Problem(
            level=Level.WARNING,
            code="unsubscribe-missing-in-text",
            text=_("The text part of the letter has no link to unsubscribe."),
            why=_("Some readers see only the text."),
            fix=_("Add the link to the text."),
        )


CHECKS = (sender, postal_address, way_out)
