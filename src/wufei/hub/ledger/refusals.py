"""What the ledger refuses, each with what to do instead."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import IdReused, Refusal


class NoSuchFlow(Refusal):
    code = "no_such_flow"
    status = 422
    message = gettext_noop("Mass does not move from “%(source)s” to “%(target)s”.")


class OtherWaste(Refusal):
    code = "other_waste"
    status = 422
    message = gettext_noop(
        "Source and target hold different wastes. Record a treatment if one becomes the other."
    )


class TooHeavy(Refusal):
    code = "too_heavy"
    status = 422
    message = gettext_noop(
        "%(mass_t)s t is more than the %(limit_t)s t that one entry may hold. Check the unit "
        "(kg or t?); a larger amount is split or the limit raised by the administrator."
    )


class InTheFuture(Refusal):
    code = "in_the_future"
    status = 422
    message = gettext_noop("%(at)s is in the future. Write when it really happened.")


class TooEarly(Refusal):
    code = "too_early"
    status = 422
    message = gettext_noop("%(at)s is before %(year)s. Check the year.")


class LotsDoNotAdd(Refusal):
    code = "lots_do_not_add"
    status = 422
    message = gettext_noop(
        "The named lots add up to %(lots_g)s g, the entry says %(mass_g)s g. Make them equal."
    )


class NotEnough(Refusal):
    """``free_g`` stands free; the way on is a reasoned surplus of ``lack_g``."""

    code = "not_enough"
    message = gettext_noop(
        "Only %(free_t)s t stand free in %(account)s, %(lack_t)s t less than needed. If more is "
        "really there, record a surplus with its reason first."
    )


class LotNotEnough(Refusal):
    code = "lot_not_enough"
    message = gettext_noop(
        "Lot %(lot)s holds only %(free_t)s t that are free. Take another lot or less of this one."
    )


class UnknownLot(Refusal):
    code = "unknown_lot"
    status = 422
    message = gettext_noop("There is no lot %(lot)s in %(account)s. Scan or choose it again.")


class LotTaken(Refusal):
    code = "lot_taken"
    message = gettext_noop("Lot %(lot)s exists already. A new container needs a new number.")


class BookingClosed(Refusal):
    code = "booking_closed"
    message = gettext_noop("This reservation is %(state)s already.")


class UnknownBooking(Refusal):
    code = "unknown_booking"
    status = 404
    message = gettext_noop("There is no such reservation.")


class UnknownMovement(Refusal):
    code = "unknown_movement"
    status = 404
    message = gettext_noop("There is no such movement.")


class AlreadyReversed(Refusal):
    code = "already_reversed"
    message = gettext_noop("This movement was reversed before. It counts as never made.")


class IsReversal(Refusal):
    code = "is_reversal"
    message = gettext_noop("A reversal cannot be reversed. Record the movement anew.")


class PartOfTreatment(Refusal):
    code = "part_of_treatment"
    message = gettext_noop(
        "This movement is part of a treatment batch. Reverse the whole batch on its page, so that "
        "what went in and what came out stay equal."
    )


class PartOfManifest(Refusal):
    code = "part_of_manifest"
    message = gettext_noop(
        "This movement follows from the signatures of a manifest. It is corrected there, by those "
        "who signed."
    )


class PartOfFiling(Refusal):
    code = "part_of_filing"
    message = gettext_noop(
        "This movement follows from a form that was filed. Amend the form: what it no longer says "
        "is reversed then."
    )


class MovedOn(Refusal):
    code = "moved_on"
    message = gettext_noop(
        "The mass has moved on: only %(free_t)s t are still free in %(account)s. Reverse what "
        "came later first: %(later)s."
    )


class LotMovedOn(MovedOn):
    """One lot of it has; the account may still hold others."""

    message = gettext_noop(
        "Lot %(lot)s has moved on: only %(free_t)s t of it still stand free here. Undo what came "
        "later first: %(later)s."
    )


class GroupedApart(Refusal):
    code = "grouped_apart"
    status = 422
    message = gettext_noop(
        "Only lots of one waste in one store are put together. “%(one)s” and “%(other)s” are "
        "different stocks: move one to the other first."
    )


class NotInStore(Refusal):
    code = "not_in_store"
    status = 422
    message = gettext_noop(
        "Lot %(lot)s does not stand in a store. Lots are grouped and split where they are stored, "
        "not on the road."
    )


class GroupingDoesNotAdd(Refusal):
    code = "grouping_does_not_add"
    status = 422
    message = gettext_noop(
        "%(in_t)s t are taken and %(out_t)s t put into the new lots. Make them equal: grouping and "
        "splitting change no mass. What is missing or too much is found by a stock-take."
    )


class UnknownRegrouping(Refusal):
    code = "unknown_regrouping"
    status = 404
    message = gettext_noop("There is no such grouping.")


class NotLimited(Refusal):
    code = "not_limited"
    status = 422
    message = gettext_noop("Only stock and loads on the road can be reserved or counted.")


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
    message = gettext_noop("Write the reason: what was seen, and where the difference comes from.")


class OutOfBalance(Refusal):
    code = "out_of_balance"
    status = 422
    message = gettext_noop(
        "Inputs and additives are %(in_t)s t, products and wastes %(out_t)s t. What comes out "
        "cannot be more than what went in."
    )


class UnknownMethod(Refusal):
    code = "unknown_method"
    status = 422
    message = gettext_noop("The treatment method “%(method)s” is not one of this waste's methods.")


class ImportedOtherwise(IdReused):
    """A row with the number of one that was imported before, and with other content."""

    code = "imported_otherwise"
    message = gettext_noop(
        "“%(number)s” was imported before and said something else then. Correct that movement by a "
        "reversal and import this line under another number."
    )
