"""What time zones are called in a sentence, and which ones editors choose from."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

WELL_KNOWN = {
    "Europe/Kaliningrad": gettext_noop("Kaliningrad time"),
    "Europe/Moscow": gettext_noop("Moscow time"),
    "Europe/Samara": gettext_noop("Samara time"),
    "Asia/Yekaterinburg": gettext_noop("Yekaterinburg time"),
    "Asia/Omsk": gettext_noop("Omsk time"),
    "Asia/Novosibirsk": gettext_noop("Novosibirsk time"),
    "Asia/Krasnoyarsk": gettext_noop("Krasnoyarsk time"),
    "Asia/Irkutsk": gettext_noop("Irkutsk time"),
    "Asia/Yakutsk": gettext_noop("Yakutsk time"),
    "Asia/Vladivostok": gettext_noop("Vladivostok time"),
    "Asia/Magadan": gettext_noop("Magadan time"),
    "Asia/Kamchatka": gettext_noop("Kamchatka time"),
    "Europe/Minsk": gettext_noop("Minsk time"),
    "Europe/Kyiv": gettext_noop("Kyiv time"),
    "Asia/Almaty": gettext_noop("Almaty time"),
    "Asia/Tashkent": gettext_noop("Tashkent time"),
    "Asia/Tbilisi": gettext_noop("Tbilisi time"),
    "Asia/Yerevan": gettext_noop("Yerevan time"),
    "Asia/Baku": gettext_noop("Baku time"),
    "Europe/London": gettext_noop("London time"),
    "Europe/Berlin": gettext_noop("Berlin time"),
    "Europe/Paris": gettext_noop("Paris time"),
    "Europe/Helsinki": gettext_noop("Helsinki time"),
    "Europe/Istanbul": gettext_noop("Istanbul time"),
    "Asia/Jerusalem": gettext_noop("Jerusalem time"),
    "Asia/Dubai": gettext_noop("Dubai time"),
    "Asia/Shanghai": gettext_noop("Beijing time"),
    "Asia/Tokyo": gettext_noop("Tokyo time"),
    "America/New_York": gettext_noop("New York time"),
    "America/Los_Angeles": gettext_noop("Los Angeles time"),
    "UTC": gettext_noop("Greenwich time (UTC)"),
}
"""In the order in which they are offered; the words end a sentence about a time."""

UTC_NAMES = ("Etc/UTC", "Etc/UCT", "UCT", "Etc/GMT", "GMT", "Universal", "Zulu")

PLACES = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia")
MORE_PLACES = ("Europe", "Indian", "Pacific")


def zone_words(zone: str) -> str:
    """Return the zone as the end of "at 10:00, …"."""
    zone = "UTC" if zone in UTC_NAMES else zone
    if zone in WELL_KNOWN:
        return _(WELL_KNOWN[zone])
    city = zone.rpartition("/")[2].replace("_", " ")
    return _("%(city)s time") % {"city": city}


@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def other_zones() -> tuple[str, ...]:
    """Return the zones named after places, but for the well-known ones, by name."""
    places = (*PLACES, *MORE_PLACES)
    named = (zone for zone in zone_names() if zone.partition("/")[0] in places)
    return tuple(sorted(set(named) - set(WELL_KNOWN)))


def zone_choices(usual: str) -> list[tuple[Any, Any]]:
    """Return the zones as a list to choose from; ``usual`` is among the first."""
    # In the order of the clock, so that one's own is found.
    known = [(zone, zone_words(zone)) for zone in WELL_KNOWN]
    if usual not in WELL_KNOWN:
        known.insert(0, (usual, zone_words(usual)))
    others = [(zone, zone.replace("_", " ")) for zone in other_zones() if zone != usual]
    return [*known, (_("All others"), others)]
