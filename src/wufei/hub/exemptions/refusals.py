"""What is refused of exemption claims, each with what to do instead."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class _Unacceptable(Refusal):
    status = 422


class NoLots(_Unacceptable):
    code = "claim_no_lots"
    message = gettext_noop("Choose the batches that the report was made for (%(most)s at most).")


class LotsOfOthers(_Unacceptable):
    code = "claim_lots_of_others"
    message = gettext_noop(
        "%(lot)s does not stand in a store of %(organisation)s. Claim your own batches, while they "
        "stand with you."
    )


class MixedWastes(_Unacceptable):
    code = "claim_mixed_wastes"
    message = gettext_noop(
        "The batches hold different wastes (%(one)s, %(other)s). Make a claim for each."
    )


class NoSuchExemption(_Unacceptable):
    code = "claim_no_such_exemption"
    message = gettext_noop(
        "On %(day)s the catalogue has no such exemption for %(waste)s (%(asked)s). It has: "
        "%(known)s."
    )


class ReportOlderThanLot(_Unacceptable):
    code = "claim_report_older_than_lot"
    message = gettext_noop(
        "The sample was taken on %(sampled)s, but mass in %(lot)s arose on %(arose)s. A report "
        "covers what was there when it was sampled: have this batch sampled."
    )


class WrongDays(_Unacceptable):
    code = "claim_wrong_days"
    message = gettext_noop(
        "The days must follow one another: sampled %(sampled)s, reported %(reported)s, claimed "
        "%(claimed)s, valid until %(until)s. Check them against the report."
    )


class ValidTooLong(_Unacceptable):
    code = "claim_valid_too_long"
    message = gettext_noop(
        "A report may be used until %(latest)s at the latest (%(days)s days after it was made)."
    )


class ValueMissing(_Unacceptable):
    code = "claim_value_missing"
    message = gettext_noop(
        "The exemption asks for a value of %(names)s. Enter what the report says; without it the "
        "batch is not exempt."
    )


class NotAValue(_Unacceptable):
    code = "claim_not_a_value"
    message = gettext_noop("“%(text)s” is no value. Write a number in %(unit)s: 0.02 or <0.0002.")


class UnknownCriterion(_Unacceptable):
    code = "claim_unknown_criterion"
    message = gettext_noop("“%(given)s” is not asked for. What is asked for: %(known)s.")


class OverLimit(_Unacceptable):
    code = "claim_over_limit"
    message = gettext_noop(
        "Not exempt: %(over)s. The batch stays hazardous waste at every stage: treat it again and "
        "have it sampled anew, or send it to a plant with a hazardous waste licence."
    )


class ReportMissing(_Unacceptable):
    code = "claim_report_missing"
    message = gettext_noop("Hand in the laboratory's report as a PDF or a picture.")


class LotClaimed(Refusal):
    code = "claim_lot_claimed"
    message = gettext_noop(
        "%(lot)s is in a claim already (report %(report)s, valid until %(until)s). Withdraw that "
        "one first if it was wrong."
    )


class ClaimOver(Refusal):
    code = "claim_over"
    message = gettext_noop("This claim has ended already (%(state)s). Open it to see why.")


class EndReasonMissing(_Unacceptable):
    code = "claim_end_reason_missing"
    message = gettext_noop("Say why: whoever relied on this claim will read it.")
