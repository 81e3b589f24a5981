"""What a manifest may do next, what is sealed, and what a signature is over. Pure: no database."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.workdays import WorkCalendar
from wufei.hub.manifests.declarations import (
    Deadline,
    Hours,
    ManifestTemplate,
    Step,
    Text,
    WorkingDays,
)
from wufei.hub.manifests.models import Status, StepCode

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Clocks of phones run ahead by a little; the ledger allows the same.
CLOCK_TOLERANCE = timedelta(minutes=5)
# Two figures of one load that differ by about a thousand are tonnes and kilograms.
_KILO_LEAST, _KILO_MOST = 500, 2_000
CONTENT_VERSION = 2


@dataclass(frozen=True)
class Field:
    """Something that a manifest says. ``of_line``: each line has its own.

    ``signed``: it is part of what signatures are over. The authority's number is not: the
    authority gives it, often after everybody has signed.
    """

    name: str
    label: Text
    of_line: bool = False
    signed: bool = True


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("consignor", _("consignor")),
        Field("consignor_site", _("from")),
        Field("carrier", pgettext_lazy("manifest", "carrier")),
        Field("consignee", _("consignee")),
        Field("consignee_site", _("to")),
        Field("waste", _("waste"), of_line=True),
        Field("declared", _("declared"), of_line=True),
        Field("method", pgettext_lazy("manifest", "method"), of_line=True),
        Field("lots", _("lots and containers"), of_line=True),
        Field("containers", _("containers"), of_line=True),
        Field("exemption", _("exemption claims"), of_line=True),
        Field("legs", _("carriers in order")),
        Field("alternate_site", _("alternate plant")),
        Field("vehicle", _("vehicle")),
        Field("driver", _("driver")),
        Field("route", _("route")),
        Field("note", _("note")),
        Field("authority_no", _("number of the authority"), signed=False),
        Field("weighed_out", _("weighed out"), of_line=True),
        Field("weighed_in", _("weighed in"), of_line=True),
        Field("accepted", _("accepted"), of_line=True),
        Field("refused", _("refused"), of_line=True),
        Field("refusal_reason", _("reason for refusing")),
        Field("difference_reason", _("reason for the difference")),
    )
}
# A manifest stands here after the step. Who signs a step finds it where the step before left it.
STATUS_AFTER: Mapping[str, Status] = {
    StepCode.ISSUE: Status.ISSUED,
    StepCode.LOAD: Status.LOADED,
    StepCode.ARRIVE: Status.ARRIVED,
    StepCode.ACCEPT: Status.ACCEPTED,
    StepCode.CLOSE: Status.CLOSED,
}
# The step that a manifest has behind it in each state.
BEHIND: Mapping[str, StepCode] = {
    **{status: StepCode(step) for step, status in STATUS_AFTER.items()},
    Status.PARTLY_ACCEPTED: StepCode.ACCEPT,
    Status.REFUSED: StepCode.ACCEPT,
}
# The column that keeps when a step happened.
TIME_OF: Mapping[str, str] = {
    StepCode.ISSUE: "issued_at",
    StepCode.LOAD: "loaded_at",
    StepCode.ARRIVE: "arrived_at",
    StepCode.ACCEPT: "accepted_at",
    StepCode.CLOSE: "closed_at",
}


# Order.
def next_step(template: ManifestTemplate, status: str) -> Step | None:
    """The step that a manifest in ``status`` waits for; None where it is at its end."""
    for step, following in pairwise(template.steps):
        if BEHIND.get(status) == step.code:
            return following
    return None


def status_before(template: ManifestTemplate, step: str) -> Status:
    """Where a manifest stands when ``step`` is due; the first step has nothing before it."""
    codes = [one.code for one in template.steps]
    position = codes.index(step)
    assert position > 0, "nothing comes before the first step"
    return STATUS_AFTER[codes[position - 1]]


def is_signed(template: ManifestTemplate, status: str, step: str) -> bool:
    """Whether a manifest that stands in ``status`` has ``step`` behind it."""
    codes: list[str] = [one.code for one in template.steps]
    behind = BEHIND.get(status)
    return behind in codes and codes.index(step) <= codes.index(behind)


# Sealing.
def fields_of(form: ManifestTemplate) -> frozenset[str]:
    """Fields that a manifest of this template can say: claims only where an exemption is known."""
    return frozenset(FIELDS) - (frozenset() if form.exempt else {"exemption"})


def sealed_after(template: ManifestTemplate, step: str) -> frozenset[str]:
    """Fields that nobody can change once ``step`` has been signed."""
    sealed: set[str] = set()
    for one in template.steps:
        sealed |= one.seals
        if one.code == step:
            break
    return frozenset(sealed)


def sealed_in(template: ManifestTemplate, status: str) -> frozenset[str]:
    """Fields that are fixed while a manifest stands in ``status``."""
    behind = BEHIND.get(status)
    return sealed_after(template, behind) if behind else frozenset(FIELDS)


# Masses.
def difference_permille(out_g: int, in_g: int) -> int:
    """How much less (or more) arrived than left, in thousandths of what left, rounded up."""
    return -(-abs(out_g - in_g) * 1000 // out_g)


def beyond_tolerance(out_g: int, in_g: int, permille: int) -> bool:
    # In grams: dividing first would hide small losses of small loads.
    return abs(out_g - in_g) * 1000 > out_g * permille


def looks_like_another_unit(known_g: int, given_g: int) -> bool:
    """Whether ``given_g`` is about a thousand times more or less than what is known of it."""
    more, less = max(known_g, given_g), min(known_g, given_g)
    return _KILO_LEAST * less <= more <= _KILO_MOST * less


def shares_g(total_g: int, parts_g: Sequence[int]) -> list[int]:
    """``total_g`` split in proportion to ``parts_g``, whole grams that add up exactly.

    No share is larger than its part where the total is not larger than their sum.
    """
    whole = sum(parts_g)
    shares = [total_g * part // whole for part in parts_g]
    remainders = sorted(range(len(parts_g)), key=lambda n: (-(total_g * parts_g[n] % whole), n))
    for n in remainders[: total_g - sum(shares)]:
        shares[n] += 1
    return shares


# Time.
def due_at(
    within: Deadline | None, since: datetime, calendar: WorkCalendar | None
) -> datetime | None:
    """When a step is late that has to follow ``since``.

    Working days end at midnight in Asia/Shanghai; the day of ``since`` is not counted.
    """
    match within:
        case Hours(count):
            return since + timedelta(hours=count)
        case WorkingDays(count):
            assert calendar is not None, "working days need a calendar"
            last = calendar.add_working_days(since.astimezone(SHANGHAI).date(), count)
            return datetime.combine(last + timedelta(days=1), time(), SHANGHAI)
        case _:
            return None


# What a signature is over.
def content(
    template: str,
    step: str,
    fields: Mapping[str, Any],
    signature: Mapping[str, Any],
    before: str,
) -> dict[str, Any]:
    """What somebody signs with ``step``: what it seals, the act itself, and what was signed before.

    ``fields`` has a JSON value for every field that the act seals, ``before`` is the digest of the
    signature before it: so each signature is over everything that was sealed by then, and the
    same content can be made again at any later time.
    """
    return {
        "version": CONTENT_VERSION,
        "template": template,
        "step": step,
        "fields": dict(fields),
        "signature": dict(signature),
        "before": before,
    }


def signed_fields(names: frozenset[str]) -> frozenset[str]:
    """Those of ``names`` that signatures are over."""
    return frozenset(name for name in names if FIELDS[name].signed)


def digest(what: Mapping[str, Any]) -> str:
    """SHA-256 over JSON with sorted keys, no spaces, UTF-8; lower-case hexadecimal."""
    told = json.dumps(what, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def moment(at: datetime) -> str:
    """A time in canonical content: UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
