"""What views of this area read from a request."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from gonets.newsletters.models import Issue
from gonets.publishing.queries import run_state
from gonets.publishing.types import IssueRunState


def shown_issue(issue_id: int) -> Issue:
    issues = Issue.objects.select_related("newsletter__readership", "changed_by")
    return get_object_or_404(issues, pk=issue_id)


def shown_run(run_id: int) -> IssueRunState:
    state = run_state(run_id)
    if state is None:
        raise Http404
    return state


def asked_number(request: HttpRequest, name: str) -> int:
    """Return a number from the address of the page; 0 if it is missing or none."""
    return read_number(request.GET.get(name, "")) or 0


def posted_number(request: HttpRequest, name: str) -> int | None:
    """Return a number from a form; None if it is missing or none."""
    return read_number(request.POST.get(name, ""))


def read_number(text: str) -> int | None:
    """Return a number that a database can be asked for; None for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_number else None
