"""Why somebody stands in a report, as source strings: translated when it is read."""

from django.utils.translation import gettext_noop

NOT_CONFIRMED = gettext_noop("has not confirmed the subscription")
UNSUBSCRIBED = gettext_noop("has unsubscribed")
BLOCKED = gettext_noop("the address is blocked")
STOPPED = gettext_noop("left or was blocked a moment ago")

BEYOND_RELAY = gettext_noop("the mail server takes no letter of this size or kind")
PERSONAL_PART = gettext_noop("the name, the address or a personal part cannot be used")
NOT_LATIN = gettext_noop("the address has letters other than Latin before the @")
OTHERS = gettext_noop("other reasons")

REFUSED_BEFORE = gettext_noop("was refused by the mail server at the last sending")
MISSPELT = gettext_noop("the address looks misspelt")
NO_SUCH_DOMAIN = gettext_noop("the domain of the address cannot get mail")
