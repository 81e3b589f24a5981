"""The lists that authorities keep 应管清单、名录, of all domains, in one visible table."""

from wufei.domains.hazardous.lists import LISTS as HAZARDOUS
from wufei.hub.registry.lists import ListKind

LISTS: tuple[ListKind, ...] = (*HAZARDOUS,)
