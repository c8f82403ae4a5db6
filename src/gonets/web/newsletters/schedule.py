"""When a newsletter comes out by itself: its rhythm, its dates, who is told."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gonets.kernel import clock
from gonets.newsletters.errors import BadSettings, NewslettersError
from gonets.newsletters.models import Newsletter
from gonets.newsletters.standing import queries
from gonets.newsletters.standing.checking import checked_rhythm
from gonets.newsletters.standing.models import NewsletterRhythm, StandingDraft
from gonets.newsletters.standing.planning import (
    set_rhythm,
    skip_day,
    stop_rhythm,
    unskip_day,
)
from gonets.newsletters.standing.rhythms import Rhythm, Skips, upcoming
from gonets.newsletters.standing.wording import rhythm_words
from gonets.web.access import editor_required
from gonets.web.newsletters.schedule_form import ScheduleForm

PAST_SHOWN = 5


@require_http_methods(["GET", "POST"])
@editor_required
def newsletter_schedule(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    newsletter = get_object_or_404(Newsletter, pk=newsletter_id)
    if request.method == "GET":
        return _page(request, newsletter, ScheduleForm.of(_row(newsletter_id)))
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        return _page(request, newsletter, form)
    set_rhythm(newsletter_id, form.plan, user=request.user)
    words = rhythm_words(checked_rhythm(form.plan.rhythm))
    messages.success(request, _("Saved: it comes out %(words)s.") % {"words": words})
    return redirect("gonets:newsletter-schedule", newsletter_id)


@require_POST
@editor_required
def schedule_preview(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    """Say in words what is chosen, and the dates it means; nothing is saved."""
    form = ScheduleForm(request.POST)
    row = _row(newsletter_id)
    if form.is_valid():
        skips = Skips(
            days=row.skips.days if row else frozenset(),
            paused_from=form.plan.skips.paused_from,
            paused_until=form.plan.skips.paused_until,
        )
        shown = _dates(checked_rhythm(form.plan.rhythm), skips)
    else:
        problems = [str(problem) for each in form.errors.values() for problem in each]
        shown = {"problem": problems[0]}
    return render(
        request,
        "gonets/newsletters/parts/schedule_dates.html",
        {**shown, "newsletter_id": newsletter_id, "is_tried_out": True},
    )


@require_POST
@editor_required
def schedule_stop(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    get_object_or_404(Newsletter, pk=newsletter_id)
    stop_rhythm(newsletter_id, user=request.user)
    messages.success(
        request, _("Nothing comes out by itself any more; what was collected stays.")
    )
    return redirect("gonets:newsletter-schedule", newsletter_id)


@require_POST
@editor_required
def schedule_skip(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    """Skip a date, or take that back."""
    get_object_or_404(Newsletter, pk=newsletter_id)
    back = request.POST.get("back", "")
    try:
        day = date.fromisoformat(back or request.POST.get("day", ""))
        if back:
            unskip_day(newsletter_id, day, user=request.user)
        else:
            skip_day(newsletter_id, day, user=request.user)
    except ValueError:
        messages.error(request, _("This is not a day of the calendar."))
    except NewslettersError as error:
        messages.error(request, str(error))
    return redirect("gonets:newsletter-schedule", newsletter_id)


def _row(newsletter_id: int) -> NewsletterRhythm | None:
    return NewsletterRhythm.objects.filter(newsletter=newsletter_id).first()


def _page(
    request: HttpRequest, newsletter: Newsletter, form: ScheduleForm
) -> HttpResponse:
    row = _row(newsletter.pk)
    draft = queries.open_draft(newsletter.pk)
    context = {
        "newsletter": newsletter,
        "newsletter_id": newsletter.pk,
        "form": form,
        "row": row,
        "draft": draft,
        "count": queries.material_count(draft.issue_id or 0) if draft else 0,
        "skipped": _skipped(draft),
        "past": queries.past_drafts(newsletter.pk)[:PAST_SHOWN],
        "told": queries.told_people(newsletter),
        **_shown(form, row),
    }
    return render(request, "gonets/newsletters/schedule.html", context)


def _skipped(draft: StandingDraft | None) -> StandingDraft | None:
    """Return the date that the open issue had before, if the rule skipped it."""
    if draft is None or draft.issue_id is None:
        return None
    return queries.skipped_before([draft.issue_id]).get(draft.issue_id)


def _shown(form: ScheduleForm, row: NewsletterRhythm | None) -> dict[str, object]:
    """The dates of what is set; of a rhythm that is not, those of the proposal."""
    if row is not None:
        return _dates(row.rhythm, row.skips)
    proposal = ScheduleForm(
        {
            name: form.get_initial_for_field(form.fields[name], name)
            for name in form.fields
        }
    )
    if not proposal.is_valid():
        return {}
    try:
        rhythm = checked_rhythm(proposal.plan.rhythm)
    except BadSettings:
        return {}
    return {**_dates(rhythm, Skips()), "is_tried_out": True}


def _dates(rhythm: Rhythm, skips: Skips) -> dict[str, object]:
    dates = upcoming(rhythm, after=clock.now(), skips=skips, count=queries.SHOWN_DATES)
    return {"words": rhythm_words(rhythm), "dates": dates, "skips": skips}
