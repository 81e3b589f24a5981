"""What the register refuses, and what to do instead."""

from typing import ClassVar

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class Closed(Refusal):
    """A closed organisation finishes what is on the road and starts nothing new."""

    code = "registry_closed"
    message = gettext_noop(
        "%(organisation)s has been closed since %(since)s and starts nothing new. Choose another "
        "organisation, or ask the branch office to open it again."
    )


class CodeTaken(Refusal):
    code = "registry_code_taken"
    message = gettext_noop(
        "The credit code %(code)s belongs to %(organisation)s. Open that organisation, or compare "
        "the code with the business licence."
    )


class SiteNameTaken(Refusal):
    code = "registry_site_name_taken"
    message = gettext_noop(
        "%(organisation)s already has a site called %(name)s. Open that site, or give this one "
        "another name."
    )


class PlateTaken(Refusal):
    code = "registry_plate_taken"
    message = gettext_noop(
        "%(plate)s is registered with %(organisation)s (%(dates)s). If the vehicle was sold, close "
        "it there first; a new entry may begin the day after."
    )


class DeviceTaken(Refusal):
    code = "registry_device_taken"
    message = gettext_noop(
        "Device %(number)s is already in the register, kept by %(organisation)s. Open that entry "
        "to bind it elsewhere."
    )


class DeviceElsewhere(Refusal):
    code = "registry_device_elsewhere"
    message = gettext_noop(
        "Device %(number)s sits on %(place)s (%(dates)s). Unbind it there first, or let this "
        "binding begin later."
    )


class TwoTerminals(Refusal):
    code = "registry_two_terminals"
    message = gettext_noop(
        "%(plate)s already carries terminal %(number)s (%(dates)s). Unbind that one first: two "
        "terminals would draw two tracks of one trip."
    )


class LicenceOverlaps(Refusal):
    code = "registry_licence_overlaps"
    message = gettext_noop(
        "%(organisation)s already has licence %(number)s for %(code)s, valid %(dates)s. Let the "
        "new one begin on the day after, or shorten the other one first."
    )


class LicenceNumberTaken(Refusal):
    code = "registry_licence_number_taken"
    message = gettext_noop(
        "Licence number %(number)s is in use by %(organisation)s, valid %(dates)s. Compare the "
        "number with the document, or edit that licence."
    )


class QuotaOverlaps(Refusal):
    code = "registry_quota_overlaps"
    message = gettext_noop(
        "%(organisation)s already has a quota of %(limit)s t of %(code)s for %(dates)s. Edit that "
        "one, or choose another period."
    )


class ListedTwice(Refusal):
    code = "registry_listed_twice"
    message = gettext_noop(
        "%(name)s is on the list “%(list)s” already for %(dates)s. Edit that entry, or choose "
        "another period."
    )


class QuotaExceeded(Refusal):
    code = "registry_quota_exceeded"
    message = gettext_noop(
        "%(organisation)s may move %(limit_t)s t of %(code)s in this period and %(left_t)s t are "
        "left; %(asked_t)s t are too much. Lower the quantity, or have the plan changed first."
    )


class QuotaMissing(Refusal):
    code = "registry_quota_missing"
    message = gettext_noop(
        "%(organisation)s has no approved quantity of %(code)s for %(day)s. Have the plan or the "
        "disposal approved first."
    )


class LicenceExceeded(Refusal):
    code = "registry_licence_exceeded"
    message = gettext_noop(
        "The licence of %(organisation)s allows %(limit_t)s t of %(code)s in %(year)s and "
        "%(left_t)s t are left; %(asked_t)s t are too much. Choose another consignee."
    )


class MembershipTwice(Refusal):
    code = "registry_membership_twice"
    message = gettext_noop(
        "%(person)s already has this function at %(organisation)s (%(dates)s). Edit that entry, "
        "or let the new one begin later."
    )


class NotYours(Refusal):
    """The entry lies outside of what this actor's act reaches."""

    code = "registry_not_yours"
    status: ClassVar[int] = 403
    message = gettext_noop(
        "Your role covers other organisations, not %(organisation)s. Ask the branch office if "
        "that should change."
    )
