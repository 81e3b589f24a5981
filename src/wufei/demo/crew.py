"""People of the simulation: who scans at gates and plants, drives, and signs for producers.

Invented, like the demo people, but nobody signs in as one of them: their one password is a secret
of this installation that only the simulator reads.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password

from wufei.config.secrets import secret
from wufei.demo import district
from wufei.demo.history.bulk import Source
from wufei.demo.routes import trips
from wufei.hub.accounts.models import User
from wufei.hub.accounts.permissions import Role
from wufei.hub.accounts.services import make_user
from wufei.hub.base.actor import Actor
from wufei.hub.registry.models import Organisation

# Vehicles that the demo people's own drivers drive, by user name.
GUESTS = {"鲁P0SL01": "driver", "鲁P0SL38": "rounds"}
# Vehicles of the stories: loads of theirs are on the road, so the simulator leaves them alone.
RESERVED = frozenset(f"鲁P0SL{number}" for number in range(43, 50))
# Who signs on rounds and in stories besides those of the trips.
_MORE_KEEPERS = ("medcentre", "kitchen", "transhx", "collect")
_MORE_CLERKS = ("hospital", "clinicyj", "cliniczl")


@dataclass(frozen=True)
class Member:
    """``username`` begins with what the person does; ``at`` is a key of ``organisations.csv``."""

    username: str
    display_name: str
    role: Role
    at: str


def password() -> str:
    return secret("simulate")


def crew() -> list[Member]:
    """Everybody, those of the first trips first."""
    keys = {firm.key: number for number, firm in enumerate(district.firms(), start=1)}
    members = [*_gates(), *_receivers(), *_clerks()]
    members.sort(key=lambda m: (m.role is not Role.KEEPER, -keys[m.at]))
    return [*members, *_drivers()]


def create(by: Actor, firms: Mapping[str, Organisation]) -> None:
    """Make those who are not there yet; they cannot be told from people in the registers."""
    if not settings.SIMULATE:
        return
    members = crew()
    there = set(
        User.objects.filter(username__in=[m.username for m in members]).values_list(
            "username", flat=True
        )
    )
    # One secret, hashed once: eighty slow hashes would keep the first page waiting.
    hashed = make_password(password()) if len(there) < len(members) else ""
    for member in members:
        if member.username not in there:
            make_user(
                member.username,
                display_name=member.display_name,
                role=member.role,
                password_hash=hashed,
                organisations=[firms[member.at].pk],
                by=by,
            )


def driver_name(plate: str) -> str:
    """The user name of a vehicle's driver: the plate without its province."""
    return f"driver.{plate[1:]}"


def _gates() -> Iterator[Member]:
    sites = {trip.source.place for trip in trips() if isinstance(trip.source, Source)}
    for number, key in enumerate(sorted(sites), start=1):
        yield Member(f"gate.{key}", f"示例门卫{number}", Role.KEEPER, key)


def _receivers() -> Iterator[Member]:
    places = (trip.outlet.place for trip in trips())
    for number, key in enumerate(_sorted([*places, *_MORE_KEEPERS]), start=1):
        yield Member(f"keeper.{key}", f"示例收料员{number}", Role.KEEPER, key)


def _clerks() -> Iterator[Member]:
    producers = (t.source.place for t in trips() if not isinstance(t.source, Source))
    for number, key in enumerate(_sorted([*producers, *_MORE_CLERKS]), start=1):
        yield Member(f"clerk.{key}", f"示例环保员{number}", Role.CLERK, key)


def _drivers() -> Iterator[Member]:
    for number, truck in enumerate(district.trucks(), start=1):
        if truck.plate in GUESTS:
            continue
        yield Member(driver_name(truck.plate), f"示例司机{number}", Role.DRIVER, truck.carrier)


def _sorted(keys: Iterable[str]) -> list[str]:
    return sorted(set(keys))
