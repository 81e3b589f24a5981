"""The fillers of all domains, in one visible table."""

from collections.abc import Mapping

from wufei.demo.forms import (
    Fill,
    across,
    agricultural,
    construction,
    hazardous,
    household,
    industrial,
    renewable,
)

# By the form's code.
FILLED: Mapping[str, Fill] = {
    **across.FILLED,
    **construction.FILLED,
    **industrial.FILLED,
    **household.FILLED,
    **hazardous.FILLED,
    **renewable.FILLED,
    **agricultural.FILLED,
}
