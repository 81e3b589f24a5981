"""What a disposal plan is held against: itself, permits of the register, what was granted. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.construction.filings import basis, choices
from wufei.domains.construction.filings.reading import Granted, Permit, Permits, Waste
from wufei.hub.filings.declarations import Check, Checked, Problem, Severity, Values

# Half a tonne: masses are mostly written whole.
_ROUNDED_T = Decimal("0.5")
_KG_T = Decimal("0.001")
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d\s*[-–—~至]\s*([01]\d|2[0-4]):[0-5]\d")
_ZERO = Decimal(0)


def _error(code: str, text: Any, section: str = "", row: int | None = None, **more: Any) -> Problem:
    return Problem(f"construction_{code}", Severity.ERROR, text, section, row, **more)


def _warning(
    code: str, text: Any, section: str = "", row: int | None = None, **more: Any
) -> Problem:
    return Problem(f"construction_{code}", Severity.WARNING, text, section, row, **more)


def _rows(checked: Checked, section: str) -> Iterator[tuple[int, Values]]:
    yield from enumerate(checked.form.rows.get(section, ()))


def _t(mass: Decimal) -> str:
    return f"{mass:,.3f}"


def _days(checked: Checked) -> tuple[date, date]:
    values = checked.form.values
    return values["begins"], values["ends"]


def in_order(checked: Checked) -> Iterator[Problem]:
    first, last = _days(checked)
    if last < first:
        text = _("The works end before they begin.")
        yield _error("days", text, "project", field="ends")


def volume_and_mass(checked: Checked) -> Iterator[Problem]:
    """In each line volume × density is the mass, to half a tonne."""
    wastes: dict[str, Waste] = checked.facts["wastes"]
    for number, row in _rows(checked, "classes"):
        made = row["volume"] * row["density"]
        if abs(made - row["mass"]) > _ROUNDED_T:
            text = _("{volume} m³ × {density} t/m³ are {made} t, not {mass} t.")
            told = format_lazy(
                text,
                volume=f"{row['volume']:f}",
                density=f"{row['density']:f}",
                made=_t(made),
                mass=_t(row["mass"]),
            )
            yield _error("density", told, "classes", number, field="mass")
        usual = wastes[row["waste"]].density if row["waste"] in wastes else None
        if usual and abs(row["density"] - usual) * 1000 > usual * basis.DENSITY_PERMILLE.value:
            text = _("{waste} usually has {usual} t/m³. Say how yours was found.")
            told = format_lazy(text, waste=row["waste"], usual=f"{usual:f}")
            yield _warning(
                "density_odd", told, "classes", number, field="density", about=row["waste"]
            )


def own_use_named(checked: Checked) -> Iterator[Problem]:
    for number, row in _rows(checked, "classes"):
        if row.get("own_use") and not row.get("own_method"):
            text = _("Say how it is used on the site.")
            yield _error("own_method", text, "classes", number, field="own_method")


def nothing_left_over(checked: Checked) -> Iterator[Problem]:
    """What arises of each waste is used on the site or goes to a consignee, to the kilogram."""
    sent = _sent(checked)
    if not any(row["mass"] for _number, row in _rows(checked, "classes")):
        yield _error("nothing", _("Say what will arise."), "classes", 0, field="mass")
    for number, row in _rows(checked, "classes"):
        own, gone = row.get("own_use") or _ZERO, sent.pop(row["waste"], _ZERO)
        if abs(row["mass"] - own - gone) > _KG_T:
            text = _("Of {mass} t of {waste} {own} t are used here and {sent} t are sent away.")
            told = format_lazy(
                text, mass=_t(row["mass"]), waste=row["waste"], own=_t(own), sent=_t(gone)
            )
            yield _error("sum", told, "classes", number, field="mass", about=row["waste"])
    for waste in sent:
        text = _("{waste} is sent away but does not arise: add its line.")
        yield _error("sent_only", format_lazy(text, waste=waste), "consignees", about=waste)


def _sent(checked: Checked) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for _number, row in _rows(checked, "consignees"):
        found[row["waste"]] = found.get(row["waste"], _ZERO) + row["mass"]
    return found


def carriers_permitted(checked: Checked) -> Iterator[Problem]:
    """Each carrier holds a permit on the first day of the works; it should last until the end."""
    if _sent(checked) and not checked.form.rows.get("carriers"):
        yield _error("no_carrier", _("Name who carries it."), "carriers")
    for number, row in _rows(checked, "carriers"):
        lines = list(_permits(checked).get(row["carrier"], ()))
        yield from _permitted(checked, lines, "carriers", number, "carrier")
        if not _HOURS.fullmatch(row["hours"].strip()):
            text = _("Write hours like 21:00-05:00.")
            yield _error("hours", text, "carriers", number, field="hours")


def _permits(checked: Checked) -> Permits:
    found: Permits = checked.facts["permits"]
    return found


def _permitted(
    checked: Checked, lines: list[Permit], section: str, number: int, field: str
) -> Iterator[Problem]:
    first, last = _days(checked)
    held = [one for one in lines if one.holds_on(first)]
    if not held:
        text = _("No permit for construction waste holds on {day}: see the register of licences.")
        told = format_lazy(text, day=first.isoformat())
        yield _error("no_permit", told, section, number, field=field)
    elif not any(one.holds_on(last) for one in lines):
        text = _("The permit {number} ends on {day}, before the works do. Say what follows it.")
        ends = max(held, key=lambda one: one.last or date.max)
        told = format_lazy(text, number=ends.number, day=str(ends.last))
        yield _warning("permit_ends", told, section, number, field=field)


def consignees_permitted(checked: Checked) -> Iterator[Problem]:
    """Whoever takes a waste is licensed for it, and has room for what the plan sends."""
    for number, row in _rows(checked, "consignees"):
        if not row["mass"]:
            continue
        found = _permits(checked).get(row["consignee"], ())
        lines = [one for one in found if one.covers(row["waste"])]
        yield from _permitted(checked, lines, "consignees", number, "consignee")
        yield from _within_licence(checked, lines, number, row)


def _within_licence(
    checked: Checked, lines: list[Permit], number: int, row: Values
) -> Iterator[Problem]:
    first, last = _days(checked)
    limited = [one for one in lines if one.limit_t is not None and one.holds_on(first)]
    if not limited:
        return
    line = max(limited, key=lambda one: len(one.code))
    limit, years = line.limit_t or _ZERO, last.year - first.year + 1
    left = max(_ZERO, limit - line.taken_t)
    values = {"waste": row["waste"], "planned_t": str(row["mass"]), "left_t": str(left)}
    if row["mass"] > limit * years:
        text = _("{number} allows {limit} t a year; {mass} t go there in {years} years.")
        told = format_lazy(
            text, number=line.number, limit=_t(limit), mass=_t(row["mass"]), years=years
        )
        yield _error("beyond_licence", told, "consignees", number, field="mass", values=values)
    elif row["mass"] > left + limit * (years - 1):
        text = _("{number} has {left} t left this year; {mass} t are planned.")
        told = format_lazy(text, number=line.number, left=_t(left), mass=_t(row["mass"]))
        yield _warning("licence_short", told, "consignees", number, field="mass", values=values)


def room_there(checked: Checked) -> Iterator[Problem]:
    """A warning where a tip has less room, by its last monthly report, than the plan needs."""
    density = {row["waste"]: row["density"] for _n, row in _rows(checked, "classes")}
    needed: dict[Any, tuple[int, Decimal]] = {}
    for number, row in _rows(checked, "consignees"):
        first, volume = needed.get(row["consignee"], (number, _ZERO))
        per = density.get(row["waste"])
        needed[row["consignee"]] = (first, volume + (row["mass"] / per if per else _ZERO))
    for consignee, (number, volume) in needed.items():
        left = checked.facts["room_left"].get(consignee)
        if left is not None and volume > left:
            text = _("{volume} m³ go there; by its last report it has room for {left} m³.")
            told = format_lazy(text, volume=f"{volume:,.0f}", left=f"{left:,.0f}")
            values = {"planned_m3": f"{volume:.2f}", "left_m3": f"{left:.2f}"}
            yield _warning("no_room", told, "consignees", number, field="mass", values=values)


def target_reached(checked: Checked) -> Iterator[Problem]:
    """The target is not above the usual one, and the plan's own figures reach it."""
    values = checked.form.values
    target, area = values.get("target"), values.get("floor_area")
    if values["kind"] != "new" or target is None or not area:
        return
    prefab = values.get("prefabricated") is True
    limit = (basis.INTENSITY_PREFAB_MAX if prefab else basis.INTENSITY_MAX).value
    if target > limit:
        text = _("{limit} t/10⁴m² are usual for such a building. Say why it will be more.")
        told = format_lazy(text, limit=limit)
        yield _warning("target", told, "reduction", field="target")
    planned = _rubble(checked) * 10_000 / area
    if planned > target:
        text = _("By this plan {planned} t/10⁴m² leave the site; the target is {target}.")
        told = format_lazy(text, planned=f"{planned:,.1f}", target=f"{target:f}")
        yield _warning("target_missed", told, "reduction", field="target")


def _rubble(checked: Checked) -> Decimal:
    wastes: dict[str, Waste] = checked.facts["wastes"]
    return sum(
        (
            row["mass"] - (row.get("own_use") or _ZERO)
            for _number, row in _rows(checked, "classes")
            if row["waste"] in wastes and wastes[row["waste"]].stream in basis.RUBBLE
        ),
        _ZERO,
    )


def dust_kept_down(checked: Checked) -> Iterator[Problem]:
    for name, label in choices.DUST:
        if checked.form.values[name] is False:
            text = format_lazy(_("“{what}” is asked for. Say why not here."), what=label)
            yield _warning("dust", text, "dust", field=name)


def listed_permit(checked: Checked) -> Iterator[Problem]:
    """A building permit is the one that the list of building sites has, where it has one."""
    known = {one.document for one in checked.facts["listed"] if one.document}
    permit = (checked.form.values.get("permit") or "").strip()
    if known and permit and permit not in known:
        text = format_lazy(
            _("The list of building sites has {permits}."), permits="、".join(sorted(known))
        )
        yield _warning("permit_unlisted", text, "project", field="permit")


def one_plan(checked: Checked) -> Iterator[Problem]:
    """No other plan of the site grants the same waste for these days; see ``plan_quota``."""
    first, last = _days(checked)
    for waste in _sent(checked):
        for one in _granted(checked, waste):
            if one.meets(first, last) and not _own(checked, one):
                text = _("{document} grants {waste} for these days already. Change that plan.")
                told = format_lazy(text, document=one.document or "—", waste=waste)
                yield _error("plan_there", told, "consignees", about=waste)


def amended(checked: Checked) -> Iterator[Problem]:
    """A change takes back nothing that was moved, and begins no later than what it changes."""
    if checked.in_force is None:
        return
    sent, (first, last) = _sent(checked), _days(checked)
    own = [one for one in checked.facts["granted"] if _own(checked, one)]
    by_code = {waste.upper(): mass for waste, mass in sent.items()}
    for one in own:
        planned = by_code.get(one.code, _ZERO)
        if planned < one.taken_t:
            text = _("{taken} t of {waste} have left or are on their way; the plan says {mass} t.")
            told = format_lazy(text, taken=_t(one.taken_t), waste=one.code, mass=_t(planned))
            yield _error("below_taken", told, "consignees", about=one.code)
    began = checked.in_force.values["begins"]
    if first > began or last < began:
        # Its quota is changed in place: a gap before it would leave a part of the old one.
        text = _("The works began on {day}: the first day stays, or lies earlier.")
        told = format_lazy(text, day=began.isoformat())
        yield _error("begins_later", told, "project", field="begins")


def _granted(checked: Checked, waste: str) -> list[Granted]:
    return [one for one in checked.facts["granted"] if one.code == waste.upper()]


def _own(checked: Checked, one: Granted) -> bool:
    """Whether the version in force has granted it: two of the same days cannot stand there."""
    if checked.in_force is None:
        return False
    before = checked.in_force.values
    return (one.first, one.last) == (before["begins"], before["ends"])


def if_in_order(check: Check) -> Check:
    """Only where the days are in order."""

    def asked(checked: Checked) -> Iterator[Problem]:
        first, last = _days(checked)
        if first <= last:
            yield from check(checked)

    return asked


CHECKS: tuple[Check, ...] = (
    in_order,
    volume_and_mass,
    own_use_named,
    nothing_left_over,
    *map(
        if_in_order,
        (carriers_permitted, consignees_permitted, room_there, one_plan, amended),
    ),
    target_reached,
    dust_kept_down,
    listed_permit,
)
