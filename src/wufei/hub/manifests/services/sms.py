"""Text messages that sign a step: who sent one, and what it says.

``DL <number or plate> <weight> [plate]`` takes over a load, ``DD <number or plate> <weight>``
receives one; weights in tonnes unless ``kg`` follows.
"""

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import User
from wufei.hub.accounts.permissions import Role, acts_of
from wufei.hub.base.actor import Actor, ActorKind
from wufei.hub.manifests.models import StepCode
from wufei.hub.manifests.refusals_elsewhere import (
    PhoneAmbiguous,
    PhoneUnknown,
    TextNotUnderstood,
)
from wufei.hub.registry.models import Driver
from wufei.hub.registry.validity import valid_on

_NAMESPACE = UUID("0190a1b2-53e5-7000-8000-736d73000000")
_TEXT = re.compile(
    r"(?P<what>DL|DD)\s+(?P<load>\S{3,40})\s+(?P<value>\d{1,6}(?:\.\d{1,6})?)\s*(?P<unit>t|kg)?"
    r"(?:\s+(?P<plate>\S{5,12}))?",
    re.IGNORECASE,
)
_STEPS = {"DL": StepCode.LOAD, "DD": StepCode.ARRIVE}


@dataclass(frozen=True)
class Told:
    """What a message says; ``load`` is a number of a manifest or a plate."""

    step: str
    load: str
    value: str
    unit: str
    plate: str


@dataclass(frozen=True)
class Signer:
    """Who sent it: as a person with an account, or as a driver who has none."""

    actor: Actor
    driver: Driver | None


def read(text: str) -> Told:
    """Raises ``TextNotUnderstood``, which says how to write one."""
    found = _TEXT.fullmatch(" ".join(text.split()))
    if found is None:
        raise TextNotUnderstood()
    return Told(
        _STEPS[found["what"].upper()],
        found["load"].upper(),
        found["value"],
        (found["unit"] or "t").lower(),
        (found["plate"] or "").upper(),
    )


def key(message: str) -> UUID:
    """The signature's id: a message that is delivered twice signs once."""
    return uuid5(_NAMESPACE, message)


def signer_of(phone: str) -> Signer:
    """Whose telephone it is; raises ``PhoneUnknown`` or ``PhoneAmbiguous``."""
    digits = digits_of(phone)
    if len(digits) < 5:
        raise PhoneUnknown()
    drivers = _drivers(digits)
    users = {driver.user for driver in drivers if driver.user is not None} | _users(digits)
    if len(users) > 1 or len({driver.carrier_id for driver in drivers}) > 1:
        raise PhoneAmbiguous()
    driver = drivers[0] if drivers else None
    if users:
        return Signer(actor_for(users.pop()), driver)
    if driver is None:
        raise PhoneUnknown()
    return Signer(_as_driver(driver), driver)


def digits_of(phone: str) -> str:
    """``+86 138-0000-0000`` → ``13800000000``."""
    digits = re.sub(r"\D", "", phone)
    return digits.removeprefix("86") if len(digits) == 13 else digits


def _drivers(digits: str) -> list[Driver]:
    rows = Driver.objects.filter(valid_on(), identity__phone__endswith=digits[-4:])
    rows = rows.select_related("identity", "user", "carrier")
    return [one for one in rows.order_by("pk") if digits_of(one.identity.phone) == digits]


def _users(digits: str) -> set[User]:
    rows = User.objects.filter(is_active=True, contact__phone__endswith=digits[-4:])
    return {one for one in rows.select_related("contact") if digits_of(one.contact.phone) == digits}


def _as_driver(driver: Driver) -> Actor:
    """A driver without an account signs for their carrier, and is named by their entry."""
    return Actor(
        ActorKind.DEVICE,
        id=f"driver:{driver.uuid}",
        name=str(driver),
        role=Role.DRIVER,
        organisation_ids=frozenset({driver.carrier_id}),
        acts=acts_of(Role.DRIVER),
    )
