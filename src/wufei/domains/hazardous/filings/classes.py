"""The management class 管理类别 of a producer, by HJ 1259-2022 chapter 4, with its reason.

Key supervision: 100 t a year or more, or facilities of one's own for recovery or disposal, or an
operating licence. Simplified: 10 t or more. Registered: less. What arises in a year is the most of
the three years before; who runs for less than that, the most of the years there are; who runs for
less than a year, what the plan before has reckoned with. The rule is pure; the facts of everybody
are read together, so that who owes a report of a class is one question.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings import choices
from wufei.hub.catalogue.models import WasteType
from wufei.hub.filings.declarations import Class
from wufei.hub.filings.models import Filing, Row
from wufei.hub.filings.periods import Span
from wufei.hub.filings.subjects import Subject
from wufei.hub.ledger.models import Account, AccountKind, Movement
from wufei.hub.ledger.queries.facts import By, Of, Period
from wufei.hub.ledger.queries.one_account import one_account
from wufei.hub.ledger.units import GRAMS_PER_T
from wufei.hub.registry.models import Licence

KEY_T, SIMPLIFIED_T = Decimal(100), Decimal(10)
YEARS = 3
PLAN = "hazardous.plan"
LICENCES = ("hazardous", "collection", "medical")


@dataclass
class Producer:
    """What a class is computed from; tonnes by year."""

    arisen_t: dict[int, Decimal] = field(default_factory=dict)
    # Names of own facilities in which waste of one's own was, or may be, treated.
    facilities: list[str] = field(default_factory=list)
    licences: list[str] = field(default_factory=list)
    # What the plan before, or an assessment, has reckoned with; None where nobody has.
    reckoned_t: Decimal | None = None

    @property
    def most(self) -> tuple[int, Decimal] | None:
        """The year in which most arose."""
        if not self.arisen_t:
            return None
        year = max(self.arisen_t, key=lambda one: (self.arisen_t[one], one))
        return year, self.arisen_t[year]


def classify(producer: Producer) -> Class:
    """The class and the reason that a form shows."""
    if producer.licences:
        numbers = "、".join(sorted(producer.licences))
        return _class(choices.KEY, _("holds the operating licence {what}"), what=numbers)
    if producer.facilities:
        names = "、".join(sorted(producer.facilities))
        return _class(choices.KEY, _("has its own facility: {what}"), what=names)
    if producer.most is not None:
        year, mass_t = producer.most
        text = _("{mass} t arose in {year}, the most of the years before")
        return _class(by_mass(mass_t), text, mass=f"{mass_t:,.3f}", year=year)
    if producer.reckoned_t is not None:
        text = _("nothing arose yet; {mass} t a year are reckoned with")
        return _class(by_mass(producer.reckoned_t), text, mass=f"{producer.reckoned_t:,.3f}")
    return _class(choices.REGISTERED, _("nothing is known to have arisen in the years before"))


def by_mass(mass_t: Decimal) -> str:
    """The class by tonnes a year alone."""
    if mass_t >= KEY_T:
        return choices.KEY
    return choices.SIMPLIFIED if mass_t >= SIMPLIFIED_T else choices.REGISTERED


def _class(code: str, reason: Any, **values: object) -> Class:
    return Class(code, dict(choices.CLASSES)[code], format_lazy(reason, **values))


# Reading.
def producers(year: int, holders: Collection[int] | None = None) -> Mapping[int, Producer]:
    """Everybody who may produce hazardous waste (or ``holders``), by the organisation's key."""
    found: dict[int, Producer] = defaultdict(Producer)
    wastes = list(WasteType.objects.filter(domain="hazardous").values_list("pk", flat=True))
    of = Of(wastes=wastes, holders=None if holders is None else list(holders))
    for before in range(year - YEARS, year):
        days = Period(date(before, 1, 1), date(before, 12, 31))
        for line in one_account(of, days, By.HOLDER):
            if (mass_g := line.arisen_g + line.secondary_g) > 0:
                found[line.key].arisen_t[before] = Decimal(mass_g) / GRAMS_PER_T
    for organisation, name in _facilities(year, _of(holders, "holder")):
        found[organisation].facilities.append(name)
    for organisation, number in _licences(year, _of(holders, "organisation")):
        found[organisation].licences.append(number)
    for organisation, mass_t in _reckoned(year, _of(holders, "version__filing__organisation")):
        found[organisation].reckoned_t = mass_t
    return found


def in_class(year: int, *codes: str) -> list[int]:
    """Keys of organisations that are in one of these classes in ``year``."""
    known = producers(year)
    return [key for key, producer in known.items() if classify(producer).code in codes]


def class_of(subject: Subject) -> Class:
    """For ``FilingType.classify``."""
    return classes_of([subject])[0]


def classes_of(subjects: Sequence[Subject]) -> list[Class]:
    """For ``FilingType.classify_many``: what is known of a year is read once for all."""
    years: dict[int, set[int]] = defaultdict(set)
    for one in subjects:
        years[one.span.first.year].add(one.organisation.pk)
    known = {year: producers(year, keys) for year, keys in years.items()}
    return [
        classify(known[one.span.first.year].get(one.organisation.pk) or Producer())
        for one in subjects
    ]


def owed_by(*codes: str) -> Callable[[Span], Q]:
    """For ``FilingType.owes``: who is in one of these classes in the year of the period.

    Carriers and collectors produce nothing of their own; whoever holds a licence does.
    """
    return lambda span: Q(pk__in=in_class(span.first.year, *codes))


def _of(holders: Collection[int] | None, name: str) -> Q:
    return Q() if holders is None else Q(**{f"{name}__in": holders})


def _facilities(year: int, mine: Q) -> Iterable[tuple[int, str]]:
    """Sites at which hazardous waste was treated in the years before."""
    then = Movement.objects.filter(
        target=OuterRef("pk"), day__gte=date(year - YEARS, 1, 1), day__lt=date(year, 1, 1)
    )
    treated = Account.objects.filter(
        mine,
        Exists(then),
        kind__in=[AccountKind.RECOVERED, AccountKind.DISPOSED],
        waste__domain="hazardous",
        place__isnull=False,
    )
    return treated.values_list("holder", "place__name").distinct()


def _licences(year: int, mine: Q) -> Iterable[tuple[int, str]]:
    days = (date(year, 1, 1), date(year + 1, 1, 1))
    rows = Licence.objects.filter(mine, kind__in=LICENCES, validity__overlap=days)
    return rows.values_list("organisation", "number").distinct()


def _reckoned(year: int, mine: Q) -> Iterable[tuple[int, Decimal]]:
    """What plans in force of the year before, and of this year, say will arise in it."""
    plans = Filing.objects.filter(
        type=PLAN, first__year__in=[year - 1, year], in_force__isnull=False
    )
    rows = Row.objects.filter(mine, section="arising", version__in=plans.values("in_force"))
    named = rows.values_list("version__filing__organisation", "version__filing__first", "values")
    found: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for organisation, first, values in named:
        found[organisation][first] += Decimal(values.get("mass") or 0)
    return [(organisation, years[max(years)]) for organisation, years in found.items()]
