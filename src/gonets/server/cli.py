"""The ``gonets`` command: the product's own commands and all of Django's."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.management import execute_from_command_line, load_command_class
from django.utils.log import configure_logging

from gonets.server.errors import CannotStart
from gonets.server.forking import BecomeChild
from gonets.server.terminal import explain

CANNOT_START = 2

WITHOUT_MODELS = {"catcher"}
"""The mailbox keeps its letters by itself: with none of Django's applications loaded it
starts in a third of the time, and stays at half the size."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what cannot start says why in one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gonets.server.settings")
    # A start makes a great many objects and hardly any garbage.
    gc.set_threshold(20_000, 20, 50)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _execute_as_told(given)
    except CannotStart as error:
        explain(error)
        return CANNOT_START
    except KeyboardInterrupt:
        return 130
    finally:
        gc.freeze()  # All of it goes with the process: nobody need look through it.
    return 0


def _execute_as_told(given: Sequence[str]) -> None:
    """Run the command; whoever is forked meanwhile comes back here to run its own."""
    arguments: Sequence[str] | None = given
    while arguments is not None:
        try:
            _execute(arguments)
        except BecomeChild as child:
            arguments = child.arguments
        else:
            arguments = None


def _execute(given: Sequence[str]) -> None:
    if given and given[0] in WITHOUT_MODELS:
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
        command = load_command_class("gonets.server", given[0])
        command.run_from_argv(["gonets", *given])
    else:
        execute_from_command_line(["gonets", *given])


if __name__ == "__main__":
    sys.exit(main())
