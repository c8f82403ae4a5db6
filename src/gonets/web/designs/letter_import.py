"""Importing a letter that was made elsewhere, and taking over its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from gonets.kernel.html import storable
from gonets.letters.errors import TemplateChanged, TemplateRefused
from gonets.letters.letter_files import MOST_BYTES
from gonets.newsletters.actions import import_letter, take_over_pictures
from gonets.newsletters.errors import LetterUnreadable
from gonets.web.access import administrator_required
from gonets.web.designs.own_files import kept_template

SHOWN_REFUSALS = 5


@require_http_methods(["GET", "POST"])
@administrator_required
def letter_import(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request)
    title = storable(request.POST.get("title", ""))
    try:
        imported = import_letter(
            _posted(request),
            title=title,
            keeps_words=request.POST.get("words") == "keep",
            user=request.user,
        )
    except LetterUnreadable as error:
        return _page(request, problem=str(error))
    except TemplateRefused as error:
        context = {"file": title or _("this letter"), "faults": error.faults}
        return render(request, "gonets/designs/refused.html", context)
    messages.success(request, _("The letter is a template now."))
    if imported.removed:
        messages.info(request, removed_sentence(imported.removed))
    if imported.lost:
        messages.warning(request, _lost_sentence(imported.lost))
    return redirect("gonets:template", imported.template.pk)


@require_POST
@administrator_required
def template_pictures(request: HttpRequest, template_id: int) -> HttpResponse:
    kept_template(template_id)
    try:
        taken = take_over_pictures(template_id, user=request.user)
    except TemplateChanged as error:
        messages.error(request, str(error))
        return redirect("gonets:template", template_id)
    if taken.kept:
        messages.success(request, _kept_sentence(taken.kept))
    for address, why in taken.refused[:SHOWN_REFUSALS]:
        messages.warning(request, f"{address[:120]} — {why}")
    if len(taken.refused) > SHOWN_REFUSALS:
        rest = len(taken.refused) - SHOWN_REFUSALS
        messages.warning(request, _rest_sentence(rest))
    return redirect("gonets:template", template_id)


def removed_sentence(removed: Mapping[str, int]) -> str:
    """Say what was cut out of a letter: “Removed: 1 script, 2 tracking pixels.”"""
    return _("Removed: %(what)s.") % {"what": ", ".join(_removed(removed))}


def _removed(removed: Mapping[str, int]) -> Iterator[str]:
    said = {
        "script": ngettext(
            "%(count)d script", "%(count)d scripts", _of(removed, "script")
        ),
        "pixel": ngettext(
            "%(count)d tracking pixel",
            "%(count)d tracking pixels",
            _of(removed, "pixel"),
        ),
        "form": ngettext(
            "%(count)d part of a form", "%(count)d parts of forms", _of(removed, "form")
        ),
        "event": ngettext(
            "%(count)d attribute that runs a script",
            "%(count)d attributes that run scripts",
            _of(removed, "event"),
        ),
        "address": ngettext(
            "%(count)d dangerous address",
            "%(count)d dangerous addresses",
            _of(removed, "address"),
        ),
        "sheet": ngettext(
            "%(count)d style sheet of another site",
            "%(count)d style sheets of other sites",
            _of(removed, "sheet"),
        ),
        "frame": ngettext("%(count)d frame", "%(count)d frames", _of(removed, "frame")),
        "plugin": ngettext(
            "%(count)d video or drawing",
            "%(count)d videos or drawings",
            _of(removed, "plugin"),
        ),
    }
    for kind, words in said.items():
        if removed.get(kind):
            yield words % {"count": removed[kind]}


def _of(removed: Mapping[str, int], kind: str) -> int:
    return removed.get(kind, 0)


def _lost_sentence(count: int) -> str:
    return ngettext(
        "%(count)d picture that the letter names was not in the file.",
        "%(count)d pictures that the letter names were not in the file.",
        count,
    ) % {"count": count}


def _kept_sentence(count: int) -> str:
    return ngettext(
        "%(count)d picture is kept here now and comes from us.",
        "%(count)d pictures are kept here now and come from us.",
        count,
    ) % {"count": count}


def _rest_sentence(count: int) -> str:
    return ngettext(
        "%(count)d more picture could not be had.",
        "%(count)d more pictures could not be had.",
        count,
    ) % {"count": count}


def _posted(request: HttpRequest) -> bytes | str:
    upload = request.FILES.get("file")
    if upload is not None:
        # One byte more than is accepted: enough to know that it is too large.
        return bytes(upload.read(MOST_BYTES + 1))
    return str(request.POST.get("html", ""))


def _page(request: HttpRequest, *, problem: str = "") -> HttpResponse:
    context = {
        "problem": problem,
        "title": request.POST.get("title", ""),
        "html": request.POST.get("html", ""),
        "words": request.POST.get("words", "replace"),
    }
    return render(request, "gonets/designs/letter_import.html", context)
