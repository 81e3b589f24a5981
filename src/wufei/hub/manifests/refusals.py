"""What the manifests refuse, each with what to do instead."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class WrongParty(Refusal):
    code = "manifest_wrong_party"
    status = 403
    message = gettext_noop(
        "“%(step)s” of %(manifest)s is signed by the %(party)s, %(organisation)s. Ask somebody "
        "who acts for them."
    )


class OutOfOrder(Refusal):
    code = "manifest_out_of_order"
    message = gettext_noop(
        "%(manifest)s is not ready for “%(step)s”: “%(missing)s” has to be signed first."
    )


class AlreadySigned(Refusal):
    code = "manifest_already_signed"
    message = gettext_noop(
        "“%(step)s” of %(manifest)s was already signed at %(at)s. Nothing is left to do here."
    )


class Overtaken(Refusal):
    code = "manifest_overtaken"
    message = gettext_noop(
        "%(manifest)s has changed meanwhile (now: %(status)s). Open it again to see what it "
        "waits for."
    )


class Interleaved(Overtaken):
    """Somebody has signed something beside the path; the step is still due."""


class TooManyCarriers(Refusal):
    code = "manifest_too_many_carriers"
    status = 422
    message = gettext_noop(
        "A load under the %(template)s has at most %(most)s carriers, one after the other. Name "
        "fewer of them."
    )


class TooManyAtOnce(Refusal):
    code = "manifest_too_many_at_once"
    status = 422
    message = gettext_noop(
        "%(count)s at once are too many: at most %(most)s. Nothing was signed; sign them in parts."
    )


class NoFurtherCarrier(Refusal):
    code = "manifest_no_further_carrier"
    message = gettext_noop(
        "%(manifest)s names no further carrier that could take over. Who has it now brings it to "
        "the consignee."
    )


class LegTaken(Refusal):
    code = "manifest_leg_taken"
    message = gettext_noop(
        "%(carrier)s has taken over %(manifest)s already: its vehicle and driver stay as they were "
        "signed."
    )


class NoHalts(Refusal):
    code = "manifest_no_halts"
    status = 422
    message = gettext_noop(
        "A load under the %(template)s may not be set down on the way. Bring it to the consignee."
    )


class SetDownAlready(Refusal):
    code = "manifest_set_down_already"
    message = gettext_noop(
        "%(manifest)s is set down at %(site)s already. Pick it up before it is set down elsewhere."
    )


class NotSetDown(Refusal):
    code = "manifest_not_set_down"
    message = gettext_noop("%(manifest)s is not set down anywhere: it is on its truck.")


class HaltAtDestination(Refusal):
    code = "manifest_halt_at_destination"
    status = 422
    message = gettext_noop(
        "The load is bound for %(site)s: it has arrived there. Let the consignee confirm receipt."
    )


class Expired(Refusal):
    code = "manifest_expired"
    message = gettext_noop(
        "%(manifest)s ended by itself at %(at)s, since nobody had loaded it by then. Let the "
        "consignor issue it anew with “Duplicate”."
    )


class NoSuchStep(Refusal):
    code = "manifest_no_such_step"
    status = 422
    message = gettext_noop("“%(step)s” is no step of this manifest. Use one of: %(steps)s.")


class FieldMissing(Refusal):
    code = "manifest_field_missing"
    status = 422
    message = gettext_noop("“%(step)s” needs “%(label)s”. Fill it in and sign again.")


class FieldSealed(Refusal):
    code = "manifest_field_sealed"
    message = gettext_noop(
        "“%(label)s” of %(manifest)s was sealed by an earlier signature and cannot be changed. "
        "Leave it out."
    )


class FieldNotAsked(Refusal):
    code = "manifest_field_not_asked"
    status = 422
    message = gettext_noop("“%(step)s” does not take “%(label)s”. Leave it out.")


class UnknownLine(Refusal):
    code = "manifest_unknown_line"
    status = 422
    message = gettext_noop(
        "The masses do not fit the lines of %(manifest)s. Give one mass for each of its lines: "
        "%(lines)s."
    )


class NoLines(Refusal):
    code = "manifest_no_lines"
    status = 422
    message = gettext_noop("A manifest carries between 1 and %(most)s wastes. Name what travels.")


class NoTemplate(Refusal):
    code = "manifest_no_template"
    status = 422
    message = gettext_noop("%(waste)s does not travel under a manifest of this platform.")


class MixedTemplates(Refusal):
    code = "manifest_mixed_templates"
    status = 422
    message = gettext_noop(
        "%(first)s and %(second)s travel under different manifests. Issue one for each."
    )


class NoScan(Refusal):
    code = "manifest_no_scan"
    status = 422
    message = gettext_noop(
        "%(template)s is not signed by one scan. Sign each step on the manifest's own page."
    )


class UnknownQr(Refusal):
    code = "manifest_unknown_qr"
    status = 404
    message = gettext_noop(
        "This code belongs to no manifest and no vehicle here. Scan the code on the manifest or "
        "the truck's own plate code."
    )


class NotAVehicleOfCarrier(Refusal):
    code = "manifest_not_a_vehicle_of_carrier"
    status = 422
    message = gettext_noop(
        "%(plate)s is no vehicle of %(carrier)s at this time. Choose one of theirs, or have the "
        "register corrected."
    )


class NotADriverOfCarrier(Refusal):
    code = "manifest_not_a_driver_of_carrier"
    status = 422
    message = gettext_noop(
        "%(driver)s does not drive for %(carrier)s at this time. Choose one of their drivers."
    )


class OnTheRoadAlready(Refusal):
    code = "manifest_vehicle_on_the_road"
    message = gettext_noop(
        "%(plate)s still carries %(manifest)s. Confirm its arrival first; then it takes the next "
        "load."
    )


class SiteClosed(Refusal):
    code = "manifest_site_closed"
    message = gettext_noop("%(site)s is closed at this time. Choose another site.")


class RouteElsewhere(Refusal):
    code = "manifest_route_elsewhere"
    status = 422
    message = gettext_noop("Route %(route)s does not lead from %(origin)s to %(destination)s.")


class SamePlace(Refusal):
    code = "manifest_same_place"
    status = 422
    message = gettext_noop("The load would travel from %(site)s to itself. Choose another site.")


class WrongUnit(Refusal):
    code = "manifest_wrong_unit"
    status = 422
    message = gettext_noop(
        "%(given_t)s t cannot be right beside %(known_t)s t: the figures differ by about a "
        "thousand. Check the unit (kg or t?)."
    )


class TooHeavyForTheRoad(Refusal):
    code = "manifest_too_heavy"
    status = 422
    message = gettext_noop(
        "%(mass_t)s t are more than the %(limit_t)s t that one load may have. Check the unit (kg "
        "or t?), or split the load."
    )


class BeforeTheStepBefore(Refusal):
    code = "manifest_before_the_step_before"
    status = 422
    message = gettext_noop(
        "“%(step)s” cannot have been at %(at)s: the step before it was at %(before)s. Write when "
        "it really happened."
    )


class BadAuthorityNo(Refusal):
    code = "manifest_bad_authority_no"
    status = 422
    message = gettext_noop(
        "“%(number)s” is no number of the %(authority)s. Copy it from there, without spaces."
    )


class AuthorityNoTaken(Refusal):
    code = "manifest_authority_no_taken"
    message = gettext_noop(
        "The number %(number)s stands on another manifest already. Compare it with the "
        "authority's record."
    )


class LicenceMissing(Refusal):
    code = "manifest_licence_missing"
    message = gettext_noop(
        "%(organisation)s holds no licence for %(waste)s on %(day)s. Choose another consignee, or "
        "have the licence entered first."
    )


class NotExempt(Refusal):
    code = "manifest_not_exempt"
    message = gettext_noop(
        "%(lots)s of %(waste)s: on %(day)s no exemption claim stands on a test report "
        "(“%(effect)s”). Claim the exemption with the laboratory's report, or choose a plant with "
        "a hazardous waste licence and its method."
    )


class CarrierUnlicensed(Refusal):
    code = "manifest_carrier_unlicensed"
    message = gettext_noop(
        "%(organisation)s holds no “%(kind)s” on %(day)s. Choose another carrier, or have the "
        "licence entered first."
    )


class CarriageNotExempt(Refusal):
    code = "manifest_carriage_not_exempt"
    message = gettext_noop(
        "%(organisation)s holds no “%(kind)s” on %(day)s, and no exemption claim stands on a test "
        "report for %(lots)s of %(waste)s. Claim the exemption with the laboratory's report, or "
        "choose a carrier with that licence."
    )


class ClaimLapsed(Refusal):
    code = "manifest_claim_lapsed"
    message = gettext_noop(
        "%(manifest)s was issued on the exemption claim of report %(report)s, which no longer "
        "holds (%(state)s). Cancel it and issue it again on a report that holds, or to a plant "
        "with a hazardous waste licence."
    )


class UnknownMethod(Refusal):
    code = "manifest_unknown_method"
    status = 422
    message = gettext_noop("%(waste)s is not treated by “%(method)s”. Use one of: %(methods)s.")


class NotCancellable(Refusal):
    code = "manifest_not_cancellable"
    message = gettext_noop(
        "%(manifest)s has been signed by another party and can no longer be cancelled. Let the "
        "consignee confirm what really arrived."
    )


class ReasonMissing(Refusal):
    code = "manifest_reason_missing"
    status = 422
    message = gettext_noop("Say in a few words why the manifest is cancelled.")


class NotRefusable(Refusal):
    code = "manifest_not_refusable"
    message = gettext_noop(
        "A load under the %(template)s is not refused. Accept it, and report what is wrong with it."
    )


class ReturnNotRefusable(Refusal):
    code = "manifest_return_not_refusable"
    message = gettext_noop(
        "%(manifest)s brings refused waste back to where it came from. It cannot be refused again: "
        "accept it, and decide then where it goes."
    )


class MoreThanArrived(Refusal):
    code = "manifest_more_than_arrived"
    status = 422
    message = gettext_noop(
        "%(accepted_t)s t cannot be accepted of the %(received_t)s t that arrived. Give between "
        "nothing and all of it."
    )


class UnknownContainer(Refusal):
    code = "manifest_unknown_container"
    status = 422
    message = gettext_noop(
        "Container %(lot)s does not travel under %(manifest)s. Choose or scan it again."
    )


class SaidTwice(Refusal):
    code = "manifest_said_twice"
    status = 422
    message = gettext_noop(
        "For %(waste)s both a mass and containers are given. Say which containers are refused, or "
        "how much is accepted, not both."
    )


class RefusedMassStays(Refusal):
    code = "manifest_refused_mass_stays"
    message = gettext_noop(
        "What was refused of %(manifest)s is still with the carrier. Send it back or on to another "
        "plant first."
    )


class NothingRefused(Refusal):
    code = "manifest_nothing_refused"
    message = gettext_noop(
        "Nothing refused of %(manifest)s waits to be sent (now: %(status)s). Open it again to see "
        "where it is."
    )


class OtherTruck(Refusal):
    code = "manifest_other_truck"
    status = 422
    message = gettext_noop(
        "The refused load is still on %(plate)s of %(carrier)s. Leave carrier and vehicle out, or "
        "say that it was unloaded."
    )
