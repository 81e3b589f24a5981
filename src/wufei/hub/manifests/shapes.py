"""The two shapes that most transfers have, for domains to declare their templates with.

Either each party signs its own step, or the load is scanned twice: at the gate it leaves and at
the place it comes to. What a family of wastes asks for beside that, it says itself.
"""

from django.utils.translation import gettext_lazy as _

from wufei.hub.manifests.declarations import Deadline, Hours, Party, Scan, Step

_DAY, _THREE_DAYS = Hours(24), Hours(72)
_PARTIES = frozenset({"carrier", "consignee", "consignee_site"})
_SENT = frozenset({"waste", "declared"})
# What anybody may say of a load, if they like to.
_MAY = frozenset({"lots", "containers", "vehicle", "driver", "route", "authority_no", "note"}) | {
    "legs",
    "alternate_site",
}
_AT_ISSUE = frozenset({"consignor", "consignor_site", "waste", "lots"})
_AT_LOADING = (
    _PARTIES
    | {"declared", "containers", "method", "vehicle", "driver", "route", "note", "weighed_out"}
    | {"legs", "alternate_site"}
)
_AT_RECEPTION = frozenset({"accepted", "refused", "refusal_reason", "difference_reason"})
_AT_CLOSING = frozenset({"authority_no"})


def steps(
    *,
    loaded_by: Party,
    needs: frozenset[str] = frozenset(),
    load_needs: frozenset[str] = frozenset(),
    load_within: Deadline,
    arrive_within: Deadline = _DAY,
    accept_within: Deadline = _DAY,
    close_within: Deadline = _THREE_DAYS,
) -> tuple[Step, ...]:
    """The five steps; ``needs`` are further fields to fill at issue, ``load_needs`` at loading.

    The consignor settles differences by closing; loads that agree close by themselves.
    """
    issue_needs = _SENT | _PARTIES | needs
    return (
        Step(
            "issue",
            by=Party.CONSIGNOR,
            needs=issue_needs,
            may=(_MAY | {"method"}) - issue_needs,
            seals=_AT_ISSUE,
        ),
        Step(
            "load",
            by=loaded_by,
            needs=frozenset({"weighed_out", "vehicle"}) | load_needs,
            may=frozenset({"driver", "route"}) - load_needs,
            seals=_AT_LOADING,
            within=load_within,
        ),
        Step(
            "arrive",
            by=Party.CONSIGNEE,
            needs=frozenset({"weighed_in"}),
            seals=frozenset({"weighed_in"}),
            within=arrive_within,
        ),
        Step(
            "accept",
            by=Party.CONSIGNEE,
            may=_AT_RECEPTION,
            seals=_AT_RECEPTION,
            within=accept_within,
        ),
        Step(
            "close",
            by=Party.CONSIGNOR,
            may=_AT_CLOSING,
            seals=_AT_CLOSING,
            within=close_within,
        ),
    )


def two_scans() -> tuple[Scan, ...]:
    """One scan where the load leaves, by whoever sends it, and one where it arrives."""
    return (
        Scan("gate", Party.CONSIGNOR, ("issue", "load"), _("Confirm departure")),
        Scan("site", Party.CONSIGNEE, ("arrive", "accept"), _("Confirm arrival")),
    )
