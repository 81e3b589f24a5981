"""What a domain declares about its wastes: streams, how they are tracked, what becomes of them.

``config`` fills the registry once at start-up from ``domains.DOMAINS``; the ledger copies a
stream's ``tracking`` to its accounts and a method's ``code`` to ``recovered`` and ``disposed``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Tracking(StrEnum):
    """How mass in stock is told apart: each lot or container, or first-in-first-out."""

    LOTS = "lots"
    BULK = "bulk"

    @property
    def label(self) -> Text:
        return _("by lot or container") if self is Tracking.LOTS else _("in bulk")


class Outcome(StrEnum):
    """Where treated mass ends: used again 利用, or got rid of 处置."""

    RECOVERED = "recovered"
    DISPOSED = "disposed"

    @property
    def label(self) -> Text:
        return _("recovery") if self is Outcome.RECOVERED else _("disposal")


class Unit(StrEnum):
    """Units a quantity may be written in; the ledger keeps grams."""

    TONNE = "t"
    KILOGRAM = "kg"
    CUBIC_METRE = "m3"
    PIECE = "piece"

    @property
    def label(self) -> Text:
        return {"t": _("t"), "kg": _("kg"), "m3": _("m³"), "piece": _("pieces")}[self.value]


@dataclass(frozen=True)
class Method:
    """A way of recovery 利用方式 or disposal 处置方式."""

    code: str
    name: Text
    outcome: Outcome


@dataclass(frozen=True)
class Stream:
    """A kind of waste that is handled in one way 废物流.

    ``storage_ledger``: the place where it arises keeps a stock of it; without one it arises at
    the moment of loading. ``density_kg_m3`` and ``unit_mass_kg`` are usual values, offered where
    nothing was weighed: each movement records the one that it used.
    """

    code: str
    name: Text
    tracking: Tracking = Tracking.BULK
    storage_ledger: bool = True
    unit: Unit = Unit.TONNE
    density_kg_m3: Decimal | None = None
    unit_mass_kg: Decimal | None = None
    recovery: tuple[Method, ...] = ()
    disposal: tuple[Method, ...] = ()

    @property
    def methods(self) -> tuple[Method, ...]:
        return self.recovery + self.disposal


@dataclass(frozen=True)
class Domain:
    """One of the six waste domains; ``colour`` is the same on cards, maps and charts."""

    code: str
    name: Text
    short_name: Text
    colour: str
    icon: str
    description: Text
    streams: tuple[Stream, ...]


_domains: dict[str, Domain] = {}
_streams: dict[str, tuple[Domain, Stream]] = {}
_methods: dict[str, Method] = {}


def register(domain: Domain) -> None:
    """Add a domain; codes are unique over all domains, and a method's code has one meaning."""
    assert domain.code not in _domains, f"domain {domain.code} is declared twice"
    for stream in domain.streams:
        assert stream.code not in _streams, f"stream {stream.code} is declared twice"
        assert all(method.outcome is Outcome.RECOVERED for method in stream.recovery), stream
        assert all(method.outcome is Outcome.DISPOSED for method in stream.disposal), stream
        for method in stream.methods:
            known = _methods.setdefault(method.code, method)
            assert known is method, f"method {method.code} is declared twice"
        _streams[stream.code] = (domain, stream)
    _domains[domain.code] = domain


def fill(declared: Iterable[Domain]) -> None:
    """Make ``declared`` the registry's whole content (called once at start-up)."""
    for table in (_domains, _streams, _methods):
        table.clear()
    for domain in declared:
        register(domain)


def domains() -> tuple[Domain, ...]:
    return tuple(_domains.values())


def domain(code: str) -> Domain:
    """Raises ``KeyError`` for a code that no domain declares, as the look-ups below do."""
    return _domains[code]


def streams() -> Mapping[str, Stream]:
    return MappingProxyType({code: stream for code, (_domain, stream) in _streams.items()})


def stream(code: str) -> Stream:
    return _streams[code][1]


def domain_of(stream_code: str) -> Domain:
    return _streams[stream_code][0]


def methods() -> Mapping[str, Method]:
    return MappingProxyType(_methods)


def method(code: str) -> Method:
    return _methods[code]
