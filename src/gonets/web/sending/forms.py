"""Forms of this area: when to send, and through which relay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gonets.delivery.errors import BadRelayAddress
from gonets.delivery.transports.addresses import RelayAddress, parse_relay_address
from gonets.kernel import clock
from gonets.newsletters.models import Issue
from gonets.publishing.relays import DEFAULT_CONNECTIONS
from gonets.publishing.states import RelayOrigin

USUAL_HOUR = 10


class ScheduleForm(forms.Form):
    """A day and a time of the site's zone."""

    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a day of the calendar.")},
    )
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Write the time like 10:00.")},
    )

    @classmethod
    def for_issue(cls, issue: Issue) -> ScheduleForm:
        """Propose the time it has, or tomorrow morning."""
        at = issue.scheduled_at or clock.now() + timedelta(days=1)
        local = timezone.localtime(at)
        if issue.scheduled_at is None:
            local = local.replace(hour=USUAL_HOUR, minute=0)
        return cls(initial={"day": local.date(), "time": local.time()})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            cleaned["at"] = self._moment(cleaned)
        return cleaned

    def _moment(self, cleaned: dict[str, Any]) -> datetime:
        written = datetime.combine(cleaned["day"], cleaned["time"])
        moment = timezone.make_aware(written)
        existing = moment.astimezone(UTC).astimezone(moment.tzinfo)
        if existing.replace(tzinfo=None) != written:
            raise forms.ValidationError(
                _("The clocks go forward then: this time does not exist on that day.")
            )
        if moment <= clock.now():
            raise forms.ValidationError(
                _("This time has passed. Choose one in the future.")
            )
        return moment


class RelayForm(forms.Form):
    """Where letters leave: the built-in mailbox, or a mail server."""

    use_required_attribute = False  # A hidden field must not hold the form back.

    MAILBOX, SERVER, ENVIRONMENT = "mailbox", "server", "environment"
    WAYS = {
        RelayOrigin.MAILBOX: MAILBOX,
        RelayOrigin.SETTINGS: SERVER,
        RelayOrigin.ENVIRONMENT: ENVIRONMENT,
    }
    SECURITY = (
        ("starttls", _("STARTTLS (usual with port 587)")),
        ("tls", _("TLS from the beginning (usual with port 465)")),
        ("none", _("none (only inside your own network)")),
    )
    SCHEMES = {"starttls": "smtp+starttls", "tls": "smtps", "none": "smtp"}

    way = forms.ChoiceField(choices=[(way, way) for way in WAYS.values()])
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
        max_length=200,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    letters_per_second = forms.FloatField(
        label=_("At most letters per second"),
        min_value=0.01,
        max_value=100_000,
        required=False,
        help_text=_("Empty: as many as the server takes."),
    )
    connections = forms.IntegerField(
        label=_("Connections at the same time"),
        min_value=1,
        max_value=200,
        required=False,
        help_text=_("Most providers allow from 2 to 10."),
    )

    def __init__(self, *args: Any, kept: RelayAddress | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept = kept
        is_needed = self["way"].value() == self.SERVER or not self.is_bound
        for name in ("host", "security"):
            self.fields[name].required = is_needed
        if kept is not None and kept.password:
            self.fields["password"].help_text = _(
                "A password is kept. Leave this empty to keep it."
            )

    @property
    def chosen_way(self) -> str:
        return str(self.cleaned_data["way"])

    @property
    def url(self) -> str:
        return str(self.cleaned_data["url"])

    @property
    def connections_or_default(self) -> int:
        return self.cleaned_data.get("connections") or DEFAULT_CONNECTIONS

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("way") != self.SERVER or self.errors:
            return cleaned
        cleaned["url"] = self._url(cleaned)
        try:
            parse_relay_address(cleaned["url"])
        except BadRelayAddress as error:
            self.add_error("security" if cleaned.get("user") else "host", str(error))
        return cleaned

    def _url(self, cleaned: dict[str, Any]) -> str:
        scheme = self.SCHEMES[cleaned["security"]]
        host = cleaned["host"].strip()
        port = f":{cleaned['port']}" if cleaned.get("port") else ""
        user = cleaned.get("user", "")
        password = cleaned.get("password") or self._kept_password(host, user)
        login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
        return f"{scheme}://{login}{host}{port}"

    def _kept_password(self, host: str, user: str) -> str:
        """The kept password goes to no server but the one it was entered for."""
        kept = self._kept
        if kept is None or not kept.password or not user:
            return ""
        if (kept.host, kept.user) == (host.lower(), user):
            return kept.password
        self.add_error(
            "password", _("The server or the user is another one: enter the password.")
        )
        return ""
