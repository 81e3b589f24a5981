"""What the labels refuse, each with a message that says what to do."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class NothingChosen(Refusal):
    code = "nothing_chosen"
    status = 422
    message = gettext_noop("Choose at least one lot or container in the list.")


class TooMany(Refusal):
    code = "too_many_labels"
    status = 422
    message = gettext_noop("%(count)s labels are too many at once: choose at most %(limit)s.")


class UnknownLots(Refusal):
    code = "unknown_lots"
    status = 404
    message = gettext_noop(
        "%(count)s of the chosen lots do not stand in storage any more, or are not yours. Choose "
        "again from the list."
    )


class Missing(Refusal):
    code = "label_incomplete"
    status = 422
    message = gettext_noop("This label cannot be printed without this. Fill it in.")


class WrongVolume(Refusal):
    code = "wrong_volume"
    status = 422
    message = gettext_noop(
        "%(mass)s kg do not fit into %(volume)s L. Write the volume of the container in litres."
    )


class NoCodeYet(Refusal):
    code = "no_code_rule"
    message = gettext_noop(
        "No form of the digital code is set for today. Your administrator sets WUFEI_LABEL_CODE."
    )


class NoCreditCode(Refusal):
    code = "no_credit_code"
    status = 422
    message = gettext_noop(
        "The digital code begins with the unified social credit code, and %(name)s has none that "
        "is right. Enter it at the organisation first."
    )


class UnfitPart(Refusal):
    code = "unfit_code_part"
    status = 422
    message = gettext_noop(
        "“%(text)s” does not fill the segment “%(segment)s” of the digital code, which has "
        "%(length)s places."
    )


class SerialsUsedUp(Refusal):
    code = "serials_used_up"
    message = gettext_noop(
        "All %(count)s codes of %(name)s for this waste and day are given. Group containers, or "
        "ask your administrator for a longer serial in WUFEI_LABEL_CODE."
    )


class PassEnded(Refusal):
    code = "pass_ended"
    status = 403
    message = gettext_noop(
        "This code is no longer valid. Ask the driver or the keeper to show a new one."
    )


class PassTaken(Refusal):
    code = "pass_taken"
    status = 409
    message = gettext_noop(
        "This code was opened on another phone; each opens on one only. Ask for a new one."
    )


class TooManyPasses(Refusal):
    code = "too_many_passes"
    status = 429
    message = gettext_noop("You have shown %(count)s codes within an hour. Wait a little.")


class TooManyTries(Refusal):
    code = "too_many_tries"
    status = 429
    message = gettext_noop("Too many codes were tried from here. Wait five minutes.")


class NothingToCheck(Refusal):
    code = "nothing_to_check"
    message = gettext_noop("This manifest is finished: there is nothing to check on the road.")
