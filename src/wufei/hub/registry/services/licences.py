"""Licences: what an authority allows an organisation, for which codes, how much a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.registry.models import Licence, LicenceLine
from wufei.hub.registry.services.book import Book, Values, other
from wufei.hub.registry.services.refusals import LicenceNumberTaken, LicenceOverlaps
from wufei.hub.registry.services.tidying import one_of, required, strip
from wufei.hub.registry.validity import in_words

# More than any one plant handles in a year: whoever writes more means kilograms.
LIMIT_T_MAX = Decimal(10_000_000)


@dataclass(frozen=True)
class Line:
    """One code of a licence; ``limit_t`` tonnes a year, None where the licence names no amount."""

    code: str = LicenceLine.ALL
    limit_t: Decimal | None = None
    methods: str = ""


def _check(values: Values, licence: Licence | None) -> Values:
    clean = strip(values)
    required(
        clean,
        licence,
        organisation=_("Choose the organisation that holds the licence."),
        kind=_("Choose a kind from the list."),
        number=_("Give the number of the licence, as printed on it."),
    )
    one_of(clean, "kind", Licence.Kind.values, _("Choose a kind from the list."))
    if "lines" in clean:
        clean["lines"] = _checked_lines(clean["lines"])
    elif licence is None:
        clean["lines"] = (Line(),)
    return clean


def _checked_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    found: dict[str, Line] = {}
    for line in lines:
        code = line.code.strip().upper() or LicenceLine.ALL
        if code in found:
            text = _("Code %(code)s stands twice in this licence.") % {"code": code}
            raise Invalid(text, field="lines")
        check_tonnes(line.limit_t, "lines")
        found[code] = Line(code, line.limit_t, line.methods.strip())
    if not found:
        raise Invalid(_("Give at least one waste code, or * for all."), field="lines")
    return tuple(found.values())


def check_tonnes(limit_t: Decimal | None, field: str) -> None:
    """Raise ``Invalid`` for a negative quantity or one that must be in another unit."""
    if limit_t is not None and not 0 <= limit_t <= LIMIT_T_MAX:
        text = _("Give tonnes between 0 and %(limit)s. Was it in kilograms?")
        raise Invalid(text % {"limit": f"{LIMIT_T_MAX:,}"}, field=field)


def _keep_lines(licence: Licence, values: Values) -> None:
    if "lines" not in values:
        return
    wanted: tuple[Line, ...] = values["lines"]
    LicenceLine.objects.filter(licence=licence).exclude(code__in=[w.code for w in wanted]).delete()
    known = {line.code: line for line in LicenceLine.objects.filter(licence=licence)}
    for line in wanted:
        row = known.get(line.code) or LicenceLine(licence=licence, code=line.code)
        row.organisation, row.kind, row.validity = (
            licence.organisation,
            licence.kind,
            licence.validity,
        )
        row.limit_t, row.methods = line.limit_t, line.methods
        row.save()


def _lines(licence: Licence) -> Values:
    rows = LicenceLine.objects.filter(licence=licence)
    return {"lines": [[row.code, str(row.limit_t), row.methods] for row in rows]}


def _overlap(licence: Licence, values: Values) -> Refusal:
    codes = [line.code for line in values.get("lines", ())] or list(
        licence.lines.values_list("code", flat=True)
    )
    rows = LicenceLine.objects.filter(
        organisation=licence.organisation,
        kind=licence.kind,
        code__in=codes,
        validity__overlap=licence.validity,
    )
    line = rows.exclude(licence=licence.pk).select_related("licence").first()
    assert line is not None, "the constraint saw an overlap"
    return LicenceOverlaps(
        organisation=licence.organisation.name,
        number=line.licence.number,
        code=_("all codes") if line.code == LicenceLine.ALL else line.code,
        dates=in_words(line.validity),
        field="valid_from",
    )


def _number_taken(licence: Licence, values: Values) -> Refusal:
    rows = Licence.objects.select_related("organisation")
    holder = other(rows, licence, kind=licence.kind, number=licence.number)
    return LicenceNumberTaken(
        number=licence.number,
        organisation=holder.organisation.name,
        dates=in_words(holder.validity),
        field="number",
    )


LICENCES: Book[Licence] = Book(
    name="licence",
    model=Licence,
    check=_check,
    conflicts={
        "registry_licence_no_overlap": _overlap,
        "registry_licence_number_once": _number_taken,
    },
    after=_keep_lines,
    extras=_lines,
)


def create(by: Actor, **values: Any) -> Licence:
    """Add a licence: ``organisation``, ``kind``, ``number``, ``lines`` (``Line``; all codes if
    absent), ``valid_from``, ``valid_until``, ``authority``, ``note``. Raises ``LicenceOverlaps``.
    """
    return LICENCES.create(by, **values)


def edit(licence: Licence, by: Actor, **values: Any) -> Licence:
    return LICENCES.edit(licence, by, **values)


def close(licence: Licence, by: Actor, *, last: date, reason: str = "") -> Licence:
    """Ended before its time: surrendered, revoked, replaced. Its lines end with it."""
    return LICENCES.close(licence, by, last=last, reason=reason)


def put_line(licence: Licence, by: Actor, line: Line) -> Licence:
    """Add or change one code and leave the others: what one row of an import says."""
    rows = LicenceLine.objects.filter(licence=licence)
    lines = {row.code: Line(row.code, row.limit_t, row.methods) for row in rows}
    lines[line.code.strip().upper() or LicenceLine.ALL] = line
    return LICENCES.edit(licence, by, lines=tuple(lines.values()))


def read_lines(text: str) -> tuple[Line, ...]:
    """Lines as people write them, one a row: ``900-249-08 1200 R9`` (code, tonnes, methods).

    Raises ``Invalid`` naming the row.
    """
    found = []
    for number, row in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        code, *rest = row.replace("，", " ").replace(",", " ").split()
        amount = _decimal(rest[0], number) if rest else None
        found.append(Line(code, amount, " ".join(rest[1:])))
    return tuple(found)


def _decimal(text: str, number: int) -> Decimal | None:
    if text in ("-", "—"):
        return None
    try:
        amount = Decimal(text)
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite():
        told = _("Row %(row)d: “%(text)s” is no number of tonnes; write for example 1200 or “-”.")
        raise Invalid(told % {"row": number, "text": text}, field="lines") from None
    return amount


def write_lines(lines: Iterable[LicenceLine | Line]) -> str:
    """The reverse of ``read_lines``."""
    written = []
    for line in lines:
        amount = "-" if line.limit_t is None else f"{line.limit_t.normalize():f}"
        written.append(f"{line.code} {amount} {line.methods}".strip())
    return "\n".join(written)
