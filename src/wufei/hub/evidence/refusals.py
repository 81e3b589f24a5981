"""What the log of evidence refuses, and what to do then."""

from typing import Any

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class KeyMissing(Refusal):
    code = "evidence_key_missing"
    message = gettext_noop(
        "The log is signed with key %(key)s, and its private key is not in %(place)s. Put the file "
        "back from a backup; if it is lost, run `wufei audit rotate --reason lost`."
    )


class KeyDiffers(Refusal):
    code = "evidence_key_differs"
    message = gettext_noop(
        "The private key in %(place)s is not that of the log's key %(key)s. Put the right file "
        "there, or run `wufei audit rotate` to sign with this one from now on."
    )


class KeyUnreadable(Refusal):
    code = "evidence_key_unreadable"
    message = gettext_noop(
        "%(place)s holds no Ed25519 private key in PEM. Make one with "
        "`openssl genpkey -algorithm ed25519`."
    )


class KeyNotOurs(Refusal):
    code = "evidence_key_not_ours"
    message = gettext_noop(
        "%(place)s is kept outside (WUFEI_EVIDENCE_KEY) and still holds the current key. Put a new "
        "key there first, then run this again."
    )


class NothingToSign(Refusal):
    code = "evidence_nothing_to_sign"
    message = gettext_noop("The log has no leaf yet, so there is nothing to sign.")


class Incomplete(Refusal):
    """Somebody took away from the log, with the rights of its owner."""

    code = "evidence_incomplete"
    status = 503
    message = gettext_noop(
        "The log of evidence lacks %(what)s. Tell the operator at once: `wufei audit verify` says "
        "what was taken away."
    )

    def __init__(self, what: str) -> None:
        super().__init__(what=what)


class NoSuchTree(Refusal):
    code = "evidence_no_such_tree"
    status = 404
    message = gettext_noop(
        "The log has %(size)s leaves. Ask for a leaf below that, and for sizes from 1 to that."
    )

    def __init__(self, size: int) -> None:
        super().__init__(size=size)


class NoReceipt(Refusal):
    """What was given as a receipt cannot be read."""

    code = "evidence_no_receipt"
    status = 422
    message = gettext_noop(
        "This is no receipt that can be read: %(why)s. Give the whole file as it was downloaded."
    )

    def __init__(self, why: Any) -> None:
        super().__init__(why=why, field="receipt")


class TooManyQuestions(Refusal):
    code = "too_many_questions"
    status = 429
    message = gettext_noop(
        "These were many questions in a short time. Wait a minute and ask again."
    )


class AlreadyErased(Refusal):
    code = "evidence_already_erased"
    message = gettext_noop(
        "The personal fields of these records were erased before, or have no leaf yet."
    )
