"""What can be tried without a run: the relay itself, test letters, a rehearsal."""

from gonets.delivery.transports.check import RelayCheck, check_relay
from gonets.delivery.transports.check import send_trials as send_letters
from gonets.delivery.transports.offers import RelayOffers, ask_relay
from gonets.delivery.transports.sink import EVERYTHING, Dropped, Sink

__all__ = [
    "EVERYTHING",
    "Dropped",
    "RelayCheck",
    "RelayOffers",
    "Sink",
    "ask_relay",
    "check_relay",
    "send_letters",
]
