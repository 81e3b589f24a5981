"""What is refused of imported manifests and receipts, each with what to do instead."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import IdReused, Refusal


class ImportedOtherwise(IdReused):
    """A record with the number of one that was imported before, and with other content."""

    code = "manifest_imported_otherwise"
    message = gettext_noop(
        "“%(number)s” was imported before as %(manifest)s and said something else then. Correct "
        "%(manifest)s by a revision; it keeps its history."
    )


class SignedOtherwise(Refusal):
    code = "manifest_signed_otherwise"
    message = gettext_noop(
        "“%(step)s” of %(manifest)s was signed at %(at)s and says something else than this line. "
        "Correct %(manifest)s by a revision; it keeps its history."
    )


class OfThisPlatform(Refusal):
    code = "manifest_of_this_platform"
    message = gettext_noop(
        "%(manifest)s is on this platform already and did not come by import. Import its receipt "
        "or its number of the authority from their own tables."
    )


class NotAParty(Refusal):
    code = "manifest_import_not_a_party"
    status = 403
    message = gettext_noop(
        "You import what your own organisation sends or receives. This load goes from "
        "%(consignor)s to %(consignee)s."
    )


class SenderSignsHere(Refusal):
    code = "manifest_import_sender_signs"
    status = 403
    message = gettext_noop(
        "%(organisation)s has people who work here: it issues or imports its own loads. Ask it; "
        "then import your receipt."
    )


class ReceiverSignsHere(Refusal):
    code = "manifest_import_receiver_signs"
    status = 403
    message = gettext_noop(
        "%(organisation)s has people who work here: it receives or imports its receipts itself. "
        "Leave arrival and acceptance empty; it is asked for them."
    )
