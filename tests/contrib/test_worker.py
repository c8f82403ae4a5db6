"""The worker of a Wagtail site does what the standalone product's does."""

from __future__ import annotations

import threading

from gonets.contrib.wagtail.worker import chores_of_worker
from gonets.server.chores import Chores

ELSEWHERE = {
    "looking for rehearsals": "rehearsing",  # there in a child process
    "looking for sources to fetch": "fetching sources",
    "forgetting old sessions": "",  # a host forgets its own
}


def test_no_chore_of_the_product_is_left_out_on_a_wagtail_site():
    product = {each.name for group in Chores().groups() for each in group}
    wagtail = {
        each.name for group in chores_of_worker(threading.Event()) for each in group
    }

    assert wagtail == {ELSEWHERE.get(name, name) for name in product} - {""}
