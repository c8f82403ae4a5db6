"""The form of a newsletter's settings; its rules are the domain's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gonets.content.models import Section
from gonets.newsletters.errors import BadSettings
from gonets.newsletters.models import Newsletter
from gonets.newsletters.queries import design_choices, sources_with_private
from gonets.newsletters.rules import TagMatch
from gonets.newsletters.settings import (
    MOST_DAYS,
    MOST_PER_SECTION,
    MOST_WANTED,
    checked_settings,
)
from gonets.newsletters.states import Selection
from gonets.newsletters.types import NewsletterSettings


class NewsletterForm(forms.Form):
    title = forms.CharField(
        label=_("Name"),
        help_text=_("Readers see it in the letter and when they unsubscribe."),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it is about, in a sentence or two."),
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=settings.LANGUAGES
    )
    section_ids = forms.TypedMultipleChoiceField(
        label=_("Sections"), coerce=int, required=False
    )
    selection = forms.ChoiceField(
        label=_("Which materials are proposed"),
        choices=Selection.choices,
        widget=forms.RadioSelect,
    )
    selection_days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=MOST_DAYS,
        required=False,
    )
    selection_count = forms.IntegerField(
        label=_("Materials from each section"),
        min_value=1,
        max_value=MOST_PER_SECTION,
        required=False,
    )
    tags = forms.CharField(
        label=_("Only materials with these tags"),
        required=False,
        help_text=_("Separated by commas. Empty: whatever the tags."),
    )
    tags_match = forms.ChoiceField(
        label=_("A material must have"), choices=TagMatch.choices, required=False
    )
    section_limit = forms.IntegerField(
        label=_("At most from each section"),
        min_value=1,
        max_value=MOST_PER_SECTION,
        required=False,
        help_text=_(
            "The newest go into an issue by themselves, the others stand beside it. "
            "Empty: all of them."
        ),
    )
    minimum = forms.IntegerField(
        label=_("Materials at least"),
        min_value=1,
        max_value=MOST_WANTED,
        required=False,
        help_text=_(
            "With fewer on its date, an issue that comes about by itself is skipped; "
            "its materials wait for the next one."
        ),
    )
    sender_name = forms.CharField(label=_("Sender’s name"))
    sender_address = forms.CharField(
        label=_("Sender’s e-mail"),
        widget=forms.TextInput(attrs={"inputmode": "email"}),
        help_text=_("An address of your own domain, such as news@example.org."),
    )
    reply_to = forms.CharField(
        label=_("Replies go to"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email"}),
        help_text=_("Empty: to the sender."),
    )
    postal_address = forms.CharField(
        label=_("Postal address"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands at the foot of every letter; the law asks for it."),
    )
    template = forms.ChoiceField(
        label=_("Design"), required=False, widget=forms.RadioSelect
    )
    greeting = forms.CharField(
        label=_("Greeting"),
        required=False,
        help_text=_(
            "Empty: the usual one. The name comes where {{ subscriber.name }} stands; "
            '{{ subscriber.name | default("friends") }} suits those without a name.'
        ),
    )
    test_address = forms.CharField(
        label=_("Address for test letters"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email"}),
    )

    has_browser_page = forms.BooleanField(
        label=_("Readers can open letters in the browser"),
        required=False,
        help_text=_(
            "Each letter has a link to a page that shows it to whoever knows the "
            "address, without anybody's data. Switched off, the pages of earlier "
            "letters are closed, too."
        ),
    )

    is_closed = forms.BooleanField(
        label=_("Closed: only people you add get it"),
        required=False,
        help_text=_(
            "Nobody can sign up, no page shows its letters to everybody; readers open "
            "earlier letters by their own link. Pages of earlier letters are closed."
        ),
    )
    private_source_ids = forms.TypedMultipleChoiceField(
        label=_("Private materials may come from"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "What only members of that site see. It stays out of every newsletter "
            "that is not closed, also if this one is opened later."
        ),
    )

    OWNERS = ("is_closed", "private_source_ids")
    """Who may see what is not for everybody is for an owner to say."""

    def __init__(self, *args: Any, owns: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources: Any = self.fields["private_source_ids"]
        sources.choices = list(sources_with_private().values_list("pk", "name"))
        for name in self.OWNERS:
            # As it was, whatever is posted.
            self.fields[name].disabled = not owns
        sections: Any = self.fields["section_ids"]
        sections.choices = Section.objects.values_list("pk", "name")
        design: Any = self.fields["template"]
        design.choices = [(each.name, each.title) for each in design_choices()]

    def clean(self) -> dict[str, Any]:
        """Ask the domain; each of its complaints goes to its field."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.settings = checked_settings(_settings(cleaned))
        except BadSettings as error:
            for name, problem in error.problems.items():
                self.add_error(name, problem)
        return cleaned


def values_of(newsletter: Newsletter) -> dict[str, Any]:
    """Return what the form is filled in with: what the newsletter has now."""
    chosen = ("section_ids", "private_source_ids")
    names = [name for name in NewsletterForm.base_fields if name not in chosen]
    sources = newsletter.private_sources.filter(takes_private=True)
    return {
        **{name: getattr(newsletter, name) for name in names},
        "tags": ", ".join(newsletter.tags),
        "section_ids": list(newsletter.sections.values_list("pk", flat=True)),
        "private_source_ids": list(sources.values_list("pk", flat=True)),
    }


def _settings(cleaned: dict[str, Any]) -> NewsletterSettings:
    usual = NewsletterSettings(
        title="", sender_name="", sender_address="", postal_address=""
    )
    given = dict(cleaned)
    section_ids = tuple(given.pop("section_ids"))
    given["private_source_ids"] = tuple(given["private_source_ids"])
    given["template"] = given["template"] or usual.template
    given["tags"] = tuple(given["tags"].split(","))
    for name in ("selection_days", "selection_count", "tags_match", "minimum"):
        if given[name] in (None, ""):
            given[name] = getattr(usual, name)
    return NewsletterSettings(section_ids=section_ids, **given)
