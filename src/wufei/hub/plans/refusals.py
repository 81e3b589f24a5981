"""What the plans' services will not do, and why."""

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class UnreadableFile(Refusal):
    code = "plan_unreadable"
    status = 422
    message = gettext_noop("This file cannot be read as a plan.")


class EmptyFile(UnreadableFile):
    code = "plan_empty"
    message = gettext_noop("The file is empty. Choose the plan's text.")


class TooLargeFile(UnreadableFile):
    code = "plan_too_large"
    status = 413
    message = gettext_noop(
        "The file has %(size_mb)s MB; a plan's text has at most %(limit_mb)s MB. Take the text out "
        "of the document and save it alone."
    )


class WordFile(UnreadableFile):
    code = "plan_word"
    status = 415
    message = gettext_noop(
        "This is a Word or Excel file (or another package). Open it, save it as plain text (.txt, "
        "UTF-8) and load that: the automatic numbering of Word would be lost otherwise."
    )


class PdfFile(UnreadableFile):
    code = "plan_pdf"
    status = 415
    message = gettext_noop(
        "This is a PDF file. Copy its text into a plain text file (.txt, UTF-8) and load that."
    )


class WebPage(UnreadableFile):
    code = "plan_web_page"
    status = 415
    message = gettext_noop(
        "This is a web page. Copy the plan's text from it into a plain text file (.txt, UTF-8) and "
        "load that."
    )


class UnknownEncoding(UnreadableFile):
    code = "plan_encoding"
    status = 415
    message = gettext_noop(
        "This is no text in UTF-8, UTF-16 or GB 18030. Open it in an editor, save it as UTF-8 and "
        "load it again."
    )


class SpoiltText(UnreadableFile):
    code = "plan_spoilt"
    message = gettext_noop(
        "Characters of this text were lost when it was converted before; replacement signs stand "
        "in their place. Take the text from the original document again."
    )


class NoClauses(UnreadableFile):
    code = "plan_without_clauses"
    message = gettext_noop(
        "The text holds no numbered parts, so it cannot be read as a plan. Check that it is the "
        "right file and that its numbering is in it."
    )


class UnitsUnclear(Refusal):
    code = "plan_units_unclear"
    message = gettext_noop(
        "%(count)s names of units are not recognised yet. Say first whom they mean; then the plan "
        "can be put into force."
    )


class AlreadyInForce(Refusal):
    code = "plan_not_a_draft"
    message = gettext_noop("This plan is no draft any more.")


class BadStructure(Refusal):
    code = "plan_structure_wrong"
    status = 422
    message = gettext_noop("The structure of the plan is wrong: %(problem)s.")
