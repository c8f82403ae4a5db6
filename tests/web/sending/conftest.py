"""The desk's sending pages, asked by an editor who is logged in."""

from __future__ import annotations

from typing import Any

import pytest

from gonets.delivery.models import Run
from gonets.newsletters.models import Issue
from gonets.publishing import actions
from gonets.publishing.states import AudienceRule
from tests.publishing.conftest import dns_server, issue, mailbox, newsletter

__all__ = ["dns_server", "issue", "mailbox", "newsletter"]


@pytest.fixture
def run(issue: Issue) -> Run:
    rule = AudienceRule.EVERYONE
    return actions.send_issue(issue.pk, audience=rule, user=None)


@pytest.fixture
def desk(editor_client: Any) -> Any:
    """A client that speaks English, whatever the machine does."""
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client
