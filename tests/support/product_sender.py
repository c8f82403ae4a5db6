"""Presses Send in an installed product: ``… product_sender 400`` people get a letter.

It runs with the product's own settings, and prints the number of the run.
"""

from __future__ import annotations

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "gonets.server.settings"
django.setup()

from gonets.publishing.actions import send_issue  # noqa: E402
from gonets.publishing.states import AudienceRule  # noqa: E402
from tests.support.factories import (  # noqa: E402
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)


def send(people: int) -> int:
    section = make_section("News")
    make_material("A new ferry", section=section)
    newsletter = make_newsletter(section)
    for number in range(people):
        make_subscriber(f"reader{number}@x.example", newsletter.readership)
    issue = make_issue(newsletter)
    run = send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    return run.pk


if __name__ == "__main__":
    sys.stdout.write(f"{send(int(sys.argv[1]))}\n")
