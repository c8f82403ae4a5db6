"""What the environment and the ``.env`` file say, checked once, as one value.

Every variable is described in ``.env.example``.  A wrong one stops the start with a
sentence that says what to write instead.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext_noop
from dotenv import dotenv_values

from gonets.server.errors import WrongSetting

LANGUAGES = ("ru", "en")
RELAY_SCHEMES = ("smtp", "smtp+starttls", "smtps", "lmtp")
RELAY_SOCKET = "lmtp+unix:///"
YES = ("yes", "true", "on", "1", "да")
NO = ("no", "false", "off", "0", "нет")
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An empty text means "the default that is found or made at the start"."""

    data: Path
    host: str
    port: int
    public_url: str  # without a slash at its end
    public_url_given: bool
    database_url: str
    relay_url: str = field(repr=False)  # holds the password
    relay_rate: float | None  # letters per second; None: no limit
    relay_connections: int
    language: str
    time_zone: str
    secret_key: str = field(repr=False)
    demo: bool
    catcher_port: int
    fetch_networks: tuple[str, ...]  # of our own, that hold sites to read from
    fetch_ports: tuple[int, ...]  # besides 80 and 443
    folders: tuple[Path, ...]  # of this machine, that sources may be read from
    fence: Path  # what is known of the database outside of the data folder
    keep_addresses_days: int  # of ended runs; 0: for ever
    relay_log: str  # "kind:place", where the relay says what became of letters
    log_json: bool
    log_addresses: bool  # in clear; otherwise as keyed hashes
    admin_name: str
    admin_password: str = field(repr=False)

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def catcher_url(self) -> str:
        return f"smtp://127.0.0.1:{self.catcher_port}"


def process_environment() -> Environment:
    """Read this process's variables over those of the ``.env`` file."""
    file = os.environ.get("GONETS_ENV_FILE", ".env")
    written = {k: v for k, v in dotenv_values(file).items() if v is not None}
    return read_environment({**written, **os.environ})


def read_environment(values: Mapping[str, str]) -> Environment:
    """Check and complete the values.

    :raises WrongSetting: for the first one that cannot be meant.
    """
    known = {name: value.strip() for name, value in values.items()}
    language = _language(known)
    host = known.get("GONETS_HOST") or "127.0.0.1"
    port = _number(known, "GONETS_PORT", 8000, limit=65535)
    given_url = known.get("GONETS_PUBLIC_URL", "")
    data = Path(known.get("GONETS_DATA") or "var").expanduser().resolve()
    environment = Environment(
        data=data,
        host=host,
        port=port,
        public_url=_public_url(given_url) if given_url else _own_url(host, port),
        public_url_given=bool(given_url),
        database_url=known.get("GONETS_DATABASE_URL", ""),
        relay_url=_relay_url(known.get("GONETS_RELAY_URL", "")),
        relay_rate=_rate(known, "GONETS_RELAY_RATE"),
        relay_connections=_number(known, "GONETS_RELAY_CONNECTIONS", 4, limit=100),
        language=language,
        time_zone=_time_zone(known, language),
        secret_key=_secret_key(known.get("GONETS_SECRET_KEY", "")),
        demo=_yes_or_no(known, "GONETS_DEMO", default=True),
        catcher_port=_number(known, "GONETS_CATCHER_PORT", 1025, limit=65535),
        fetch_networks=_networks(known.get("GONETS_FETCH_NETWORKS", "")),
        fetch_ports=_ports(known.get("GONETS_FETCH_PORTS", "")),
        folders=_folders(known.get("GONETS_FOLDERS", "")),
        fence=_fence(known, data),
        keep_addresses_days=_days(known, "GONETS_KEEP_ADDRESSES_DAYS", 400),
        relay_log=_relay_log(known.get("GONETS_RELAY_LOG", "")),
        log_json=_log_format(known) == "json",
        log_addresses=_yes_or_no(known, "GONETS_LOG_ADDRESSES", default=False),
        admin_name=known.get("GONETS_ADMIN_NAME") or "admin",
        admin_password=known.get("GONETS_ADMIN_PASSWORD", ""),
    )
    _check_together(environment)
    return environment


def is_loopback(host: str | None) -> bool:
    return (host or "") in LOOPBACK_NAMES or (host or "").startswith("127.")


def _check_together(environment: Environment) -> None:
    if environment.port == environment.catcher_port:
        raise WrongSetting(
            gettext_noop(
                "GONETS_PORT and GONETS_CATCHER_PORT are both %(port)s: write two "
                "different numbers."
            ),
            port=environment.port,
        )
    relay = urlsplit(environment.relay_url)
    public = urlsplit(environment.public_url)
    reachable = environment.is_https and not is_loopback(public.hostname)
    if relay.hostname and not is_loopback(relay.hostname) and not reachable:
        raise WrongSetting(
            gettext_noop(
                "GONETS_RELAY_URL names a real mail server, but readers could not "
                "unsubscribe at %(url)s: write the site's public https:// address as "
                "GONETS_PUBLIC_URL."
            ),
            url=environment.public_url,
        )


def _fence(values: Mapping[str, str], data: Path) -> Path:
    """Return a folder that is not copied together with the database."""
    written = values.get("GONETS_FENCE", "")
    folder = Path(written).expanduser().resolve() if written else _state_home(values)
    if written and folder.is_relative_to(data):
        raise WrongSetting(
            gettext_noop(
                "GONETS_FENCE lies in the data folder %(folder)s and would be copied "
                "with it: name a folder outside."
            ),
            folder=data,
        )
    return folder


def _state_home(values: Mapping[str, str]) -> Path:
    """Return where programs of this person keep their state (XDG)."""
    home = values.get("XDG_STATE_HOME", "")
    if not home and values.get("HOME"):
        home = str(Path(values["HOME"]) / ".local" / "state")
    return Path(home or "/var/lib") / "gonets" / "fences"


def _language(values: Mapping[str, str]) -> str:
    written = values.get("GONETS_LANGUAGE", "").lower()
    if written:
        if written not in LANGUAGES:
            raise WrongSetting(
                gettext_noop(
                    "GONETS_LANGUAGE is “%(value)s”: write ru for Russian or en for "
                    "English."
                ),
                value=written,
            )
        return written
    locale = next(
        (v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := values.get(n))), ""
    )
    return "ru" if locale.lower().startswith("ru") else "en"


def _number(values: Mapping[str, str], name: str, default: int, *, limit: int) -> int:
    written = values.get(name) or str(default)
    if not (written.isascii() and written.isdigit() and 0 < int(written) <= limit):
        raise WrongSetting(
            gettext_noop(
                "%(name)s is “%(value)s”: write a number from 1 to %(limit)s, for "
                "example %(default)s."
            ),
            name=name,
            value=written,
            limit=limit,
            default=default,
        )
    return int(written)


def _days(values: Mapping[str, str], name: str, default: int) -> int:
    written = values.get(name) or str(default)
    if not (written.isascii() and written.isdigit() and len(written) < 6):
        raise WrongSetting(
            gettext_noop(
                "%(name)s is “%(value)s”: write a number of days, for example "
                "%(default)s, or 0 for ever."
            ),
            name=name,
            value=written,
            default=default,
        )
    return int(written)


def _relay_log(written: str) -> str:
    kind, _colon, place = written.partition(":")
    if written and not (kind and place):
        raise WrongSetting(
            gettext_noop(
                "GONETS_RELAY_LOG is “%(value)s”: write the kind of log and its path, "
                "for example postfix:/var/log/mail.log, or nothing."
            ),
            value=written,
        )
    return written


def _log_format(values: Mapping[str, str]) -> str:
    written = values.get("GONETS_LOG_FORMAT", "").lower() or "text"
    if written not in ("text", "json"):
        raise WrongSetting(
            gettext_noop("GONETS_LOG_FORMAT is “%(value)s”: write text or json."),
            value=written,
        )
    return written


def _networks(written: str) -> tuple[str, ...]:
    networks = tuple(part.strip() for part in written.split(",") if part.strip())
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise WrongSetting(
                gettext_noop(
                    "GONETS_FETCH_NETWORKS names “%(value)s”: write networks such as "
                    "10.0.0.0/8, with commas between them, or nothing."
                ),
                value=network,
            ) from None
    return networks


def _folders(written: str) -> tuple[Path, ...]:
    folders = tuple(Path(part) for part in written.split(os.pathsep) if part.strip())
    for folder in folders:
        if not folder.is_absolute() or folder == Path(folder.anchor):
            raise WrongSetting(
                gettext_noop(
                    "GONETS_FOLDERS names “%(value)s”: write whole paths of folders, "
                    "with colons between them, or nothing."
                ),
                value=str(folder),
            )
    return folders


def _ports(written: str) -> tuple[int, ...]:
    name = "GONETS_FETCH_PORTS"
    parts = [part.strip() for part in written.split(",") if part.strip()]
    return tuple(_number({name: part}, name, 8080, limit=65535) for part in parts)


def _rate(values: Mapping[str, str], name: str) -> float | None:
    written = values.get(name, "")
    if not written:
        return None
    try:
        rate = float(written.replace(",", "."))
    except ValueError:
        rate = 0.0
    if not 0 < rate < 1_000_000:
        raise WrongSetting(
            gettext_noop(
                "%(name)s is “%(value)s”: write how many letters a second the mail "
                "server may get, for example 20, or nothing for no limit."
            ),
            name=name,
            value=written,
        )
    return rate


def _yes_or_no(values: Mapping[str, str], name: str, *, default: bool) -> bool:
    written = values.get(name, "").lower()
    if not written:
        return default
    if written not in YES + NO:
        raise WrongSetting(
            gettext_noop("%(name)s is “%(value)s”: write yes or no."),
            name=name,
            value=written,
        )
    return written in YES


def _own_url(host: str, port: int) -> str:
    """Return what a browser on this machine would type."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # Raises for a port that is no number.
    except ValueError:
        return None
    return parts if parts.hostname and not any(c.isspace() for c in address) else None


def _public_url(written: str) -> str:
    parts = _split(written)
    if parts is None or parts.scheme not in ("http", "https") or parts.query:
        raise WrongSetting(
            gettext_noop(
                "GONETS_PUBLIC_URL is “%(value)s”: write the whole address that "
                "readers open, for example https://letters.example.com."
            ),
            value=written,
        )
    if parts.path.strip("/"):
        raise WrongSetting(
            gettext_noop(
                "GONETS_PUBLIC_URL is “%(value)s”: write it without a path, for "
                "example %(example)s; Gonets needs a host name of its own."
            ),
            value=written,
            example=f"{parts.scheme}://{parts.netloc}",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _relay_url(written: str) -> str:
    if not written:
        return ""
    parts = _split(written)
    is_server = parts is not None and parts.scheme in RELAY_SCHEMES
    if not is_server and not written.startswith(RELAY_SOCKET):
        raise WrongSetting(
            gettext_noop(
                "GONETS_RELAY_URL is not the address of a mail server: write for "
                "example smtp+starttls://name:password@mail.example.com:587, or "
                "nothing for the built-in mailbox."
            )
        )
    return written


def _secret_key(written: str) -> str:
    if written and len(written) < 32:
        raise WrongSetting(
            gettext_noop(
                "GONETS_SECRET_KEY is too short: write at least 32 random characters, "
                "or nothing to have one made."
            )
        )
    return written


def _time_zone(values: Mapping[str, str], language: str) -> str:
    written = values.get("GONETS_TIME_ZONE", "")
    if written and written not in available_timezones():
        raise WrongSetting(
            gettext_noop(
                "GONETS_TIME_ZONE is “%(value)s”: write a name such as Europe/Moscow "
                "or Asia/Novosibirsk."
            ),
            value=written,
        )
    fallback = "Europe/Moscow" if language == "ru" else "UTC"
    return written or _machines_time_zone(values) or fallback


def _machines_time_zone(values: Mapping[str, str]) -> str:
    """Return what the machine is set to, if it says so by a name."""
    named = [values.get("TZ", "").lstrip(":")]
    link = Path("/etc/localtime")
    if link.is_symlink():
        named.append(str(link.readlink()).rpartition("zoneinfo/")[2])
    return next((name for name in named if name and _is_zone(name)), "")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError.
        return False
    except KeyError:
        return False
    return True
