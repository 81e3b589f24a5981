"""What the alarms refuse, each with what to do instead."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class Overtaken(Refusal):
    code = "alarm_overtaken"
    message = gettext_noop(
        "Somebody was quicker: this alarm is now “%(state)s”. Open it again to see who did what."
    )


class NoReason(Refusal):
    code = "alarm_without_reason"
    status = 422
    message = gettext_noop("Say why in a few words: the reason stays with the alarm.")


class OutOfBounds(Refusal):
    code = "rule_number_out_of_bounds"
    status = 422
    message = gettext_noop("%(name)s must lie between %(least)s and %(most)s %(unit)s.")
