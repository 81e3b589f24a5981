"""Forms that nobody owes by the calendar: what happened at whose place in the two years.

Some of each kind came in these days, so that something waits for whoever reviews it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from wufei.demo.district import known_as
from wufei.demo.entering import Entered
from wufei.demo.forms.gathered import FILLED
from wufei.demo.models import Load
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Refusal
from wufei.hub.filings import periods
from wufei.hub.filings.declarations import FilingType, types
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Period
from wufei.hub.filings.services.starting import Wanted, start_many
from wufei.hub.registry.models import Organisation

_ZONE = ZoneInfo("Asia/Shanghai")
# How many of a form there were, unless it is said here, and how many days before the first load.
_COUNT, _DAYS = 6, 730
_COUNTS: Mapping[str, tuple[int, int]] = {
    # What is posted beside the history stands in store: a few, of late.
    "medical.register": (2, 3),
    "hazardous.ledger_b1": (3, 80),
    "hazardous.key_list": (2, 300),
    # A licence holds for years: each holder has one.
    **{f"across.licence_{kind}": (2, 730) for kind in ("construction", "household", "dismantling")},
    **{
        f"across.licence_{kind}": (1, 730)
        for kind in ("hazardous", "collection", "medical", "kitchen")
    },
}
# Who files it, by key, where not everybody may: licences are of those who hold one of the kind.
_WHO: Mapping[str, tuple[str, ...]] = {
    "across.factory": ("alu", "bearing", "parts", "food", "machine", "paper"),
    "across.park": ("alu", "machine"),
    "across.product": ("jiancai", "recycle", "board", "biomass"),
    "across.chain": ("alu", "parts"),
    "across.disclosure": ("power", "chemical", "paper", "burner", "oil"),
    "across.hj364": ("plastic", "film", "plasticyard"),
    "across.franchise": ("burner", "kitchen", "clean"),
    "across.licence_hazardous": ("burner",),
    "across.licence_collection": ("oil",),
    "across.licence_medical": ("collect",),
    "across.licence_construction": ("logistics", "farmtrans"),
    "across.licence_kitchen": ("compost",),
    "across.licence_household": ("market", "translh"),
    "across.licence_dismantling": ("appliance", "metal"),
    "across.subsidy": ("pigyj", "pigzl", "cow", "strawyj", "strawzl", "biomass", "compost"),
    "medical.register": ("hospital",),
    **dict.fromkeys(
        (f"hazardous.ledger_b{number}" for number in range(1, 6)),
        ("parts", "chemical", "alu", "bearing", "machine", "board"),
    ),
    "hazardous.assessment": ("ecologyoffice",),
    "hazardous.key_list": ("ecologyoffice",),
}


@dataclass(frozen=True)
class Event:
    """A form that somebody hands in ``at`` a time; ``sent_back``: and has not mended yet."""

    wanted: Wanted
    at: datetime
    sent_back: bool = False


def begin(record: Load, entered: Entered, by: Actor, first: date) -> dict[int, Event]:
    """Begin those that are not there yet; returns all by the filing's key."""
    found: dict[int, Event] = {}
    for form_type in types():
        if _is_event(form_type) and form_type.code in FILLED:
            events = list(_events(form_type, record, entered, first))
            for one in _begun(form_type, [each.wanted for each in events], by):
                found[one.pk] = next(each for each in events if _is_of(each.wanted, one))
    return found


def _is_event(form_type: FilingType) -> bool:
    if form_type.period in (Period.EVENT, Period.ONCE):
        return True
    return form_type.owes is None and form_type.per_site is None


def _begun(form_type: FilingType, wanted: Sequence[Wanted], by: Actor) -> list[Filing]:
    there = {one.uuid: one for one in Filing.objects.filter(uuid__in=[each.id for each in wanted])}
    new = [one for one in wanted if one.id not in there]
    answers = start_many(form_type, new, by=by) if new else []
    return [*there.values(), *(one for one in answers if not isinstance(one, Refusal))]


def _is_of(wanted: Wanted, filing: Filing) -> bool:
    of = (filing.organisation_id, filing.first)
    return wanted.id == filing.uuid or (wanted.organisation.pk, wanted.span.first) == of


def _events(form_type: FilingType, record: Load, entered: Entered, first: date) -> Iterator[Event]:
    who = _who(form_type, entered)
    if not who:
        return
    chance = Random(f"{record.seed}:events:{form_type.code}")  # noqa: S311 - invented
    count, days = _COUNTS.get(form_type.code, (_COUNT, _DAYS))
    days = min(days, (record.anchor - first).days)
    if form_type.period is Period.ONCE:
        count = min(count, len(who))
    seen = set[tuple[int, date]]()
    for number in range(count):
        back = number == 1 and bool(form_type.reviewer)
        ago = (
            chance.randint(0, 3) if number == 0 else chance.randint(4, 5 if back else max(5, days))
        )
        day = record.anchor - timedelta(days=ago)
        at = datetime.combine(day, time(9), _ZONE) + timedelta(minutes=chance.randint(0, 420))
        one = who[number % len(who)]
        span = periods.span_of(form_type.period, day)
        if form_type.period.recurs:
            # Reports of a month come when it is over.
            span = periods.before(form_type.period, span)
        if (one.pk, span.first) in seen:
            continue
        seen.add((one.pk, span.first))
        id_ = known_as(f"{record.seed}:event:{form_type.code}:{number}")
        yield Event(Wanted(one, span, id_), at, back)


def _who(form_type: FilingType, entered: Entered) -> list[Organisation]:
    """In an order of chance that is the same at every load."""
    if keys := _WHO.get(form_type.code):
        return [entered.organisations[key] for key in keys]
    found = [
        one
        for one in entered.organisations.values()
        if one.region.within
        and (not form_type.filers or one.kind in form_type.filers)
        and (not form_type.domain or form_type.domain in one.domains or one.kind == "department")
    ]
    Random(form_type.code).shuffle(found)  # noqa: S311 - invented
    return found
