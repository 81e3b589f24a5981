"""What comes back of a table of forms, with what became of the form."""

from collections.abc import Sequence

from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal
from wufei.hub.filings.declarations import Problem, Severity


class KeptAsDraft(Refusal):
    """``row`` and ``field`` are those of the first problem in ``section``."""

    code = "filing_kept_as_draft"
    status = 422
    message = gettext_noop(
        "%(first)s (%(count)s in all.) The form is kept as your draft: mend the lines and send "
        "them again, or go on with the draft."
    )

    def __init__(self, problems: Sequence[Problem], section: str) -> None:
        errors = [one for one in problems if one.severity is Severity.ERROR] or [*problems]
        here = [one for one in errors if one.section == section and one.row is not None]
        first = (here or errors)[0]
        super().__init__(first=first.text, count=len(problems), field=first.field)
        self.row = first.row or 0


class NotAskedOf(Refusal):
    code = "filing_not_asked_of"
    status = 422
    message = gettext_noop(
        "“%(section)s” is not asked of %(organisation)s. %(reason)s Leave these lines out."
    )
