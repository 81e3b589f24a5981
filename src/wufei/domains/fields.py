"""Fields that the forms of several domains share."""

from decimal import Decimal

from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Field, FieldKind, Text


def mass(name: str, zh: str, en: str, *, required: bool = True, help: Text = "") -> Field:
    """Tonnes with three decimals, not below 0."""
    return Field(
        name,
        both(zh, en),
        FieldKind.MASS,
        unit="t",
        required=required,
        minimum=Decimal(0),
        help=help,
        aliases=(zh,),
    )
