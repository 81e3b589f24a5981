"""Lists that authorities keep 名录、清单: what each is for. ``config`` fills the table once.

An obliged list 应管清单 says who should be registered and is the denominator of a coverage rate;
a supervision list says who is watched more closely, an honour list who has earned a title; a list
of what is on file says who has it, for as long as it holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Purpose(StrEnum):
    OBLIGED = "obliged"
    SUPERVISED = "supervised"
    HONOUR = "honour"
    ON_FILE = "on_file"

    @property
    def label(self) -> Text:
        return {
            "obliged": _("who should be registered"),
            "supervised": _("who is watched more closely"),
            "honour": _("who has earned a title"),
            "on_file": _("who has it on file"),
        }[self.value]


@dataclass(frozen=True)
class ListKind:
    """``source`` is where its entries come from; ``domain`` "" is all six.

    ``basis`` is the rule behind it; ``grade`` A text read, B retold, C from memory.
    """

    code: str
    name: Text
    purpose: Purpose
    domain: str = ""
    source: Text = ""
    basis: Text = ""
    grade: str = ""


_kinds: dict[str, ListKind] = {}


def fill(declared: Iterable[ListKind]) -> None:
    """Make ``declared`` the whole table (called once at start-up)."""
    _kinds.clear()
    for one in declared:
        assert one.code not in _kinds, f"list {one.code} is declared twice"
        _kinds[one.code] = one


def kinds() -> tuple[ListKind, ...]:
    return tuple(_kinds.values())


def kind(code: str) -> ListKind:
    """Raises ``KeyError`` for a list that nobody declares."""
    return _kinds[code]


def choices() -> list[tuple[str, Text]]:
    return [(one.code, one.name) for one in _kinds.values()]
