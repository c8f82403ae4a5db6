"""Forms of sources; the settings are what their connector asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gonets.content.asking import known_connectors
from gonets.content.connectors.base import Connector, Need, NeedKind
from gonets.content.feeds.opml import MAX_OPML_BYTES, is_opml
from gonets.content.models import Source
from gonets.content.syndication import MAX_FEED_BYTES
from gonets.web.content.forms import web_address

PREFIX = "need-"

RHYTHMS: list[tuple[int, Any]] = [
    (0, _("as often as something new comes")),
    (15, _("every 15 minutes")),
    (60, _("every hour")),
    (6 * 60, _("every 6 hours")),
    (24 * 60, _("once a day")),
]
"""In minutes."""


class SourceForm(forms.Form):
    """The address of whatever it is, or a file that was saved from it."""

    address = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "placeholder": "https://", "spellcheck": "false"}
        ),
        help_text=_("Of the site, a section of it, or a feed: we find out what it is."),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xml,.rss,.atom,.rdf,.opml,.json"}),
        help_text=_("A feed saved as a file, or a list of feeds (OPML), up to 10 MB."),
    )

    def clean_address(self) -> str:
        """Return a web address, or the path of a folder on this machine."""
        given: str = self.cleaned_data["address"].strip()
        return given if given.startswith("/") else web_address(given)

    def clean_file(self) -> bytes | None:
        upload = self.cleaned_data["file"]
        if not upload:
            return None
        if upload.size > MAX_FEED_BYTES:
            raise ValidationError(gettext("The file is larger than 10 MB."))
        content: bytes = upload.read()
        if is_opml(content) and len(content) > MAX_OPML_BYTES:
            raise ValidationError(gettext("The list of feeds is larger than 5 MB."))
        return content

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.offers_anything:
            self.add_error("address", gettext("Give an address or choose a file."))
        return self.cleaned_data

    @property
    def offers_anything(self) -> bool:
        return bool(
            self.cleaned_data.get("address")
            or self.cleaned_data.get("file") is not None
        )


class SettingsForm(forms.Form):
    """What a connector asks for, field by field; ``settings`` are the answers."""

    def __init__(
        self, *args: Any, needs: Iterable[Need], kept: Mapping[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._needs = tuple(needs)
        for need in self._needs:
            is_kept = bool(kept.get(need.name))
            self.fields[PREFIX + need.name] = _field(need, kept, is_kept=is_kept)

    @property
    def settings(self) -> dict[str, Any]:
        return {need.name: self._answer(need) for need in self._needs}

    def _answer(self, need: Need) -> Any:
        """Return what was given; a choice that was not made is the initial one."""
        given = self.cleaned_data.get(PREFIX + need.name, need.initial)
        return given or need.initial if need.kind == NeedKind.CHOICE else given

    @property
    def settings_fields(self) -> list[forms.BoundField]:
        return [self[PREFIX + need.name] for need in self._needs]


class NewSourceForm(SettingsForm):
    """What was recognised, its name and settings."""

    def __init__(self, *args: Any, connector: Connector, **kwargs: Any) -> None:
        kwargs.setdefault("kept", {})
        super().__init__(*args, needs=connector.needs, **kwargs)
        self.fields["name"] = forms.CharField(
            label=gettext("Name"),
            required=False,
            max_length=200,
            help_text=gettext("Left empty, the source's own is taken."),
        )


class SourceEditForm(SettingsForm):
    """The name may not be empty any more; a file is only for sources from files."""

    def __init__(self, *args: Any, source: Source, **kwargs: Any) -> None:
        connector = known_connectors().get(source.kind)
        needs = connector.needs if connector else ()
        kwargs["initial"] = {
            "name": source.name,
            "address": source.address,
            "every": int(source.every.total_seconds() // 60) if source.every else 0,
            "takes_private": source.takes_private,
        }
        super().__init__(*args, needs=needs, kept=source.settings, **kwargs)
        self.source = source
        self._add_place(connector)
        self._add_rhythm(connector)
        self.order_fields(["name", "address", "file"])

    def _add_place(self, connector: Connector | None) -> None:
        self.fields["name"] = forms.CharField(label=gettext("Name"), max_length=200)
        if self.source.address:
            label = connector.address_label if connector else None
            self.fields["address"] = forms.CharField(
                label=str(label or gettext("Address")), max_length=2000
            )
        elif self.source.kind == "feed":
            self.fields["file"] = forms.FileField(
                label=gettext("A newer file"),
                required=False,
                widget=forms.FileInput(attrs={"accept": ".xml,.rss,.atom,.rdf,.json"}),
            )

    def _add_rhythm(self, connector: Connector | None) -> None:
        if connector and connector.is_asked and "file" not in self.fields:
            self.fields["every"] = forms.TypedChoiceField(
                label=gettext("Fetched"), coerce=int, choices=RHYTHMS
            )
        if connector and connector.gives_private:
            self.fields["takes_private"] = forms.BooleanField(
                label=gettext("Also take what only members of the site see"),
                required=False,
                help_text=gettext(
                    "Only closed newsletters whose owner allows this source send it."
                ),
            )

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        is_web = self.source.address.startswith(("http://", "https://"))
        return web_address(address) if is_web else address

    def clean_file(self) -> bytes | None:
        upload = self.cleaned_data["file"]
        if not upload:
            return None
        if upload.size > MAX_FEED_BYTES:
            raise ValidationError(gettext("The file is larger than 10 MB."))
        content: bytes = upload.read()
        return content

    @property
    def every(self) -> timedelta | None:
        minutes = self.cleaned_data.get("every") or 0
        return timedelta(minutes=minutes) if minutes else None


def _field(need: Need, kept: Mapping[str, Any], *, is_kept: bool) -> forms.Field:
    common: dict[str, Any] = {"label": need.label, "help_text": need.help}
    if need.kind == NeedKind.SECRET:
        return _secret_field(need, common, is_kept=is_kept)
    common["initial"] = kept.get(need.name, need.initial)
    if need.kind == NeedKind.SWITCH:
        return forms.BooleanField(required=False, **common)
    common["required"] = need.is_required
    if need.kind == NeedKind.CHOICE:
        return forms.ChoiceField(choices=need.choices, **common)
    if need.kind == NeedKind.NUMBER:
        return forms.IntegerField(max_value=2**31, **common)
    if need.kind == NeedKind.ADDRESS:
        return forms.URLField(max_length=2000, assume_scheme="https", **common)
    return forms.CharField(max_length=2000, **common)


def _secret_field(need: Need, common: dict[str, Any], *, is_kept: bool) -> forms.Field:
    """Never show it again; what is kept stays unless another is typed."""
    if is_kept:
        common["help_text"] = gettext("It is kept. Fill this in only to replace it.")
    return forms.CharField(
        required=need.is_required and not is_kept,
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        **common,
    )
