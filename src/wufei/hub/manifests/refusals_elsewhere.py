"""What is refused to those who sign otherwise than on a page with network."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


# Phones that work without network.
class BadKey(Refusal):
    code = "manifest_bad_key"
    status = 422
    message = gettext_noop(
        "This is no public key of the kind that phones sign with (ECDSA P-256). Open the page "
        "again in an up-to-date browser."
    )


class KeyRevoked(Refusal):
    code = "manifest_key_revoked"
    message = gettext_noop(
        "The key of this phone was withdrawn. What it signed has to be confirmed by a person; "
        "sign in on the phone again for a new key."
    )


class TooManyKeys(Refusal):
    code = "manifest_too_many_keys"
    message = gettext_noop(
        "You have more than %(most)s phones with a key. Withdraw those that you no longer use."
    )


class UnknownKey(Refusal):
    code = "manifest_unknown_key"
    status = 404
    message = gettext_noop("This phone's key is not known here yet. It is registered first.")


class ForeignStep(Refusal):
    code = "manifest_foreign_step"
    status = 403
    message = gettext_noop(
        "This step was signed by somebody else on this phone. It stays here until they sign in."
    )


class BadEntry(Refusal):
    code = "manifest_bad_entry"
    status = 422
    message = gettext_noop(
        "What this phone kept cannot be read (%(problem)s). Write the step down on paper and tell "
        "your administrator."
    )


class BadSignature(Refusal):
    code = "manifest_bad_signature"
    status = 422
    message = gettext_noop(
        "The step does not fit its signature: it was changed after it was signed, or not signed "
        "by this phone."
    )


class BeforeTheKey(Refusal):
    code = "manifest_before_the_key"
    status = 422
    message = gettext_noop(
        "The phone says that this was signed at %(at)s, before it had a key (%(made)s). Write when "
        "it really happened."
    )


class ContentChanged(Refusal):
    code = "manifest_content_changed"
    message = gettext_noop(
        "%(manifest)s is no longer what the phone showed when this was signed. Compare it, then "
        "sign again or discard the step."
    )


class NoLoadForTruck(Refusal):
    code = "manifest_no_load_for_truck"
    message = gettext_noop(
        "No load of %(plate)s was on the road at %(at)s. It may still wait on another phone; it is "
        "tried again when that one arrives."
    )


# Signing on another's phone.
class WrongSiteCode(Refusal):
    code = "manifest_wrong_site_code"
    status = 422
    message = gettext_noop(
        "The code was not accepted. Check it with the site; after several wrong ones no code is "
        "accepted for %(minutes)s minutes."
    )


# Parties without an account.
class NotTheConsignor(Refusal):
    code = "manifest_not_the_consignor"
    status = 403
    message = gettext_noop(
        "Only the consignor, %(organisation)s, acts for a party without an account. Ask them."
    )


class HasAccounts(Refusal):
    code = "manifest_has_accounts"
    message = gettext_noop(
        "%(organisation)s has people who sign here themselves. Ask them to sign, or let them use "
        "the code of their site."
    )


class NoLinkNeeded(Refusal):
    code = "manifest_no_link_needed"
    message = gettext_noop(
        "No link is needed for %(manifest)s: every party that still has to sign has people here, "
        "or nothing is left to sign. Open it to see what it waits for."
    )


class NothingToName(Refusal):
    code = "manifest_nothing_to_name"
    message = gettext_noop(
        "You have no truck and driver to name for %(manifest)s: its carrier is %(carrier)s, and "
        "once a load is taken over both stay as they were signed. Ask the carrier, or propose a "
        "correction."
    )


class LinkGone(Refusal):
    code = "manifest_link_gone"
    status = 404
    message = gettext_noop(
        "This link does not work, or no longer: each is used once and only for some days. Ask "
        "whoever sent it for a new one."
    )


# Text messages.
class TextNotUnderstood(Refusal):
    code = "manifest_text_not_understood"
    status = 422
    message = gettext_noop(
        "Not understood. Write DL, the number and the weight in tonnes to take a load over, or DD "
        "to receive it, such as: DL WF-20261126-0001 12.5"
    )


class PhoneUnknown(Refusal):
    code = "manifest_phone_unknown"
    status = 403
    message = gettext_noop("This telephone is registered for nobody here. Ask your carrier.")


class PhoneAmbiguous(Refusal):
    code = "manifest_phone_ambiguous"
    status = 409
    message = gettext_noop(
        "This telephone is registered for several people. Ask your carrier to correct it."
    )


class LoadNotFound(Refusal):
    code = "manifest_load_not_found"
    status = 404
    message = gettext_noop("No load of yours has the number or plate %(load)s. Check it.")
