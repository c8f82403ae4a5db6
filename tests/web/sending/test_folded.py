"""The pages of an issue whose old runs were folded into totals."""

from __future__ import annotations

from django.urls import reverse

from tests.publishing.test_retention import folded

__all__ = ["folded"]


def shown(desk, name: str, issue) -> str:
    page = desk.get(reverse(f"gonets:{name}", args=[issue.pk]), follow=True)
    return str(page.content.decode())


def test_the_account_says_what_remains_and_why(desk, issue, folded):
    page = shown(desk, "issue-account", issue)

    assert "The addresses of this sending were removed" in page
    assert "refused" in page
    assert "@example.com" not in page


def test_there_is_no_file_of_it_any_more(desk, issue, folded):
    assert "What remains of this sending" in shown(desk, "issue-account-csv", issue)


def test_sending_again_says_what_is_not_known_any_more(desk, issue, folded):
    page = shown(desk, "issue-again", issue)

    assert "Whom those failed for is not known any more." in page


def test_its_progress_is_still_shown(desk, issue, folded):
    assert "Sending finished" in shown(desk, "issue-progress", issue)
