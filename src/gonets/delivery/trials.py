"""What can be tried without a run: the relay itself, and test letters through it."""

from gonets.delivery.transports.check import RelayCheck, check_relay
from gonets.delivery.transports.check import send_trials as send_letters

__all__ = ["RelayCheck", "check_relay", "send_letters"]
