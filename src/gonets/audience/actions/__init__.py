"""Every change to a person and to what they are subscribed to.

Whoever stops getting letters is stopped in the sending port within the same
transaction, so that a run that is going on honours it.
"""

from gonets.audience.actions.blocking import suppress, unsuppress
from gonets.audience.actions.erasing import erase_subscriber
from gonets.audience.actions.fields import (
    add_field,
    ensure_fields,
    remove_field,
    rename_field,
)
from gonets.audience.actions.people import (
    add_subscriber,
    add_subscribers,
    change_subscriber,
    edit_subscriber,
)
from gonets.audience.actions.signing_up import (
    ask_to_join,
    confirm_sign_up,
    forget_sign_ups,
)
from gonets.audience.actions.subscribing import (
    choose_readerships,
    request_subscription,
    subscribe,
    unsubscribe,
)

__all__ = [
    "add_field",
    "add_subscriber",
    "add_subscribers",
    "ask_to_join",
    "change_subscriber",
    "choose_readerships",
    "confirm_sign_up",
    "edit_subscriber",
    "ensure_fields",
    "erase_subscriber",
    "forget_sign_ups",
    "remove_field",
    "rename_field",
    "request_subscription",
    "subscribe",
    "suppress",
    "unsubscribe",
    "unsuppress",
]
