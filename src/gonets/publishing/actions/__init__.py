"""All writes of publishing: sending, steering, correcting, rehearsing, set-up."""

from gonets.publishing.actions.control import (
    acknowledge_run,
    cancel_issue_rest,
    continue_run,
    pause_issue_run,
    settle_run,
    stop_waiting,
)
from gonets.publishing.actions.corrections import correct_and_resume
from gonets.publishing.actions.fence import check_fence, send_from_here
from gonets.publishing.actions.freezing import freeze_audience, freeze_piece
from gonets.publishing.actions.looks import want_looks
from gonets.publishing.actions.overrides import override_problem, withdraw_override
from gonets.publishing.actions.rehearsals import start_rehearsal, stop_rehearsal
from gonets.publishing.actions.relays import (
    add_limit,
    add_relay,
    change_limit,
    change_relay,
    choose_relay_log,
    disable_relay,
    enable_relay,
    keep_environment_relay,
    keep_in_mailbox,
    leave_mailbox,
    remove_limit,
    remove_relay,
)
from gonets.publishing.actions.sending import send_due_issue, send_issue
from gonets.publishing.actions.signing import (
    check_record,
    delete_signing_key,
    leave_signing_to_relay,
    make_signing_key,
    switch_signing_off,
    switch_signing_on,
    take_signing_from_relay,
)
from gonets.publishing.actions.trials import send_test_letter
from gonets.publishing.actions.uncertain import (
    ask_log,
    count_as_accepted,
    send_uncertain_again,
    undo_resolutions,
)

__all__ = [
    "acknowledge_run",
    "add_limit",
    "add_relay",
    "ask_log",
    "cancel_issue_rest",
    "change_limit",
    "change_relay",
    "check_fence",
    "check_record",
    "choose_relay_log",
    "continue_run",
    "correct_and_resume",
    "count_as_accepted",
    "delete_signing_key",
    "disable_relay",
    "enable_relay",
    "freeze_audience",
    "freeze_piece",
    "keep_environment_relay",
    "keep_in_mailbox",
    "leave_mailbox",
    "leave_signing_to_relay",
    "make_signing_key",
    "override_problem",
    "pause_issue_run",
    "remove_limit",
    "remove_relay",
    "send_due_issue",
    "send_from_here",
    "send_issue",
    "send_test_letter",
    "send_uncertain_again",
    "settle_run",
    "start_rehearsal",
    "stop_rehearsal",
    "stop_waiting",
    "switch_signing_off",
    "switch_signing_on",
    "take_signing_from_relay",
    "undo_resolutions",
    "want_looks",
    "withdraw_override",
]
