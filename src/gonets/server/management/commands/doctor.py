"""``gonets doctor``: what is wrong here, and what to do about it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from gonets.server.doctor import Level, findings
from gonets.server.settings import ENVIRONMENT

MARKS = {Level.FINE: "✓", Level.WARNING: "!", Level.FAULT: "✗"}


class Command(BaseCommand):
    help = "Say what is wrong with this installation and what to do about it."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        faults = 0
        with translation.override(ENVIRONMENT.language):
            for finding in findings(ENVIRONMENT):
                faults += finding.level is Level.FAULT
                self.stdout.write(f"{MARKS[finding.level]} {finding.text}")
            if not faults:
                self.stdout.write(_("Nothing stands in the way."))
        if faults:
            sys.exit(1)
