"""What collection rounds refuse, each with what to do instead."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class NoRounds(Refusal):
    code = "round_not_for_template"
    status = 422
    message = gettext_noop(
        "Loads under the %(template)s are not collected in rounds. Issue a manifest for each."
    )


class RoundUnderWay(Refusal):
    code = "round_under_way"
    message = gettext_noop(
        "%(plate)s is on a round already. Finish that one before the truck begins another."
    )


class RoundEnded(Refusal):
    code = "round_ended"
    message = gettext_noop("The round %(number)s has ended. Begin another one for what is left.")


class NoStops(Refusal):
    code = "round_no_stops"
    status = 422
    message = gettext_noop("A round calls at between 1 and %(most)s places. Name where it goes.")


class StopsOpen(Refusal):
    code = "round_stops_open"
    message = gettext_noop(
        "%(count)s stops are still open, the next one is %(site)s. Collect there, or say why "
        "nothing was collected."
    )


class StopDone(Refusal):
    code = "round_stop_done"
    message = gettext_noop(
        "At %(site)s it was collected already. Correct that entry if it is wrong."
    )


class StopNotDone(Refusal):
    code = "round_stop_not_done"
    message = gettext_noop("Nothing was collected at %(site)s that could be corrected.")


class NoYard(Refusal):
    code = "round_no_yard"
    message = gettext_noop(
        "%(carrier)s has no place in the register. Have its yard entered; the record of the round "
        "begins there."
    )


class NotAtStop(Refusal):
    code = "round_not_at_stop"
    status = 422
    message = gettext_noop(
        "%(manifest)s does not come from %(site)s, or not with this round's truck and destination."
    )


class NothingCollected(Refusal):
    code = "round_nothing_collected"
    status = 422
    message = gettext_noop(
        "Write what was collected and how much of it; where there was nothing, skip the stop and "
        "say why."
    )


class OnlyLine(Refusal):
    code = "round_only_line"
    message = gettext_noop(
        "Nothing else is on the record of this round. Correct the mass, or have the record "
        "annulled by a revision."
    )


class OfOneManifest(Refusal):
    code = "round_of_one_manifest"
    message = gettext_noop(
        "%(site)s has a manifest of its own (%(manifest)s). Propose a revision of it."
    )


class SkipReasonMissing(Refusal):
    code = "round_skip_reason_missing"
    status = 422
    message = gettext_noop("Say in a few words why nothing was collected.")
