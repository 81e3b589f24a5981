"""What only the ledgers of HJ 1259 begin with and are held against. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from wufei.domains.hazardous.filings import choices, names, reading, receivers
from wufei.domains.ledgers import rules
from wufei.domains.ledgers.reading import STANDING, STREAMS, LedgerLine
from wufei.hub.filings.declarations import Check, Checked, Problem, Severity, Source, Values
from wufei.hub.filings.subjects import Subject
from wufei.hub.registers.declarations import Fact

# Kinds of organisation that keep such a ledger.
KEEPERS = (
    "enterprise",
    "hospital",
    "school",
    "garage",
    "station",
    "plant",
    "recycler",
    "sewage",
    "other",
)
READS_OF_SENT = (reading.receivers, reading.exemptions)


def line(one: LedgerLine) -> dict[str, Any]:
    """What the standard's tables say of an entry beside waste, mass, time and place."""
    return {
        "own_name": one.waste_name,
        "container": one.container[:60],
        "container_count": one.facts.get(Fact.CONTAINER_COUNT),
        "receiver_kind": _receiver_kind(one),
        "licence_holder": one.text(Fact.LICENCE_HOLDER),
        "licence_no": one.text(Fact.LICENCE),
        "exempt_receiver": one.text(Fact.EXEMPT_RECEIVER),
    }


prefill = rules.prefill(line)


def _receiver_kind(one: LedgerLine) -> str | None:
    if one.text(Fact.EXEMPT_RECEIVER):
        return choices.EXEMPT
    return choices.LICENSED if one.manifest else None


def _streams(subject: Subject) -> Mapping[str, str]:
    return {code: one.stream for code, one in names.known().items()}


# The catalogue of hazardous wastes is large, and is kept in memory.
streams = Source(STREAMS, _streams)


def goes_abroad(row: Values) -> bool:
    return row.get("receiver_kind") == choices.ABROAD


def container_is_there(checked: Checked) -> Iterator[Problem]:
    """What is put into storage arose before."""
    for number, row in rules.lines(checked):
        container = row.get("container")
        if not row.get("entry") and container not in checked.facts[STANDING]:
            text = _("The ledger has no container “{container}”: record first that it arose (B.1).")
            yield rules.problem(
                "ledger_no_container",
                Severity.ERROR,
                text,
                number,
                "container",
                container=container or "",
            )


# Mass leaves storage by treatment or by manifest: a line alone moves nothing.
left_in_the_ledger: Check = rules.moves_nothing(
    "ledger_still_there",
    _(
        "The ledger does not know that this left. Record the treatment (B.4) or the "
        "manifest; this line moves nothing."
    ),
)
# Nothing but exports leaves without a manifest, which is what moves it.
sent_by_manifest: Check = rules.moves_nothing(
    "ledger_no_manifest",
    _("No manifest of the ledger says so. Write its manifest down; this line moves nothing."),
    lambda row: not goes_abroad(row),
)
receivers_may = receivers.check("lines")
