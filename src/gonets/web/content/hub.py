"""Where hubs ask whether a subscription is ours, and tell what is new (WebSub)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gonets.content.websub import ask_instead, confirm, receive

LONGEST_CHALLENGE = 1000


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "POST"])
def hub_callback(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a hub; the token in the address is known to it and us alone.

    The protocol lets the hub confirm by a GET.  It changes nothing but how long we
    count on the hub, and only for whoever knows the token.
    """
    if request.method == "POST":
        return _told(request, token)
    asked = request.GET
    is_ours = confirm(
        token,
        mode=asked.get("hub.mode", ""),
        topic=asked.get("hub.topic", ""),
        lease_seconds=asked.get("hub.lease_seconds", ""),
    )
    challenge = asked.get("hub.challenge", "")[:LONGEST_CHALLENGE]
    if not is_ours:
        return HttpResponse(status=404)
    answer = HttpResponse(challenge, content_type="text/plain; charset=utf-8")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _told(request: HttpRequest, token: str) -> HttpResponse:
    try:
        content = request.body
    except RequestDataTooBig:
        return HttpResponse(status=202 if ask_instead(token) else 410)
    signature = request.headers.get("X-Hub-Signature", "")
    if receive(token, content=content, signature=signature) is None:
        return HttpResponse(status=410)  # The hub may forget us.
    # What is not signed is dropped without a word: it comes from somebody else.
    return HttpResponse(status=202)
