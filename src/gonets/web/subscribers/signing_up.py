"""Joining newsletters by a form: public, without a log-in, a cookie or a script.

A form may stand on any page of the site, also one that is kept by a cache.  It only
asks; who owns the mailbox decides, by a button behind the link in a letter.  A GET
changes nothing, because scanners follow every link.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from gonets.audience.actions.signing_up import OPEN_FOR
from gonets.audience.errors import AddressSuppressed, AudienceError, TooManySignUps
from gonets.audience.links import sign_up_of
from gonets.audience.models import SignUp
from gonets.audience.types import SignUpRequest
from gonets.kernel import clock
from gonets.kernel.addresses import BadAddress
from gonets.newsletters.models import Newsletter
from gonets.newsletters.queries import newsletters_to_join
from gonets.publishing.confirmations.actions import confirm, joinable, take_sign_up
from gonets.web.sign_up_forms import (
    LONGEST_PAGE,
    TRAP,
    FormOrigin,
    FormWords,
    form_context,
    origin_of,
    page_of,
    signed_origin,
)
from gonets.web.subscribers.leaving import masked, private

TOO_MANY = 429


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Show the form by itself, or take what any form of ours sends."""
    given = request.POST if request.method == "POST" else request.GET
    origin = _origin(request)
    with _language_of(origin, request):
        if request.method != "POST":
            return _form_page(request, origin)
        chosen = _chosen(given.getlist("newsletter"))
        try:
            problem = _problem(request, chosen)
            if not problem:
                take_sign_up(_request(request, origin), newsletters=chosen)
        except TooManySignUps as error:
            return _form_page(request, origin, problem=str(error), status=TOO_MANY)
        except (BadAddress, AudienceError) as error:
            problem = str(error)
        if problem:
            return _form_page(request, origin, problem=problem)
        where = signed_origin(replace(origin, words=""))
        asked = reverse("gonets:sign-up-asked")
        return private(redirect(f"{asked}?origin={where}"))


@login_not_required
@require_safe
def sign_up_asked(request: HttpRequest) -> HttpResponse:
    """Say the same to everybody: who is subscribed is nobody else's business."""
    origin = origin_of(request.GET.get("origin", "")) or FormOrigin()
    with _language_of(origin, request):
        context = {"page": origin.page, "days": OPEN_FOR.days}
        return private(
            render(request, "gonets/subscribers/sign_up_asked.html", context)
        )


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_confirm(request: HttpRequest, token: str) -> HttpResponse:
    asked = sign_up_of(token)
    if asked is None or _is_stale(asked):
        return _gone(request)
    with translation.override(asked.language or translation.get_language()):
        if request.method == "POST":
            try:
                confirm(asked)
            except AddressSuppressed:
                return _confirm_page(request, asked, is_blocked=True)
            return private(redirect("gonets:sign-up-confirm", token))
        return _confirm_page(request, asked, is_blocked=False)


def _is_stale(asked: SignUp) -> bool:
    age: timedelta = clock.now() - asked.created_at
    return asked.confirmed_at is None and age > OPEN_FOR


def _gone(request: HttpRequest) -> HttpResponse:
    page = render(request, "gonets/subscribers/sign_up_gone.html", status=404)
    return private(page)


def _confirm_page(
    request: HttpRequest, asked: SignUp, *, is_blocked: bool
) -> HttpResponse:
    newsletters = list(joinable(asked))
    theirs = asked.subscriber.subscriptions.filter(
        readership__in=[each.readership_id for each in newsletters], state="confirmed"
    )
    here = set(theirs.values_list("readership_id", flat=True))
    context = {
        "newsletters": newsletters,
        "is_confirmed": asked.confirmed_at is not None,
        "is_here": bool(newsletters) and len(here) == len(newsletters),
        "is_blocked": is_blocked,
        "address": masked(asked.subscriber.address),
        "page": asked.page,
    }
    return private(render(request, "gonets/subscribers/sign_up_confirm.html", context))


def _form_page(
    request: HttpRequest,
    origin: FormOrigin,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show what was typed again: nobody has to type it twice."""
    given = request.POST if request.method == "POST" else request.GET
    wanted = given.getlist("newsletter")
    newsletters = _chosen(wanted) or list(newsletters_to_join())
    own = form_context(newsletters, FormWords(), page=page_of(request), key="page")
    context: dict[str, Any] = {
        **own,
        # A form that stands on another page is still what was read and agreed to.
        "origin": signed_origin(origin) if origin.words else own["origin"],
        "problem": problem,
        "address": given.get("address", ""),
        "name": given.get("name", ""),
        "wanted": wanted,
    }
    page = render(request, "gonets/subscribers/sign_up.html", context, status=status)
    return private(page)


def _origin(request: HttpRequest) -> FormOrigin:
    given = origin_of(request.POST.get("origin", ""))
    if given is not None:
        return given
    return FormOrigin(page=_page_of_ours(request))


def _page_of_ours(request: HttpRequest) -> str:
    """Return the page that a form somebody wrote by hand says it was sent from."""
    if request.method != "POST":
        return ""
    told = request.headers.get("Referer", "")[:LONGEST_PAGE]
    try:
        is_ours = urlsplit(told).netloc == request.get_host()
    except ValueError:
        return ""
    return told if is_ours else ""


def _chosen(keys: list[str]) -> list[Newsletter]:
    known = [key for key in keys if "\0" not in key]
    return list(newsletters_to_join().filter(readership__key__in=known))


def _problem(request: HttpRequest, chosen: list[Newsletter]) -> str:
    if request.POST.get(TRAP):
        # A program gives up here; a person whose browser filled it in does not.
        return _("Please press the button once more: we are to know that you are real.")
    if not chosen:
        return _("Choose at least one newsletter.")
    return ""


def _request(request: HttpRequest, origin: FormOrigin) -> SignUpRequest:
    return SignUpRequest(
        address=request.POST.get("address", ""),
        name=request.POST.get("name", ""),
        page=origin.page,
        words=origin.words,
        language=origin.language or translation.get_language() or "",
        network=request.META.get("REMOTE_ADDR", ""),
    )


def _language_of(origin: FormOrigin, request: HttpRequest) -> translation.override:
    known = origin.language in dict(settings.LANGUAGES)
    return translation.override(
        origin.language if known else translation.get_language()
    )
