"""Forms of materials, sections and sources."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gonets.content.errors import NotAPicture
from gonets.content.models import Material, Picture, Section
from gonets.content.pictures import MAX_BYTES, store_picture
from gonets.content.types import MaterialText
from gonets.kernel import clock
from gonets.web.content.choices import section_choices

MINUTES = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> speaks


class MaterialForm(forms.Form):
    """A material of our own.

    A picture is kept as soon as it came, so that an error elsewhere does not lose it:
    ``picture_id`` names it from then on.
    """

    title = forms.CharField(label=_("Title"), max_length=500)
    section_id = forms.TypedChoiceField(label=_("Section"), coerce=int)
    teaser = forms.CharField(
        label=_("Teaser"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Two or three sentences: letters show them below the title."),
    )
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=300_000,
        widget=forms.Textarea(attrs={"rows": 12, "data-rich-text": ""}),
    )
    picture_id = forms.ModelChoiceField(
        queryset=Picture.objects.all(), required=False, widget=forms.HiddenInput
    )
    picture_file = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/gif,image/webp"}
        ),
        help_text=_("JPEG, PNG, GIF or WebP up to 15 MB; it is scaled to fit."),
    )
    without_picture = forms.BooleanField(label=_("Remove the picture"), required=False)
    picture_alt = forms.CharField(
        label=_("Picture description"),
        required=False,
        max_length=500,
        help_text=_("For those who do not see pictures: what is on it?"),
    )
    address = forms.CharField(
        label=_("Address on the site"),
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Where “Read more” in the letter leads."),
    )
    published_at = forms.DateTimeField(
        label=_("Publication date"),
        input_formats=[MINUTES, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
        help_text=_("With a date to come, newsletters offer it from then on."),
    )
    is_published = forms.BooleanField(label=_("Published"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        section = self.fields["section_id"]
        assert isinstance(section, forms.TypedChoiceField)
        section.choices = section_choices()

    def clean_address(self) -> str:
        return web_address(self.cleaned_data["address"])

    def clean_published_at(self) -> datetime:
        moment: datetime = self.cleaned_data["published_at"]
        if not 1900 <= moment.year <= 2200:
            raise ValidationError(gettext("Please check the year."))
        return moment

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        upload = cleaned.get("picture_file")
        if cleaned.get("without_picture"):
            cleaned["picture_id"] = None
        elif upload:
            cleaned["picture_id"] = self._kept(upload) or cleaned.get("picture_id")
        return cleaned

    def _kept(self, upload: Any) -> Picture | None:
        if upload.size > MAX_BYTES:
            self.add_error("picture_file", gettext("The picture is larger than 15 MB."))
            return None
        try:
            return store_picture(upload.read())
        except NotAPicture as error:
            self.add_error("picture_file", str(error))
            return None

    @property
    def picture(self) -> Picture | None:
        """The picture to show beside the form, kept in this request or before."""
        if self.is_bound:
            kept = getattr(self, "cleaned_data", {}).get("picture_id")
            return kept if isinstance(kept, Picture) else None
        chosen = self.initial.get("picture_id")
        return Picture.objects.filter(pk=chosen).first() if chosen else None

    def text(self) -> MaterialText:
        values = {
            name: self.cleaned_data[name]
            for name in (
                *("title", "section_id", "teaser", "body", "picture_alt", "address"),
                *("published_at", "is_published"),
            )
        }
        picture = self.cleaned_data.get("picture_id")
        return MaterialText(picture_id=picture.pk if picture else None, **values)


def material_initial(material: Material | None, *, section_id: int | None) -> Any:
    """Return what the form begins with."""
    if material is None:
        now = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
        return {"section_id": section_id, "published_at": now, "is_published": True}
    names = MaterialForm.base_fields.keys() - {"picture_file", "without_picture"}
    return {name: getattr(material, name) for name in names}


class SectionForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    parent_id = forms.TypedChoiceField(
        label=_("Belongs to"),
        coerce=int,
        required=False,
        empty_value=None,
    )
    is_hidden = forms.BooleanField(
        label=_("Hide it from newsletters"),
        required=False,
        help_text=_("With all below it; the site itself is not changed."),
    )

    def __init__(
        self, *args: Any, forbidden: Collection[int] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent_id"]
        assert isinstance(parent, forms.TypedChoiceField)
        top = ("", gettext("None: it stands at the top"))
        parent.choices = [top, *section_choices(without=forbidden)]

    @classmethod
    def of(cls, section: Section, *args: Any, **kwargs: Any) -> SectionForm:
        names = ("name", "parent_id", "is_hidden")
        initial = {name: getattr(section, name) for name in names}
        return cls(*args, initial=initial, **kwargs)


def web_address(text: str) -> str:
    """Return ``text`` as an http(s) address; one without a scheme gets https."""
    text = text.strip()
    if not text:
        return ""
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_web = is_web and parts.port != 0  # reading it checks it
    except ValueError:
        is_web = False
    if not is_web or any(character.isspace() for character in text):
        raise ValidationError(
            gettext(
                "This is not a web address. It looks like https://example.com/page."
            )
        )
    return text
