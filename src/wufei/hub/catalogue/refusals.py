"""What the catalogue refuses, and what to do instead."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Refusal


class UnknownWaste(Refusal):
    """No waste has this code on that day; ``suggestions`` are the nearest that exist."""

    code = "unknown_waste"
    status = 422
    message = gettext_noop("There is no waste code %(code)s on %(day)s.")

    def __init__(
        self, code: str, day: date, suggestions: Sequence[str] = (), *, field: str = "waste"
    ) -> None:
        super().__init__(field=field, code=code, day=day.isoformat())
        self.suggestions = tuple(suggestions)

    def __str__(self) -> str:
        if self.suggestions:
            advice = _("Did you mean %(codes)s?") % {"codes": _(" or ").join(self.suggestions)}
        else:
            advice = _("Search the waste catalogue by name or by the first letters of its pinyin.")
        return f"{super().__str__()} {advice}"


class WrongCode(Refusal):
    code = "wrong_code"
    status = 422
    message = gettext_noop(
        "%(code)s is not how codes of %(edition)s are written. Write hazardous codes like "
        "900-214-08, solid waste codes like 900-001-S17, our own like LC-straw-wheat."
    )


class CodeTaken(Refusal):
    code = "code_taken"
    message = gettext_noop(
        "%(code)s exists already (%(edition)s). Open it and change it, or choose another code."
    )


class NotOurs(Refusal):
    code = "not_ours"
    message = gettext_noop(
        "%(code)s belongs to %(edition)s: what is published is not changed here. "
        "Only words to search by can be added."
    )


class StreamIsFixed(Refusal):
    code = "stream_fixed"
    message = gettext_noop(
        "%(code)s stays in its stream, since accounts were opened by it. Close the code and add "
        "a new one."
    )


class WrongOfficialFile(Refusal):
    """The file is not the edition that it should be; ``problems`` are the first few differences."""

    code = "wrong_official_file"
    status = 422
    message = gettext_noop(
        "This file is not %(edition)s as published, nothing was loaded: %(problems)s"
    )
