"""Mistakes and how they were put right: typed twice and reversed, counted and found short."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from wufei.demo.history.bulk import Source
from wufei.demo.history.world import World, along, between, moment, tonnes, weighed
from wufei.hub.ledger.entries import Entry
from wufei.hub.ledger.models import AccountKind

_EVERY_DAYS = 24
REASONS = ("重复录入", "单位误填：千克写成吨", "计入了其他单位的磅单")


@dataclass(frozen=True, slots=True)
class Correction:
    """``movement`` is reversed at ``at`` by a reversal with the key ``id``."""

    id: UUID
    movement: UUID
    happened_at: datetime
    reason: str


class MistakeDiary:
    """Every few weeks a clerk books what never arose, and takes it back some days later."""

    def __init__(self, world: World, sources: Sequence[Source]) -> None:
        self.world = world
        self.random = world.random("mistakes")
        self.yards = [source for source in sources if source.stored and source.keep_t[0] >= 1]

    def day(self, day: date) -> Iterator[Entry | Correction]:
        yield from self._counted(day)
        if day.toordinal() % _EVERY_DAYS:
            return
        source = self.random.choice(self.yards)
        world, name = self.world, f"mistake:{day}"
        at = moment(day, 9 + self.random.random() * 6)
        yield Entry(
            world.id(name),
            world.account(AccountKind.ORIGIN, source.place, source.waste),
            world.account(AccountKind.STOCK, source.place, source.waste),
            weighed(tonnes(round(source.load_t * self.random.uniform(0.3, 1), 2))),
            at,
        )
        yield Correction(
            world.id(f"{name}:reversal"),
            world.id(name),
            at + timedelta(days=self.random.randrange(1, 7), minutes=37),
            self.random.choice(REASONS),
        )

    def _counted(self, day: date) -> Iterator[Entry]:
        """The yards are counted at the end of the year; a little is always missing."""
        if (day.month, day.day) != (12, 31):
            return
        for source in self.yards[::4]:
            keep_t = between(source.keep_t, along(day, stops=False))
            lost_g = round(tonnes(keep_t) * self.random.uniform(0.0005, 0.002))
            if lost_g:
                yield self._lost(source, day, lost_g)

    def _lost(self, source: Source, day: date, lost_g: int) -> Entry:
        world = self.world
        return Entry(
            world.id(f"counted:{source.name}:{day}"),
            world.account(AccountKind.STOCK, source.place, source.waste),
            world.account(AccountKind.VARIANCE, source.place, source.waste),
            weighed(lost_g),
            moment(day, 19),
        )
