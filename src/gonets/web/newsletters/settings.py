"""Making a newsletter and changing its settings."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gonets.content.queries import section_tree
from gonets.letters.gallery import USUAL
from gonets.newsletters import actions
from gonets.newsletters.models import Newsletter
from gonets.newsletters.standing.models import NewsletterRhythm
from gonets.newsletters.standing.wording import rhythm_words
from gonets.newsletters.states import Selection
from gonets.web.access import editor_required, is_administrator
from gonets.web.newsletters.forms import NewsletterForm, values_of
from gonets.web.newsletters.rules import taken_by
from gonets.web.trees import nested


@require_http_methods(["GET", "POST"])
@editor_required
def newsletter_create(request: HttpRequest) -> HttpResponse:
    owns = is_administrator(request.user)
    if request.method == "GET":
        values = _first_values(request)
        return _form_page(request, NewsletterForm(initial=values, owns=owns))
    form = NewsletterForm(request.POST, owns=owns)
    if not form.is_valid():
        return _form_page(request, form)
    newsletter = actions.create_newsletter(form.settings, user=request.user)
    messages.success(
        request, _("“%(newsletter)s” is made.") % {"newsletter": newsletter.title}
    )
    _warn_without_sections(request, form)
    return _back_to(newsletter.pk)


def _first_values(request: HttpRequest) -> dict[str, object]:
    return {
        "language": get_language() or "ru",
        "template": USUAL.name,
        "selection": Selection.SINCE_LAST_ISSUE,
        "selection_days": 7,
        "selection_count": 5,
        "minimum": 1,
        "test_address": getattr(request.user, "email", ""),
    }


@require_http_methods(["GET", "POST"])
@editor_required
def newsletter_edit(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    newsletter = get_object_or_404(Newsletter, pk=newsletter_id)
    values, owns = values_of(newsletter), is_administrator(request.user)
    if request.method == "GET":
        form = NewsletterForm(initial=values, owns=owns)
        return _form_page(request, form, newsletter)
    form = NewsletterForm(request.POST, initial=values, owns=owns)
    if not form.is_valid():
        return _form_page(request, form, newsletter)
    actions.edit_newsletter(newsletter_id, form.settings)
    messages.success(request, _("The settings are saved."))
    _warn_without_sections(request, form)
    return _back_to(newsletter_id)


def _form_page(
    request: HttpRequest, form: NewsletterForm, newsletter: Newsletter | None = None
) -> HttpResponse:
    chosen = form["section_ids"].value() or []
    row = NewsletterRhythm.objects.filter(newsletter=newsletter, is_on=True).first()
    context = {
        "form": form,
        "newsletter": newsletter,
        "rhythm_words": rhythm_words(row.rhythm) if row else "",
        "taken": taken_by(form, newsletter) if newsletter else None,
        "tree": nested(section_tree()),
        "owns": is_administrator(request.user),
        "join_address": _join_address(newsletter),
        "chosen": {str(section_id) for section_id in chosen},
    }
    return render(request, "gonets/newsletters/form.html", context)


def _join_address(newsletter: Newsletter | None) -> str:
    """Return where readers subscribe by themselves; empty if they cannot."""
    if newsletter is None or newsletter.is_closed or newsletter.archived_at:
        return ""
    site = str(django_settings.GONETS_PUBLIC_URL).rstrip("/")
    return f"{site}{reverse('gonets:sign-up')}?newsletter={newsletter.readership.key}"


def _warn_without_sections(request: HttpRequest, form: NewsletterForm) -> None:
    if not form.settings.section_ids:
        messages.warning(
            request,
            _(
                "No sections are chosen, so nothing will be proposed for an issue; "
                "you can still add materials by hand."
            ),
        )


def _back_to(newsletter_id: int) -> HttpResponse:
    address = reverse("gonets:newsletters")
    return redirect(f"{address}?selected={newsletter_id}")
