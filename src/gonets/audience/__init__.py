"""Who reads: subscribers, subscriptions, consent, suppression, import."""
