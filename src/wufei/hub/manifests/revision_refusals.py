"""What is refused of revisions, edits, papers and emergencies, each with what to do instead."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class NotRevisable(Refusal):
    code = "manifest_not_revisable"
    status = 422
    message = gettext_noop(
        "“%(label)s” is what a manifest stands for and cannot be revised. Annul %(manifest)s and "
        "issue another."
    )


class NotSignedYet(Refusal):
    code = "manifest_not_signed_yet"
    message = gettext_noop(
        "“%(label)s” of %(manifest)s is not sealed yet. It is filled in with its step; nothing "
        "has to be agreed for that."
    )


class NothingChanged(Refusal):
    code = "manifest_nothing_changed"
    status = 422
    message = gettext_noop("Nothing differs from what %(manifest)s says already. Change something.")


class RevisionPending(Refusal):
    code = "manifest_revision_pending"
    message = gettext_noop(
        "A revision of %(manifest)s waits already: %(who)s decides on it. Wait for that, or have "
        "it withdrawn."
    )


class RevisionEnded(Refusal):
    code = "manifest_revision_ended"
    message = gettext_noop(
        "This revision of %(manifest)s has ended meanwhile (%(state)s). Nothing is left to decide."
    )


class DecidedAlready(Refusal):
    code = "manifest_revision_decided"
    message = gettext_noop(
        "Your organisation has answered this revision of %(manifest)s already (%(decision)s). Ask "
        "those who proposed it to withdraw it, or propose a correction of your own afterwards."
    )


class AnswerUnexplained(Refusal):
    code = "manifest_answer_unexplained"
    status = 422
    message = gettext_noop(
        "You answer for %(organisations)s as well, where nobody signs in here. Write in the "
        "comment who there agreed, or did not, and when."
    )


class RevisionOutdated(Refusal):
    code = "manifest_revision_outdated"
    message = gettext_noop(
        "%(manifest)s no longer says what this revision was to change (%(labels)s). Refuse or "
        "withdraw it, and propose anew what is still wrong."
    )


class NotASigner(Refusal):
    code = "manifest_not_a_signer"
    status = 403
    message = gettext_noop(
        "Only those who have signed %(manifest)s revise it. Ask one of them: %(who)s."
    )


class NotAnnullable(Refusal):
    code = "manifest_not_annullable"
    message = gettext_noop(
        "%(manifest)s cannot be annulled (now: %(status)s): that is possible from loading until "
        "the consignee has received it. Correct its figures by a revision, or refuse the load."
    )


class NotEditable(Refusal):
    code = "manifest_not_editable"
    message = gettext_noop(
        "%(manifest)s has been signed by another party (now: %(status)s) and is no longer edited. "
        "Propose a revision; the others agree to it."
    )


class NotEditedOnItsWayBack(Refusal):
    code = "manifest_linked_not_editable"
    message = gettext_noop(
        "%(manifest)s carries what was refused elsewhere: what travels and where to is settled. "
        "Cancel it, and send the refused mass again."
    )


class SeveralWastes(Refusal):
    code = "manifest_several_wastes"
    message = gettext_noop(
        "%(manifest)s carries several wastes, for which there is no form to edit it. Cancel it and "
        "issue it anew; the program interface can edit it."
    )


class OnlyIssued(NotSignedYet):
    """Nobody but its issuer has signed, so nobody has to agree."""

    message = gettext_noop(
        "Nobody but its issuer has signed %(manifest)s yet: edit it or cancel it. Nothing has to "
        "be agreed for that."
    )


class NothingToRevise(Refusal):
    code = "manifest_nothing_to_revise"
    message = gettext_noop(
        "%(manifest)s came to nothing (now: %(status)s), so there is nothing to correct. Issue "
        "what really travels anew."
    )


class NumberStands(Refusal):
    code = "manifest_number_stands"
    message = gettext_noop(
        "%(manifest)s has ended with the number %(number)s of the authority. If it is wrong and "
        "the load was delivered, propose a correction."
    )


class RefusedGoneOn(Refusal):
    code = "manifest_refused_gone_on"
    message = gettext_noop(
        "What was refused of %(manifest)s travels on %(linked)s by now, so how much it was can no "
        "longer be revised. Correct %(linked)s instead."
    )


class BroughtOn(Refusal):
    code = "manifest_brought_on"
    message = gettext_noop(
        "%(manifest)s was brought on to another plant after it had been weighed: what was loaded "
        "can no longer be revised. Correct what was weighed in."
    )


class FieldEmptied(Refusal):
    code = "manifest_field_empty"
    status = 422
    message = gettext_noop("“%(label)s” cannot be taken away from %(manifest)s. Write what it is.")


class GivenHere(Refusal):
    code = "manifest_number_given_here"
    message = gettext_noop(
        "The number of %(manifest)s is given by this platform, which is the authority for it. "
        "Leave it out."
    )


class NoRegionCode(Refusal):
    code = "manifest_no_region_code"
    message = gettext_noop(
        "%(region)s has no code of a province and city, so no number can be given to %(manifest)s. "
        "Have the site entered in its county or town."
    )


class SerialsUsedUp(Refusal):
    code = "manifest_serials_used_up"
    message = gettext_noop(
        "All %(most)s numbers of %(scope)s have been given. Ask the administrator to configure "
        "another scope."
    )


class StillOpen(Refusal):
    code = "manifest_still_open"
    message = gettext_noop(
        "%(manifest)s was issued in an emergency and is not complete yet: %(labels)s. Complete it; "
        "then it can be closed."
    )


class NothingOpen(Refusal):
    code = "manifest_nothing_open"
    message = gettext_noop("Nothing of %(manifest)s is left open. Correct it by a revision.")


class NoEmergency(Refusal):
    code = "manifest_no_emergency"
    status = 422
    message = gettext_noop(
        "A %(template)s is not issued in an emergency with fields left open. Fill everything in."
    )


class NotLeftOpen(Refusal):
    code = "manifest_not_left_open"
    status = 422
    message = gettext_noop(
        "“%(label)s” cannot be left open, not even in an emergency. Fill it in; an estimate is "
        "corrected later."
    )


class PaperIncomplete(Refusal):
    code = "manifest_paper_incomplete"
    status = 422
    message = gettext_noop(
        "The steps on the paper do not follow one another: after “%(before)s” comes “%(missing)s”. "
        "Enter it too."
    )


class NotThePaper(Refusal):
    code = "manifest_not_the_paper"
    status = 422
    message = gettext_noop(
        "A paper is entered with its scan: a picture or a PDF that you have uploaded. Choose it "
        "again."
    )
