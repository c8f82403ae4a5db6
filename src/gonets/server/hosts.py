"""Which names and addresses this site answers to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from gonets.server.environment import LOOPBACK_NAMES, Environment


def allowed_hosts(environment: Environment) -> list[str]:
    """Return the names a ``Host`` header may have.

    Who listens on every interface without a public name is reached by addresses that
    nobody has written down, so any name is taken.
    """
    if not environment.public_url_given and _is_every_interface(environment.host):
        return ["*"]
    public = urlsplit(environment.public_url).hostname or ""
    names = {*LOOPBACK_NAMES, environment.host, public}
    return sorted(f"[{name}]" if ":" in name else name for name in names if name)


def _is_every_interface(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
