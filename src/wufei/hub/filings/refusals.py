"""What is refused of filings, each with what to do instead."""

from collections.abc import Sequence

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal
from wufei.hub.filings.declarations import Problem


class _Unacceptable(Refusal):
    status = 422


class StillProblems(_Unacceptable):
    """``problems`` are all that stand in the way: errors, and warnings without a reason."""

    code = "filing_problems"
    message = gettext_noop(
        "%(count)s things are in the way of submitting; the first: %(first)s Mend what is wrong, "
        "and give a reason for what is only unusual."
    )

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(count=len(problems), first=first.text, field=first.field)
        self.row = first.row or 0


class DraftMoved(Refusal):
    code = "filing_draft_moved"
    message = gettext_noop(
        "%(who)s saved this draft at %(when)s, after you had opened it. Look at what is there now "
        "and enter your changes again."
    )


class DraftGone(Refusal):
    code = "filing_draft_gone"
    message = gettext_noop(
        "This was handed in or thrown away elsewhere meanwhile. Look at what is there now, and "
        "save again if what you wrote is to become a new version."
    )


class DraftInTheWay(Refusal):
    code = "filing_draft_in_the_way"
    message = gettext_noop(
        "%(who)s has written in the draft of “%(form)s” for %(period)s (%(when)s). Submit that "
        "draft or discard it first."
    )


class NoDraft(Refusal):
    code = "filing_no_draft"
    message = gettext_noop(
        "There is no draft of “%(form)s” for %(period)s to submit. Open the form and fill it in."
    )


class NoLongerOwed(Refusal):
    code = "filing_no_longer_owed"
    message = gettext_noop(
        "“%(form)s” for %(period)s is owed no longer: %(reason)s Ask the branch office if it "
        "should be filed all the same."
    )


class TwiceInOne(_Unacceptable):
    code = "filing_twice_in_one"
    message = gettext_noop(
        "“%(form)s” of %(organisation)s for %(period)s stands here twice. Keep one of them."
    )


class FileOfOthers(_Unacceptable):
    code = "filing_file_of_others"
    message = gettext_noop("“%(label)s” names a file that you have not handed in. Upload it again.")


class WrongFiler(_Unacceptable):
    code = "filing_wrong_filer"
    message = gettext_noop(
        "“%(form)s” is not filed by %(organisation)s (%(kind)s). Choose another form, or have the "
        "kind of the organisation corrected."
    )


class NotOfThisPeriod(_Unacceptable):
    code = "filing_not_of_this_period"
    message = gettext_noop(
        "“%(form)s” cannot be filed for %(period)s. Choose a period in which it is asked for."
    )


class ClosedThen(_Unacceptable):
    code = "filing_closed_then"
    message = gettext_noop(
        "%(organisation)s was not open on any day of %(period)s. Choose another period."
    )


class SiteWanted(_Unacceptable):
    code = "filing_site_wanted"
    message = gettext_noop("“%(form)s” is filed for each site. Choose a site of %(organisation)s.")


class SiteOfOthers(_Unacceptable):
    code = "filing_site_of_others"
    message = gettext_noop("%(site)s is no site of %(organisation)s. Choose one of its own.")


class ReasonMissing(_Unacceptable):
    code = "filing_reason_missing"
    message = gettext_noop("Say why: whoever filed it has to know what to do.")


class Decided(Refusal):
    code = "filing_decided"
    message = gettext_noop(
        "%(who)s has decided on this version already (%(when)s): %(state)s. Nothing was changed."
    )


class Overtaken(Refusal):
    code = "filing_overtaken"
    message = gettext_noop(
        "This version is %(state)s: version %(number)s is the latest. Decide on that one."
    )


class NothingWaits(Refusal):
    code = "filing_nothing_waits"
    message = gettext_noop("This version is %(state)s: there is nothing to decide or to withdraw.")


class TownFirst(Refusal):
    code = "filing_town_first"
    message = gettext_noop(
        "The town has not looked at this yet. Pass it on in the town's place, or wait for it."
    )


class TownPassesOn(Refusal):
    code = "filing_town_passes_on"
    message = gettext_noop("The department decides on this form. Pass it on, or send it back.")


class NotForTowns(Refusal):
    code = "filing_not_for_towns"
    status = 403
    message = gettext_noop(
        "Towns do not review “%(form)s”. Tell the department what you know about it."
    )


class LeftToTowns(Refusal):
    code = "filing_left_to_towns"
    status = 403
    message = gettext_noop("The town decides on “%(form)s”. Tell it what you know about this one.")


class NothingToPassOn(Refusal):
    code = "filing_nothing_to_pass_on"
    message = gettext_noop("Nobody reviews “%(form)s” after the town. Decide on it here.")


class NotRefusable(Refusal):
    code = "filing_not_refusable"
    message = gettext_noop(
        "“%(form)s” is put on file, not approved: it cannot be rejected. Send it back instead."
    )


class DecidedElsewhere(Refusal):
    code = "filing_decided_elsewhere"
    message = gettext_noop(
        "%(authority)s decides on “%(form)s”. Enter its decision with its number."
    )


class DecidedHere(Refusal):
    code = "filing_decided_here"
    message = gettext_noop("“%(form)s” is decided here: there is no other decision to bring back.")


class EvidenceMissing(_Unacceptable):
    code = "filing_evidence_missing"
    message = gettext_noop(
        "Hand in the decision of %(authority)s as a file: nobody here can look it up."
    )


class NumberMissing(_Unacceptable):
    code = "filing_number_missing"
    message = gettext_noop("Give the number under which %(authority)s accepted it.")


class QuotaOfAnother(_Unacceptable):
    code = "filing_quota_of_another"
    message = gettext_noop(
        "The quota of %(code)s for %(dates)s was granted by %(document)s. Amend that form, or "
        "name other days."
    )


class EffectRefused(Refusal):
    """What should follow from a form cannot; ``cause`` is the refusal of the service."""

    code = "filing_effect_refused"
    message = gettext_noop(
        "It cannot take effect (%(effect)s): %(reason)s Nothing was changed. Send it back, or put "
        "right what is in the way."
    )

    def __init__(self, effect: object, cause: Refusal) -> None:
        self.cause = cause
        super().__init__(effect=effect, reason=cause)
