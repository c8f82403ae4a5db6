"""Leaving a newsletter by the link in a letter: public, without a log-in.

A GET shows a page and changes nothing, because scanners follow every link.  A POST is
either the page's button or a mail program's one click (RFC 8058); the token is the
right to do it, so no cookie is asked for and none is set.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gonets.audience import actions
from gonets.audience.errors import AddressSuppressed
from gonets.audience.links import UnsubscribeLink, parse_unsubscribe_token
from gonets.audience.models import Subscription
from gonets.audience.states import ConsentKind, SubscriptionState
from gonets.audience.types import Evidence
from gonets.kernel.tokens import BadToken
from gonets.newsletters.models import Newsletter
from gonets.publishing import pages

PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = parse_unsubscribe_token(token)
        newsletter = Newsletter.objects.select_related("readership").get(
            readership__key=link.readership_key
        )
    except (BadToken, Newsletter.DoesNotExist):
        return private(render(request, "gonets/subscribers/bad_link.html", status=404))
    with translation.override(newsletter.language):
        if request.method == "POST":
            return private(_changed(request, link, token))
        return private(_page(request, link, newsletter, token))


def _changed(request: HttpRequest, link: UnsubscribeLink, token: str) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "return":
        _return(link)
        return redirect("gonets:unsubscribe", token)
    subscription = link.subscription()
    if subscription is not None:
        actions.unsubscribe(subscription.pk)
    if act == "leave":
        return redirect("gonets:unsubscribe", token)
    # A mail program must get its answer here: RFC 8058 forbids a redirect.
    return HttpResponse("unsubscribed\n", content_type="text/plain; charset=utf-8")


def _return(link: UnsubscribeLink) -> None:
    """Subscribe again whoever pressed the button; a blocked address stays blocked.

    Into a closed newsletter nobody lets themselves in, not even once more.
    """
    subscription = link.subscription()
    if subscription is None or _is_closed(link):
        return
    try:
        actions.subscribe(
            subscriber_id=subscription.subscriber_id,
            readership_id=subscription.readership_id,
            evidence=Evidence(
                kind=ConsentKind.READER,
                text="Pressed “Subscribe again” on the page of the link in a letter.",
            ),
        )
    except AddressSuppressed:
        return  # The page goes on to say that no letters come.


def _page(
    request: HttpRequest, link: UnsubscribeLink, newsletter: Newsletter, token: str
) -> HttpResponse:
    subscription = link.subscription()
    context = {
        "newsletter": newsletter,
        "is_for_everybody": link.is_for_everybody,
        "is_preview": link.is_inert,
        "is_forgotten": subscription is None and not link.is_inert,
        "is_subscribed": _is_subscribed(subscription),
        "address": masked(subscription.subscriber.address) if subscription else "",
        "letters": pages.letters_for(subscription) if subscription else [],
        "token": token,
    }
    return render(request, "gonets/subscribers/unsubscribe.html", context)


def _is_closed(link: UnsubscribeLink) -> bool:
    return Newsletter.objects.filter(
        readership__key=link.readership_key, is_closed=True
    ).exists()


def _is_subscribed(subscription: Subscription | None) -> bool:
    return (
        subscription is not None
        and subscription.state != SubscriptionState.UNSUBSCRIBED
    )


def masked(address: str) -> str:
    """Return enough to know one's own address; a forwarded letter tells no more."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def private(response: HttpResponse) -> HttpResponse:
    for header, value in PRIVATE.items():
        response[header] = value
    return response
