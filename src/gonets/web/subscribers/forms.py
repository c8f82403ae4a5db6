"""Forms about people; their rules are the domain's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gonets.audience.importing.actions import Choices


class PersonForm(forms.Form):
    """``titles`` name the newsletters on offer, by readership id."""

    address = forms.CharField(
        label=_("E-mail"),
        widget=forms.TextInput(
            attrs={"inputmode": "email", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "As letters greet the person; without one they say something neutral."
        ),
    )
    readership_ids = forms.TypedMultipleChoiceField(
        label=_("Newsletters"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    evidence = forms.CharField(
        label=_("How do you know that this person wants them?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For the record, such as “asked for it by phone on 12 November”."),
    )

    def __init__(self, *args: Any, titles: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newsletters: Any = self.fields["readership_ids"]
        newsletters.choices = list(titles.items())
        self.titles = titles
        self.taken_by: int | None = None  # who has the address already


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("The file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.ods,text/csv"}
        ),
    )


class ImportForm(forms.Form):
    """What is decided about a file before it is imported."""

    address_column = forms.TypedChoiceField(
        label=_("The e-mail is in"), coerce=int, widget=forms.Select
    )
    name_column = forms.TypedChoiceField(
        label=_("The name is in"), coerce=int, required=False, empty_value=None
    )
    readership_ids = forms.TypedMultipleChoiceField(
        label=_("Subscribe them to"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one newsletter.")},
    )
    consent_source = forms.CharField(
        label=_("Where did these people agree to get letters?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "It is kept with every one of them as the evidence, such as “the form at"
            " the fair in Kazan, March 2026”."
        ),
    )

    def __init__(
        self,
        *args: Any,
        headings: Mapping[int, str],
        titles: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["address_column"].choices = list(headings.items())
        fields["name_column"].choices = [("", _("no column")), *headings.items()]
        fields["readership_ids"].choices = list(titles.items())
        for name in ("address_column", "name_column"):
            fields[name].widget.attrs["form"] = "start-form"

    @property
    def choices(self) -> Choices:
        return Choices(**self.cleaned_data)
