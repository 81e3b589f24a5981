"""What is sent about forms: right in everything but who sends it, as in ``bodies``."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.permissions.district import Person, Town
from tests.permissions.forms import PLAN, due_of_late, month
from uuid_utils.compat import uuid7

from wufei.hub.filings.tests.stories import FARM, MONTHLY
from wufei.hub.registry.validity import today

Body = dict[str, Any]
Maker = Callable[[Town, Person], Body]


def _plan(town: Town, _who: Person) -> Body:
    return {
        "type": PLAN.code,
        "organisation": str(town.firm("sender").organisation.uuid),
        "day": today().isoformat(),
        "form": {"remark": "by day", "loads": [{"mass": "12"}]},
    }


def _month(town: Town, _who: Person) -> Body:
    """Of a month in which none is there yet."""
    return {
        "type": FARM.code,
        "organisation": str(town.firm("sender").organisation.uuid),
        "day": month(3).first.isoformat(),
        "form": {"heads": 40},
    }


def _said(decision: str) -> Maker:
    return lambda _town, _who: {"decision": decision, "note": "seen", "version": 1}


def _brought(_town: Town, who: Person) -> Body:
    return {
        "outcome": "accepted",
        "authority_no": "2026-1",
        "decided_on": today().isoformat(),
        "file": str(who.scan.uuid),
    }


FORMS_PROGRAM: dict[str, Maker] = {
    "api.filing.draft": _plan,
    "api.filing.draft:helped": _month,
    "api.filing.submit": lambda _town, _who: {"id": str(uuid7())},
    "api.filing.decide:forward": _said("forward"),
    "api.filing.decide:return": _said("return"),
    "api.filing.decide:reject": _said("reject"),
    "api.filing.decide:last": _said("accept"),
    "api.filing.decide:town": _said("accept"),
    "api.filing.decide:department": _said("accept"),
    "api.filing.bring_back": _brought,
    "api.filing.bring_back:reviewed": _brought,
}


def _picture() -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("L", (40, 60), 255).save(drawn, "PNG")
    return SimpleUploadedFile("decision.png", drawn.getvalue())


def _outside(_town: Town, _who: Person) -> Body:
    told = {"outcome": "accepted", "authority_no": "2026-1", "decided_on": today().isoformat()}
    return told | {"version": "1", "file": _picture()}


def _pressed(decision: str) -> Maker:
    return lambda _town, _who: {"decision": decision, "note": "seen", "version": "1"}


def _written(_town: Town, _who: Person) -> Body:
    return {"submission": str(uuid7()), "edition": "1", "version": "1", "v-remark": "by night"}


def _begun(*, period: bool) -> Maker:
    when = {"period": month(3).first.isoformat()} if period else {"day": today().isoformat()}

    def told(town: Town, _who: Person) -> Body:
        organisation = str(town.firm("sender").organisation.uuid)
        return {"submission": str(uuid7()), "organisation": organisation} | when

    return told


def _sent_by_phone(_town: Town, _who: Person) -> Body:
    return {
        "submission": str(uuid7()),
        "edition": "1",
        "version": "1",
        "v-heads": "41",
        "submit": "1",
    }


def _later(_town: Town, _who: Person) -> Body:
    return {
        "submission": str(uuid7()),
        "what": f"{MONTHLY.code}@{month(1).first.isoformat()}",
        "due_on": today().isoformat(),
        "reason": "flood",
    }


def _obliged(town: Town, _who: Person) -> Body:
    return {
        "submission": str(uuid7()),
        "type": FARM.code,
        "organisation": str(town.firm("sender").organisation.uuid),
        "says": "owes",
        "since": month(1).first.isoformat(),
        "reason": "keeps pigs",
    }


FORMS_BROWSER: dict[str, Maker] = {
    "filings.file": lambda _town, _who: {"file": _picture(), "name": "photos"},
    "filings.review.one:forward": _pressed("forward"),
    "filings.review.one:send_back": _pressed("send_back"),
    "filings.review.one:reject": _pressed("reject"),
    "filings.review.one:last": _pressed("accept"),
    "filings.review.one:town": _pressed("accept"),
    "filings.review.one:department": _pressed("accept"),
    "filings.review.bring_back": _outside,
    "filings.review.bring_back:reviewed": _outside,
    "filings.completeness.remind": lambda _town, _who: {"month": f"{due_of_late():%Y-%m}"},
    "filings.filing.remind": lambda _town, _who: {"month": f"{due_of_late():%Y-%m}"},
    "filings.type.start:begin": _begun(period=False),
    "filings.type.start:helped": _begun(period=True),
    "filings.due.new": _later,
    "filings.obligation.new": _obliged,
    "filings.filing.edit:save": _written,
    "filings.filing.autosave": _written,
    "filings.filing.amend": lambda _town, _who: {},
    "filings.filing.withdraw": lambda _town, _who: {},
    "filings.filing.phone:send": _sent_by_phone,
}
