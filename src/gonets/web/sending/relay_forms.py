"""Forms for relays and for the limits of mailbox providers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gonets.delivery.errors import BadRelayAddress
from gonets.delivery.models import DomainLimit, Relay
from gonets.delivery.providers import BUILT_IN
from gonets.delivery.transports.addresses import (
    XOAUTH2,
    RelayAddress,
    parse_relay_address,
)
from gonets.publishing.relays import DEFAULT_CONNECTIONS
from gonets.publishing.states import RelayOrigin
from gonets.publishing.types import LimitTerms, RelayTerms

DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*(\.\*)?", re.ASCII)
MOST_DOMAINS = 200
MOST_OF_A_TOKEN = 3000
ADDRESS_FIELDS = ("host", "port", "security", "user", "password", "auth")


def _rate_field(help_text: Any) -> forms.FloatField:
    return forms.FloatField(
        label=_("At most letters per second"),
        min_value=0.01,
        max_value=100_000,
        required=False,
        help_text=help_text,
    )


class RelayForm(forms.Form):
    """A relay: where it is, how much it carries, and what it must not exceed."""

    use_required_attribute = False  # What is missing is said in our own words.

    SECURITY = (
        ("starttls", _("STARTTLS (usual with port 587)")),
        ("tls", _("TLS from the beginning (usual with port 465)")),
        ("none", _("none (only inside your own network)")),
    )
    SCHEMES = {"starttls": "smtp+starttls", "tls": "smtps", "none": "smtp"}
    AUTH = (
        ("", pgettext_lazy("log-in by", "password")),
        (XOAUTH2, pgettext_lazy("log-in by", "access token (XOAUTH2)")),
    )

    host = forms.CharField(
        label=_("Server"),
        max_length=253,
        error_messages={"required": _("Enter the name of the mail server.")},
        widget=forms.TextInput(
            attrs={
                "placeholder": "mail.example.com",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65535, required=False
    )
    security = forms.ChoiceField(label=_("Encryption"), choices=SECURITY)
    user = forms.CharField(
        label=_("User name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=MOST_OF_A_TOKEN,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    auth = forms.ChoiceField(
        label=_("Log-in by"),
        choices=AUTH,
        required=False,
        help_text=_(
            "A token stands in the field of the password. It usually lives for an "
            "hour: whoever renews it enters it here anew."
        ),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("Stands in the account of every letter. Empty: the server."),
    )
    weight = forms.IntegerField(
        label=_("Share"),
        min_value=0,
        max_value=1000,
        required=False,
        help_text=_(
            "With shares 3 and 1 letters go 3 : 1. 0 is a spare server: it steps in "
            "while the others fail."
        ),
    )
    letters_per_second = _rate_field(_("Empty: as many as the server takes."))
    connections = forms.IntegerField(
        label=_("Connections at the same time"),
        min_value=1,
        max_value=200,
        required=False,
        help_text=_("Most providers allow from 2 to 10."),
    )
    letters_per_connection = forms.IntegerField(
        label=_("Letters per connection"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text=_("After so many it is opened anew. Usually 1000."),
    )
    idle_seconds = forms.IntegerField(
        label=_("Idle seconds"),
        min_value=1,
        max_value=600,
        required=False,
        help_text=_("A connection without work is closed after them. Usually 20."),
    )

    def __init__(self, *args: Any, relay: Relay | None = None, **kwargs: Any) -> None:
        self._kept = _kept_address(relay)
        kwargs.setdefault("initial", _initial(relay, self._kept))
        super().__init__(*args, **kwargs)
        self.is_fixed = bool(relay and relay.origin == RelayOrigin.ENVIRONMENT)
        if self.is_fixed:
            for name in (*ADDRESS_FIELDS, "letters_per_second", "connections"):
                del self.fields[name]
        elif self._kept is not None and self._kept.password:
            self.fields["password"].help_text = _(
                "A password is kept. Leave this empty to keep it."
            )

    @property
    def url(self) -> str:
        return str(self.cleaned_data.get("url", ""))

    @property
    def terms(self) -> RelayTerms:
        given = self.cleaned_data
        weight = given.get("weight")
        return RelayTerms(
            url=self.url,
            name=given["name"].strip(),
            weight=1 if weight is None else weight,
            letters_per_second=given.get("letters_per_second"),
            connections=given.get("connections") or DEFAULT_CONNECTIONS,
            letters_per_connection=given.get("letters_per_connection") or 1000,
            idle_seconds=given.get("idle_seconds") or 20,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_fixed or self.errors:
            return cleaned
        cleaned["url"] = self._url(cleaned)
        try:
            parse_relay_address(cleaned["url"])
        except BadRelayAddress as error:
            self.add_error(self._field_at_fault(cleaned), str(error))
        return cleaned

    def _field_at_fault(self, cleaned: dict[str, Any]) -> str:
        if cleaned.get("auth") and cleaned["security"] != "none":
            return "auth"
        return "security" if cleaned.get("user") else "host"

    def _url(self, cleaned: dict[str, Any]) -> str:
        scheme = self.SCHEMES[cleaned["security"]]
        host = cleaned["host"].strip()
        port = f":{cleaned['port']}" if cleaned.get("port") else ""
        user = cleaned.get("user", "")
        auth = cleaned.get("auth", "")
        password = cleaned.get("password") or self._kept_password(host, user, auth)
        login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
        query = f"?auth={auth}" if auth else ""
        return f"{scheme}://{login}{host}{port}{query}"

    def _kept_password(self, host: str, user: str, auth: str) -> str:
        """The kept password goes to no server but the one it was entered for."""
        kept = self._kept
        if kept is None or not kept.password or not user:
            return ""
        if (kept.host, kept.user, kept.auth) == (host.lower(), user, auth):
            return kept.password
        self.add_error(
            "password", _("The server or the user is another one: enter the password.")
        )
        return ""


class LimitForm(forms.Form):
    """What the domains of one mailbox provider may get together."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Mailbox provider"),
        max_length=100,
        error_messages={"required": _("Enter a name, such as Gmail.")},
    )
    domains = forms.CharField(
        label=_("Domains"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "One or several; they share the limit. yandex.* stands for every ending."
        ),
        error_messages={"required": _("Enter at least one domain.")},
    )
    letters_per_second = _rate_field(_("Empty: no limit. 0.1 is six a minute."))
    letters_at_once = forms.IntegerField(
        label=_("At most letters on their way at once"),
        min_value=1,
        max_value=10_000,
        required=False,
        help_text=_("Empty: no limit. Every letter holds a connection until answered."),
    )

    @classmethod
    def for_provider(cls, provider: str) -> LimitForm:
        """Propose the domains of a provider that is known."""
        if provider not in BUILT_IN:
            return cls()
        domains = " ".join(BUILT_IN[provider])
        return cls(initial={"name": provider, "domains": domains})

    @classmethod
    def for_limit(cls, limit: DomainLimit) -> LimitForm:
        return cls(
            initial={
                "name": limit.name,
                "domains": limit.domains,
                "letters_per_second": limit.letters_per_second,
                "letters_at_once": limit.letters_at_once,
            }
        )

    @property
    def terms(self) -> LimitTerms:
        given = self.cleaned_data
        return LimitTerms(
            name=given["name"],
            domains=given["domains"],
            letters_per_second=given.get("letters_per_second"),
            letters_at_once=given.get("letters_at_once"),
        )

    def clean_domains(self) -> tuple[str, ...]:
        words = re.split(r"[\s,;]+", self.cleaned_data["domains"].strip().lower())
        domains = tuple(dict.fromkeys(_in_ascii(word.lstrip("@")) for word in words))
        for domain in domains:
            if not DOMAIN.fullmatch(domain):
                raise forms.ValidationError(
                    _("“%(domain)s” is not a domain: write it like gmail.com.")
                    % {"domain": domain[:100]}
                )
        if len(domains) > MOST_DOMAINS:
            raise forms.ValidationError(
                _("At most %(most)d domains.") % {"most": MOST_DOMAINS}
            )
        return domains


def _in_ascii(domain: str) -> str:
    """Spell it as address keys do; what cannot be spelled so stays as it is."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _kept_address(relay: Relay | None) -> RelayAddress | None:
    try:
        return None if relay is None else parse_relay_address(relay.url)
    except BadRelayAddress:
        return None


def _initial(relay: Relay | None, kept: RelayAddress | None) -> dict[str, Any]:
    if relay is None:
        usual = RelayTerms(url="")
        return {
            "security": "starttls",
            "weight": usual.weight,
            "connections": usual.connections,
            "letters_per_connection": usual.letters_per_connection,
            "idle_seconds": usual.idle_seconds,
        }
    initial: dict[str, Any] = {
        "name": relay.name,
        "weight": relay.weight,
        "letters_per_second": relay.letters_per_second,
        "connections": relay.connections,
        "letters_per_connection": relay.letters_per_connection,
        "idle_seconds": relay.idle_seconds,
    }
    if kept is not None:
        initial |= {
            "host": kept.host,
            "port": kept.port,
            "security": kept.security,
            "user": kept.user,
            "auth": kept.auth,
        }
    return initial
