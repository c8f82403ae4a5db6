"""``gonets serve``: the whole product on one machine."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.management import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from gonets.server.environment import Environment
from gonets.server.first_run import LogIn
from gonets.server.serving import serve
from gonets.server.settings import ENVIRONMENT


class Command(BaseCommand):
    help = "Run the product: web server, worker and built-in mailbox."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        with translation.override(ENVIRONMENT.language):
            self._say(_("Gonets is starting…"))
            serve(ENVIRONMENT, self._announce)
            self._say(_("Gonets has stopped. Everything is kept."))

    def _announce(self, environment: Environment, log_in: LogIn) -> None:
        with translation.override(environment.language):
            self._say(
                "\n".join(
                    ("", *(f"  {line}" for line in _lines(environment, log_in)), "")
                )
            )

    def _say(self, text: str) -> None:
        with suppress(OSError):  # Whoever read it is gone; the product need not go.
            self.stdout.write(text)
            self.stdout.flush()


def _lines(environment: Environment, log_in: LogIn) -> list[str]:
    hidden = _("chosen by you (forgotten: gonets changepassword %(name)s)")
    password = log_in.password or hidden % {"name": log_in.name}
    facts = [
        (_("Address"), environment.public_url),
        (_("User name"), log_in.name),
        (_("Password"), password),
    ]
    width = max(len(label) for label, _value in facts)
    return [
        _("Gonets is ready."),
        "",
        *(f"{label:<{width}}   {value}" for label, value in facts),
        "",
        *(
            []
            if environment.relay_url
            else [_("Letters go to the built-in mailbox, not to the Internet.")]
        ),
        _("Ctrl-C stops it; everything is kept in %(folder)s.")
        % {"folder": environment.data},
    ]
