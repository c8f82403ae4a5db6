"""Sends letters of every kind from an installed product; prints kind → its run.

It runs with the product's own settings: ``… product_letters 3``, people per letter.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "gonets.server.settings"
django.setup()

from gonets.delivery.models import Run  # noqa: E402
from gonets.delivery.states import RunStatus  # noqa: E402
from gonets.letters.actions import add_template  # noqa: E402
from gonets.letters.templates import design_named  # noqa: E402
from gonets.letters.types import OwnDesign  # noqa: E402
from gonets.newsletters import actions as newsletters  # noqa: E402
from gonets.newsletters.models import Issue  # noqa: E402
from gonets.publishing import actions  # noqa: E402
from gonets.publishing.states import AudienceRule  # noqa: E402
from tests.support.factories import (  # noqa: E402
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)

MANY = 30
"""Enough that the run can be paused before all of them are written to."""

PAGE = """<html><head><!--[if mso]><style>td{color:red}</style><![endif]--></head>
<body><table><tr><td><img src="https://far.example/a.png" alt="A">
{{ content }}</td></tr></table><a href="#">Unsubscribe</a></body></html>"""


def plain(_issue: Issue) -> None:
    pass


def signed(_issue: Issue) -> None:
    key = actions.make_signing_key("signed.example", user=None)
    actions.switch_signing_on(key.pk)


def own_template(issue: Issue) -> None:
    design = OwnDesign(kind="mjml", source=design_named("news"), base="news")
    choose(issue, add_template("Own", design, user=None).name)


def imported(issue: Issue) -> None:
    made = newsletters.import_letter(PAGE, title="Far", keeps_words=True, user=None)
    choose(issue, made.template.name)


def event(issue: Issue) -> None:
    words = {"title": "Fair", "starts": "2027-05-07T19:00", "place": "Harbour"}
    newsletters.add_block(
        issue.pk, "event", words, after=None, edition=issue.edition, user=None
    )


def own_text(issue: Issue) -> None:
    words = "By hand, {{ subscriber.name | default('friends') }}.\n"
    save(issue, own_text=words)


KINDS: Mapping[str, Callable[[Issue], None]] = {
    "corrected": plain,
    "plain": plain,
    "signed": signed,
    "own_template": own_template,
    "imported": imported,
    "event": event,
    "own_text": own_text,
}


def choose(issue: Issue, template: str) -> None:
    Issue.objects.filter(pk=issue.pk).update(template=template)


def save(issue: Issue, **changes: str) -> None:
    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes=changes
    )


def send(kind: str, people: int) -> int:
    section = make_section(kind)
    make_material(f"A ferry of {kind}", section=section, address="https://t.example/")
    newsletter = make_newsletter(
        section, title=kind, sender_address=f"news@{kind.replace('_', '-')}.example"
    )
    for number in range(people):
        address = f"{kind}{number}@x.example"
        make_subscriber(address, newsletter.readership, name=f"Reader {number}")
    issue = make_issue(newsletter)
    KINDS[kind](issue)
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    if kind == "corrected":
        correct(issue, run)
    return run.pk


def correct(issue: Issue, run: Run) -> None:
    """Let the first readers get one wording and the others the next one."""
    wait(lambda: refreshed(run).accepted > 0)
    actions.pause_issue_run(run.pk)
    wait(lambda: refreshed(run).status == RunStatus.PAUSED)
    save(issue, subject="The second wording")
    actions.correct_and_resume(run.pk, user=None)


def refreshed(run: Run) -> Run:
    run.refresh_from_db()
    return run


def wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


if __name__ == "__main__":
    each = int(sys.argv[1])
    counts = dict.fromkeys(KINDS, each) | {"corrected": MANY}
    runs = {kind: send(kind, people) for kind, people in counts.items()}
    sys.stdout.write(json.dumps({"runs": runs, "people": sum(counts.values())}))
