"""What preflight says: one line each, with why it matters and where it is put right."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy


class Level(TextChoices):
    BLOCKING = "blocking", gettext_lazy("must be put right")
    WARNING = "warning", gettext_lazy("worth a look")
    ADVICE = "advice", gettext_lazy("advice")


class Goal(TextChoices):
    """Where the button beside a problem leads; its label says so."""

    FIELD = "field", gettext_lazy("Show")
    SIZE = "size", gettext_lazy("Show the size")
    MATERIALS = "materials", gettext_lazy("Open the materials")
    NEWSLETTER = "newsletter", gettext_lazy("Open the settings")
    SUBSCRIBERS = "subscribers", gettext_lazy("Add subscribers")
    RELAYS = "relays", gettext_lazy("Open the mail servers")
    SIGNING = "signing", gettext_lazy("Open the signatures")
    NOWHERE = "", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """``text`` says what is wrong, ``why`` it matters, ``fix`` what to do about it.

    ``field`` names the place in the letter as in-place editing does, ``goal`` another
    place.  One that blocks can be sent in spite of, with a reason, if it ``may_pass``.
    """

    level: Level
    code: str
    text: str
    fix: str
    why: str = ""
    field: str = ""
    goal: Goal = Goal.NOWHERE
    may_pass: bool = False

    @property
    def blocking(self) -> bool:
        return self.level == Level.BLOCKING

    @property
    def leads_to(self) -> Goal:
        return Goal.FIELD if self.field else self.goal


def in_order(problems: list[Problem]) -> list[Problem]:
    """Return what blocks first, then what is worth a look, then advice."""
    order = list(Level)
    return sorted(problems, key=lambda problem: order.index(problem.level))
