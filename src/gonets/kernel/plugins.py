"""Finding the plug-ins of a kind: one module each, or another package's entry point."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

logger = logging.getLogger(__name__)


def find_plugins(package: ModuleType, *, attribute: str, group: str) -> dict[str, Any]:
    """Return the plug-ins by name.

    Ours are the modules of ``package`` that have ``attribute``, each under the name of
    its module.  Entry points of ``group`` add more; they cannot replace ours, and one
    that cannot be loaded is logged and left out: the others must go on working.
    """
    found = dict(_built_in(package, attribute))
    for entry_point in entry_points(group=group):
        if entry_point.name in found:
            logger.error("%s: the name is taken, it is left out.", entry_point)
            continue
        try:
            found[entry_point.name] = entry_point.load()
        except Exception:
            logger.exception("%s cannot be loaded, it is left out.", entry_point)
    return found


def _built_in(package: ModuleType, attribute: str) -> list[tuple[str, Any]]:
    modules = {
        found.name: importlib.import_module(f"{package.__name__}.{found.name}")
        for found in pkgutil.iter_modules(package.__path__)
    }
    return [
        (name, getattr(module, attribute))
        for name, module in sorted(modules.items())
        if hasattr(module, attribute)
    ]
