"""Forms about people; their rules are the domain's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gonets.audience.errors import BadField
from gonets.audience.fields import MAX_LABEL, clean_value, field_name
from gonets.audience.importing.actions import Choices

OWN = "field_"
"""How inputs are called that hold fields of subscribers."""


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

    new_label = forms.CharField(
        label=_("What it is"), required=False, max_length=MAX_LABEL
    )
    new_value = forms.CharField(label=_("What this person has"), required=False)

    def __init__(
        self,
        *args: Any,
        titles: Mapping[int, str],
        labels: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        newsletters: Any = self.fields["readership_ids"]
        newsletters.choices = list(titles.items())
        self.titles = titles
        self.labels = labels
        for name, label in labels.items():
            self.fields[f"{OWN}{name}"] = forms.CharField(
                label=label,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.taken_by: int | None = None  # who has the address already

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[f"{OWN}{name}"] for name in self.labels]

    @property
    def own_values(self) -> dict[str, str]:
        """What was written in the fields of subscribers, by their names."""
        return {name: self.cleaned_data[f"{OWN}{name}"] for name in self.labels}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in (*(f"{OWN}{each}" for each in self.labels), "new_value"):
            try:
                clean_value(cleaned.get(name, ""))
            except BadField as error:
                self.add_error(name, str(error))
        if cleaned.get("new_value") and not cleaned.get("new_label"):
            self.add_error("new_label", _("Say what the field is called."))
        return cleaned


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("The file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.ods,text/csv"}
        ),
    )


COLUMN = "column_"
NEW = "+"


class ImportForm(forms.Form):
    """What is decided about a file before it is imported.

    ``labels`` are those of the fields of subscribers, by their names.
    """

    replaces_fields = forms.BooleanField(
        label=_("Of people who are here already, replace what is known"),
        required=False,
        widget=forms.CheckboxInput(attrs={"form": "start-form"}),
        help_text=_("Without it only what is missing is filled in."),
    )

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
        labels: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headings = headings
        fields: dict[str, Any] = self.fields
        fields["address_column"].choices = list(headings.items())
        fields["name_column"].choices = [("", _("no column")), *headings.items()]
        fields["readership_ids"].choices = list(titles.items())
        for name in ("address_column", "name_column"):
            fields[name].widget.attrs |= {"form": "start-form", "data-marks": "column"}
        for number, heading in headings.items():
            fields[f"{COLUMN}{number}"] = _column_field(number, heading, labels)

    @property
    def columns(self) -> list[tuple[int, forms.BoundField]]:
        """Every column of the file with the question what it becomes."""
        return [(number, self[f"{COLUMN}{number}"]) for number in self.headings]

    @property
    def choices(self) -> Choices:
        given = dict(self.cleaned_data)
        columns = {
            number: given.pop(f"{COLUMN}{number}", "") for number in self.headings
        }
        return Choices(
            **given,
            field_columns={
                number: self.headings[number] if become == NEW else become
                for number, become in columns.items()
                if become
            },
        )


def _column_field(
    number: int, heading: str, labels: Mapping[str, str]
) -> forms.ChoiceField:
    """Ask what a column becomes; one that is called like a field becomes that."""
    name = field_name(heading)
    offered: list[tuple[str, Any]] = [("", _("leave out"))]
    if name not in labels:
        offered.append((NEW, _("new field “%(name)s”") % {"name": heading}))
    return forms.ChoiceField(
        label=heading,
        required=False,
        choices=[*offered, *labels.items()],
        initial=name if name in labels else "",
        widget=forms.Select(attrs={"form": "start-form", "data-marks": str(number)}),
    )
