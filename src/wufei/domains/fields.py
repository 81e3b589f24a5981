"""Fields that the forms of several domains share.

Titles and columns are the words of a form (``both``), with the Chinese one as the heading that an
imported file may have.
"""

from collections.abc import Callable
from decimal import Decimal

from wufei.hub.base.wording import both
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.filings.declarations import Choices, Field, FieldKind, Text

ZERO = Decimal(0)


def mass(
    name: str,
    zh: str,
    en: str,
    *,
    required: bool = True,
    help: Text = "",
    aside: bool = False,
) -> Field:
    """Tonnes with three decimals, not below 0."""
    return Field(
        name,
        both(zh, en),
        FieldKind.MASS,
        unit="t",
        required=required,
        minimum=ZERO,
        help=help,
        aliases=(zh,),
        aside=aside,
    )


def kilograms(
    name: str, label: Text, *, required: bool = False, help: Text = "", aside: bool = False
) -> Field:
    """Kilograms, not below 0: for those who weigh on a small scale."""
    return Field(
        name,
        label,
        FieldKind.MASS,
        unit="kg",
        required=required,
        minimum=ZERO,
        help=help,
        aside=aside,
    )


def number(
    name: str,
    label: Text,
    unit: str = "",
    *,
    required: bool = True,
    decimals: int = 2,
    maximum: Decimal | None = None,
    help: Text = "",
) -> Field:
    """A figure that is no mass, not below 0."""
    return Field(
        name,
        label,
        FieldKind.DECIMAL,
        unit=unit,
        required=required,
        minimum=ZERO,
        maximum=maximum,
        decimals=decimals,
        help=help,
    )


def count(
    name: str,
    label: Text,
    unit: str = "",
    *,
    required: bool = True,
    help: Text = "",
    aside: bool = False,
) -> Field:
    """How many: a whole number, not below 0."""
    return Field(
        name,
        label,
        FieldKind.INTEGER,
        unit=unit,
        required=required,
        minimum=ZERO,
        help=help,
        aside=aside,
    )


def day(name: str, label: Text, *, required: bool = True) -> Field:
    return Field(name, label, FieldKind.DATE, required=required)


def choice(
    name: str,
    label: Text,
    choosable: Choices,
    *,
    required: bool = True,
    help: Text = "",
    aside: bool = False,
) -> Field:
    return Field(
        name,
        label,
        FieldKind.CHOICE,
        required=required,
        choices=lambda: choosable,
        help=help,
        aside=aside,
    )


def waste(domain: str, *aliases: str) -> Field:
    """A code of the catalogue, of this domain."""
    return Field(
        "waste",
        both("代码", "code"),
        FieldKind.WASTE,
        required=True,
        domain=domain,
        aliases=("废物代码", *aliases),
    )


def methods_of(domain: str) -> Callable[[], Choices]:
    """Methods of recovery and disposal that the domain's streams know."""

    def methods() -> Choices:
        streams = catalogue.domain(domain).streams
        return tuple({one.code: one.name for stream in streams for one in stream.methods}.items())

    return methods


def method(name: str, zh: str, en: str, domain: str, *, required: bool = False) -> Field:
    return Field(
        name,
        both(zh, en),
        FieldKind.CHOICE,
        required=required,
        choices=methods_of(domain),
        aliases=(zh,),
    )


def photo(name: str = "photo", *, required: bool = False) -> Field:
    return Field(name, both("照片", "photo"), FieldKind.FILES, required=required)
