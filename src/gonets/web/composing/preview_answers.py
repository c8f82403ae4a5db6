"""What the page of the letter is told after it saved something, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gonets.kernel import clock
from gonets.newsletters.errors import (
    AnothersStep,
    BadWording,
    EditedMeanwhile,
    IssueMissing,
    NewslettersError,
)
from gonets.newsletters.models import Issue
from gonets.publishing.queries import is_correctable


def saved_answer(
    request: HttpRequest, issue_id: int, save: Callable[[], Mapping[str, object]]
) -> JsonResponse:
    """Save, and answer with what ``save`` returns and the time.

    200 is what it returned, 409 says who was first, 422 which field cannot be saved,
    410 that there is nothing to save to any more.
    """
    if not is_correctable(issue_id):
        return refused(
            HTTPStatus.GONE, _("The letter is being sent and cannot be changed now.")
        )
    try:
        saved = save()
    except EditedMeanwhile as error:
        is_own = Issue.objects.filter(pk=issue_id, changed_by=request.user.pk).exists()
        return refused(
            HTTPStatus.CONFLICT, str(error), edition=error.edition, yours=is_own
        )
    except BadWording as error:
        return refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), field=error.field)
    except AnothersStep as error:
        return refused(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            str(error),
            agreed=error.change.id,
            undo=_("Undo it all the same"),
        )
    except IssueMissing as error:
        return refused(HTTPStatus.GONE, str(error))
    except NewslettersError as error:
        return refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), field="")
    now = timezone.localtime(clock.now())
    return JsonResponse({**saved, "time": date_format(now, "H:i")})


def changed_answer(
    request: HttpRequest, issue_id: int, change: Callable[[int], Mapping[str, object]]
) -> JsonResponse:
    """Make a change onto the posted edition; the answer has the next one."""
    edition = posted_number(request, "edition")
    if edition is None:
        return refused(HTTPStatus.BAD_REQUEST, _("This cannot be saved."))
    return saved_answer(
        request, issue_id, lambda: {"edition": edition + 1, **change(edition)}
    )


def refused(status: HTTPStatus, message: str, **details: object) -> JsonResponse:
    return JsonResponse({"message": message, **details}, status=status)


def posted_number(request: HttpRequest, name: str) -> int | None:
    """Return a number that was posted; None for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
