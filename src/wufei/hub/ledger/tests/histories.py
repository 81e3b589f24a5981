"""Random histories of the ledger as plain data, and who plays them.

A ``Step`` says what happens in small numbers, so that hypothesis can shrink it. A ``Player``
turns steps into ``Act``s whose ids follow from the history's name and the step's number: playing
a history again is retrying it.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from wufei.hub.base.errors import Refusal
from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import AccountKey, Container, Entry, LotPart
from wufei.hub.ledger.models import AccountKind, Lot
from wufei.hub.ledger.services.treatments import Input, Secondary
from wufei.hub.ledger.units import grams

BULK, LOTS, SLAG = "coal_ash", "hazardous_industrial", "boiler_slag"
PLACES = ("yard", "plant", "depot")
METHODS = {BULK: "building_materials", LOTS: "oil_refining"}
FORWARD = (
    "arise",
    "arise",
    "recover",
    "transfer",
    "load",
    "load_lacking",
    "deliver",
    "treat",
    "group",
    "surplus",
    "stocktake",
    "bring_in",
    "regroup",
    "regroup",
)
BACKWARD = (
    "book",
    "book",
    "load_booked",
    "release",
    "reverse",
    "reverse",
    "reverse_group",
    "ungroup",
)

# HYPOTHESIS_PROFILE=long looks at many more histories, other ones each time.
_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def examples(count: int) -> settings:
    return settings(
        max_examples=count * 20 if _LONG else count,
        derandomize=not _LONG,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True)
class Step:
    """``mass`` in grams; ``pick`` chooses among what this history has done before."""

    verb: str
    place: int = 0
    to: int = 1
    mass: int = 1
    days: int = 0
    pick: int = 0
    waste: str = BULK


def steps(verbs: Sequence[str] = (*FORWARD, *BACKWARD), *, lots: bool = True) -> Any:
    return st.lists(
        st.builds(
            Step,
            verb=st.sampled_from(verbs),
            place=st.integers(0, 2),
            to=st.integers(0, 2),
            mass=st.integers(1, 9),
            days=st.integers(0, 70),
            pick=st.integers(0, 5),
            waste=st.sampled_from([BULK, LOTS] if lots else [BULK]),
        ),
        min_size=1,
        max_size=25,
    )


@dataclass
class Act:
    """One call of a service, as data that a plain book can follow, and the call itself."""

    verb: str
    id: UUID
    do: Callable[[], Any]
    entries: list[Entry] = field(default_factory=list)
    lacking: bool = False
    done: bool = False

    def play(self) -> Any:
        """Call the service; a refusal is the only other way out."""
        try:
            result = self.do()
        except Refusal as refusal:
            return refusal
        self.done = True
        return result


class Player:
    """Plays steps at three places; two players of one name play the same history."""

    def __init__(self, district: Any, name: str, now: datetime | None = None) -> None:
        self.district, self.name = district, uuid5(UUID(int=0), name)
        self.now = now or timezone.now() - timedelta(hours=1)
        self.acts: list[Act] = []
        self.lines: list[UUID] = []

    def play(self, history: Sequence[Step]) -> None:
        for step in history:
            self.act(step).play()

    def act(self, step: Step) -> Act:
        id = uuid5(self.name, str(len(self.acts)))
        act: Act = getattr(self, f"_{step.verb}")(step, id)
        self.acts.append(act)
        return act

    # The verbs.
    def _arise(self, step: Step, id: UUID) -> Act:
        return self._post(step, id, [self._entry(step, id, "origin", "stock")])

    def _recover(self, step: Step, id: UUID) -> Act:
        return self._post(step, id, [self._entry(step, id, "stock", "recovered")])

    def _transfer(self, step: Step, id: UUID) -> Act:
        to = step.to if step.to != step.place else (step.place + 1) % 3
        source, target = self.key("stock", step, step.place), self.key("stock", step, to)
        return self._post(step, id, [self._between(step, id, source, target)])

    def _load(self, step: Step, id: UUID, **more: Any) -> Act:
        self.lines.append(id)
        source, target = self.key("stock", step, step.place), self._custody(step, id)
        return self._post(step, id, [self._between(step, id, source, target, **more)])

    def _load_lacking(self, step: Step, id: UUID) -> Act:
        self.lines.append(id)
        source, target = self.key("stock", step, step.place), self._custody(step, id)
        entries = [self._between(step, id, source, target)]
        return self._post(step, id, entries, on_lack=services.Lack.SHORTFALL)

    def _deliver(self, step: Step, id: UUID) -> Act:
        line = self.lines[step.pick % len(self.lines)] if self.lines else id
        source, target = self._custody(step, line), self.key("stock", step, step.to)
        return self._post(step, id, [self._between(step, id, source, target)])

    def _group(self, step: Step, id: UUID) -> Act:
        first = self._entry(step, uuid5(id, "a"), "origin", "stock", group=id)
        second = self._entry(step, uuid5(id, "b"), "stock", "recovered", group=id)
        return self._post(step, id, [first, second])

    def _treat(self, step: Step, id: UUID) -> Act:
        method = METHODS[step.waste]
        made = step.mass // 2
        slag = self.district.waste(SLAG).pk
        entries = [self._entry(step, uuid5(id, "input:0"), "stock", "recovered", group=id)]
        if made:
            other = Step("", step.place, mass=made, days=step.days, waste=SLAG)
            entry = self._entry(other, uuid5(id, "secondary:0"), "secondary_origin", "stock")
            entries.append(entry)

        def do() -> Any:
            return services.record_treatment(
                self.district.place(PLACES[step.place]),
                [Input(self.district.waste(step.waste).pk, grams(step.mass), method)],
                id=id,
                happened_at=self._at(step),
                by=self.district.by,
                secondary=[Secondary(slag, grams(made))] if made else [],
            )

        return Act("treat", id, do, entries)

    def _surplus(self, step: Step, id: UUID) -> Act:
        key = self.key("stock", step, step.place)

        def do() -> Any:
            return services.record_surplus(
                key,
                grams(step.mass),
                id=id,
                happened_at=self._at(step),
                by=self.district.by,
                reason="found",
            )

        return Act("surplus", id, do, [self._entry(step, id, "variance", "stock")])

    def _stocktake(self, step: Step, id: UUID) -> Act:
        """Of bulk stock; lots are counted one by one, which has tests of its own."""
        key = self.key("stock", Step("", waste=BULK), step.place)

        def do() -> Any:
            return services.record_stocktake(
                key,
                step.mass,
                id=id,
                happened_at=self._at(step),
                by=self.district.by,
                reason="counted",
            )

        entry = self._between(step, id, key, key)
        return Act("stocktake", id, do, [entry])

    def _bring_in(self, step: Step, id: UUID) -> Act:
        """A small import; it takes out more than it brings, so that the book may lack some."""
        rows = [
            self._entry(step, uuid5(id, "0"), "origin", "stock"),
            self._entry(step, uuid5(id, "1"), "stock", "recovered"),
            self._entry(step, uuid5(id, "2"), "stock", "recovered"),
        ]

        def do() -> Any:
            return services.import_movements(
                rows, by=self.district.by, cause=f"import:{id}", batch_rows=step.pick + 1
            )

        return Act("bring_in", id, do, rows, lacking=True)

    def _book(self, step: Step, id: UUID) -> Act:
        key = self.key("stock", step, step.place)

        def do() -> Any:
            return services.book(
                key, grams(step.mass), id=id, by=self.district.by, cause=f"plan:{id}"
            )

        return Act("book", id, do, [self._between(step, id, key, key)])

    def _load_booked(self, step: Step, id: UUID) -> Act:
        booked = self._earlier("book", step.pick)
        if booked is None:
            return self._load(step, id)
        self.lines.append(id)
        source = booked.entries[0].source
        target = AccountKey(AccountKind.CUSTODY, source.holder_id, source.waste_id, line=id)
        entry = self._between(step, id, source, target, booking=booked.id)
        return self._post(step, id, [entry])

    def _release(self, step: Step, id: UUID) -> Act:
        booked = self._earlier("book", step.pick)
        target = booked.id if booked else id
        return Act("release", target, lambda: services.release(target, by=self.district.by))

    def _reverse(self, step: Step, id: UUID) -> Act:
        posted = [entry for act in self.acts for entry in act.entries if act.verb in _PLAIN]
        wrong = posted[step.pick % len(posted)] if posted else self._entry(step, id, "origin", "")

        def do() -> Any:
            return services.reverse(wrong.id, id=id, by=self.district.by, reason="wrong")

        return Act("reverse", id, do, [wrong])

    def _reverse_group(self, step: Step, id: UUID) -> Act:
        grouped = self._earlier("treat", step.pick) or self._earlier("group", step.pick)
        group = grouped.id if grouped else id

        def do() -> Any:
            return services.reverse_group(group, by=self.district.by, reason="wrong")

        return Act("reverse_group", id, do, grouped.entries if grouped else [])

    def _regroup(self, step: Step, id: UUID) -> Act:
        """One or two lots become one to three; two of two are mixed."""
        account = {"account__place": self.district.place(PLACES[step.place]).pk}
        waste = {"account__waste": self.district.waste(LOTS).pk}
        open_lots = Lot.objects.filter(**account, **waste, remaining_g__gt=0).order_by("pk")
        lots = list(open_lots.values_list("uuid", "remaining_g")[: 1 + step.pick % 2])
        # A little more than is there now and then: that is refused.
        parts = [LotPart(uuid, min(step.mass, left_g + step.pick % 2)) for uuid, left_g in lots]
        parts = parts or [LotPart(id, step.mass)]
        whole_g, count = sum(part.mass_g for part in parts), 1 + step.to
        sizes = [whole_g // count + (n < whole_g % count) for n in range(count)]
        containers = [Container(f"C{n}", size_g) for n, size_g in enumerate(sizes) if size_g]

        def do() -> Any:
            return services.regroup(
                parts, containers, id=id, by=self.district.by, happened_at=self._at(step)
            )

        return Act("regroup", id, do)

    def _ungroup(self, step: Step, id: UUID) -> Act:
        grouped = self._earlier("regroup", step.pick)
        target = grouped.id if grouped else id

        def do() -> Any:
            return services.ungroup(target, by=self.district.by, reason="wrong")

        return Act("ungroup", target, do)

    # What they are made of.
    def key(self, kind: str, step: Step, place: int) -> AccountKey:
        key: AccountKey = self.district.key(kind, PLACES[place], waste=step.waste)
        return key

    def _custody(self, step: Step, line: UUID) -> AccountKey:
        key: AccountKey = self.district.key("custody", PLACES[0], waste=step.waste, line=line)
        return key

    def _entry(self, step: Step, id: UUID, source: str, target: str, **more: Any) -> Entry:
        ends = self.key(source, step, step.place), self.key(target or source, step, step.place)
        return self._between(step, id, *ends, **more)

    def _between(
        self, step: Step, id: UUID, source: AccountKey, target: AccountKey, **more: Any
    ) -> Entry:
        return Entry(id, source, target, grams(step.mass), self._at(step), **more)

    def _at(self, step: Step) -> datetime:
        return self.now - timedelta(days=step.days)

    def _post(self, step: Step, id: UUID, entries: list[Entry], **how: Any) -> Act:
        def do() -> Any:
            return services.post(entries, by=self.district.by, cause=f"test:{id}", **how)

        return Act(step.verb, id, do, entries, lacking="on_lack" in how)

    def _earlier(self, verb: str, pick: int) -> Act | None:
        found = [act for act in self.acts if act.verb == verb]
        return found[pick % len(found)] if found else None


_PLAIN = ("arise", "recover", "transfer", "load", "load_lacking", "deliver", "group", "bring_in")


def furnish(district: Any) -> Any:
    """A district with places of its own: several examples share one database."""
    own, suffix = type(district)(district.region), uuid4().hex[:8]
    for name in PLACES:
        own.places[name] = own.place(f"{name} {suffix}")
    for stream in (BULK, LOTS, SLAG):
        known = WasteType.objects.filter(code=f"test-{stream}").first()
        own.wastes[stream] = known or own.waste(stream)
    return own
