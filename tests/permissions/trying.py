"""One operation, tried by one person on one town's things: was it done, was more learnt?"""

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from tests.architecture.pages import PageOfSite, addresses
from tests.permissions.bodies import ASKS, BROWSER, PROGRAM
from tests.permissions.district import LIKE, Person, Town, World, undone
from tests.permissions.table import Row
from uuid_utils.compat import uuid7

ADDRESSES = {one.name: one for one in addresses()}
# Whose rows are looked at: a refused operation leaves every one of them as it was.
ROOMS = (
    "filings_",
    "manifests_",
    "exemptions_",
    "ledger_",
    "labels_",
    "evidence_",
    "registry_",
    "base_",
    "audit_",
)
# Kept whenever somebody looks; what is written there changes no document.
NOT_LOOKED_AT = ("base_submission", "registry_region", "registry_unit", "registry_unitalias")
NUMBERS = {"api.round.collect": 2, "api.round.skip": 2}


@dataclass(frozen=True)
class Tried:
    """``done``: it was let through; ``said``: what came back, for whoever has to look."""

    done: bool
    status: int
    changed: bool
    leaked: frozenset[str]
    said: str

    @property
    def odd(self) -> str:
        """What neither a permission nor its lack explains."""
        if not self.done and self.changed:
            return "refused, and something changed"
        known = self.done or self.status in (302, 403, 404, 409, 422)
        # A page's script is led back to the page, as people are.
        known = known or self.said.startswith('{"url"')
        return "" if known else f"{self.status}: {self.said[-300:]}"


@dataclass(frozen=True)
class Unknown:
    """A thing that is not there."""

    uuid: UUID
    pk: int = 2**31 - 1


def unknown(row: Row, town: Town) -> Town:
    """The town, but what this operation is tried on is not there."""
    return replace(town, things={**town.things, row.thing: Unknown(uuid7())})


def attempt(world: World, row: Row, role: str, town: Town, stands: str) -> Tried:
    """Tried and undone; ``stands`` is how the database looks before (``looks``)."""
    who = world.people[role]
    with undone():
        before = _written()
        answer = _ask(row, who, town)
        text = _text(answer)
        # What was written may have been undone by the operation itself: then rows are compared.
        changed = row.writes and _written() != before and looks() != stands
    ok = answer.status_code < 400
    done = changed and ok if row.writes else ok
    leaked = frozenset(secret for secret in _hidden(world, role, row) if secret in text)
    return Tried(done, answer.status_code, changed, leaked, text)


def _hidden(world: World, role: str, row: Row) -> set[str]:
    """What this role reads nowhere: drafts of forms are not even for officials."""
    known = {secret for one in _unseen(world, role, row) for secret in one.secrets}
    writes = LIKE.get(role, role) == "consignor"
    return known | {
        one.unsent for one in (world.own, world.other) if one is world.other or not writes
    }


def _unseen(world: World, role: str, row: Row) -> list[Town]:
    """Towns whose numbers this role reads nowhere."""
    if row.may(role, own=False):
        return []
    return [world.own, world.other] if role == "outsider" else [world.other]


def _ask(row: Row, who: Person, town: Town) -> Any:
    page = ADDRESSES[row.operation]
    address = reverse(row.operation, kwargs=_arguments(page, row, town))
    if page.method:
        body = PROGRAM[row.name](town, who) if row.writes else {}
        query = _query(row, town) if page.method == "GET" else ""
        return who.program.generic(
            page.method,
            address,
            json.dumps(body) if row.writes else b"",
            content_type="application/json",
            QUERY_STRING=query,
        )
    if row.name in ASKS:
        return who.browser.post(address, ASKS[row.name](town, who))
    if not row.writes:
        return who.browser.get(f"{address}?{_query(row, town)}")
    body = BROWSER[row.name](town, who)
    if row.name == "manifests.keys":
        return who.browser.post(address, body, content_type="application/json")
    return who.browser.post(address, body)


def _query(row: Row, town: Town) -> str:
    """What a page that is about nothing in particular is asked with."""
    site = town.firm("sender").site.uuid
    return f"site={site}&step=arrive" if row.about_nothing else ""


def _arguments(page: PageOfSite, row: Row, town: Town) -> dict[str, Any]:
    thing = town.things.get(row.thing)
    known = {
        "uuid": getattr(thing, "uuid", None) or uuid7(),
        "key": getattr(thing, "uuid", None) or getattr(thing, "pk", None),
        "pk": getattr(thing, "pk", None),
        "step": row.variant,
        "number": NUMBERS.get(row.operation, 1),
        "vehicle": getattr(thing, "plate", None),
        "token": thing,
        "code": getattr(thing, "code", None),
        "part": "input",
    }
    return {name: known[name] for name in page.parameters}


def _text(answer: Any) -> str:
    whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return whole.decode("utf-8", "ignore")


def _written() -> int:
    """Rows of the rooms that this transaction has written so far, also those undone since."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [[f"{room}%" for room in ROOMS]])
        return int(cursor.fetchone()[0])


_WRITTEN = """
SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables
WHERE relname LIKE ANY (%s)"""


def looks() -> str:
    """A digest of all rows of the rooms."""
    with connection.cursor() as cursor:
        cursor.execute(_looking(cursor))
        return str(cursor.fetchone()[0])


_looked: list[str] = []


def _looking(cursor: Any) -> str:
    if not _looked:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(ROOMS) and name not in NOT_LOOKED_AT
        ]
        parts = " || ".join(
            f"coalesce((SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t), '-')"
            for name in sorted(tables)
        )
        _looked.append(f"SELECT md5({parts})")
    return _looked[0]
