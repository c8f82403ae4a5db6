"""What views of this area read from a request."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from gonets.newsletters.models import Issue
from gonets.publishing.queries import run_state
from gonets.publishing.types import IssueRunState

LARGEST_ID = 2**63 - 1  # what a database can be asked for


def shown_issue(issue_id: int) -> Issue:
    issues = Issue.objects.select_related("newsletter__readership", "changed_by")
    return get_object_or_404(issues, pk=issue_id)


def shown_run(run_id: int) -> IssueRunState:
    state = run_state(run_id) if run_id <= LARGEST_ID else None
    if state is None:
        raise Http404
    return state


def posted_number(request: HttpRequest, name: str) -> int | None:
    """Return a number from a form; None if it is missing or none."""
    text = request.POST.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_number else None
