"""``gonets backup``: one file from which everything can be restored."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.translation import gettext as _

from gonets.server.backup import default_name, make_backup


class Command(BaseCommand):
    help = "Copy database, pictures and keys into one file, while Gonets runs."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", nargs="?", type=Path, help="the file to write")

    def handle(self, *_args: Any, **options: Any) -> None:
        target = options["target"] or settings.DATA_DIR / "backups" / default_name()
        if target.is_dir():
            target = target / default_name()
        with translation.override(settings.LANGUAGE_CODE):
            size = make_backup(settings.DATA_DIR, target)
            self.stdout.write(
                _("Backup written: %(target)s (%(size)s). It holds keys: keep it safe.")
                % {"target": target, "size": filesizeformat(size)}
            )
