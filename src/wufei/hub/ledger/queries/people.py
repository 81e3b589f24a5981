"""Who recorded something, and why, in words: append-only rows keep opaque ids."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from wufei.hub.accounts.models import User
from wufei.hub.registry.models import Driver


@dataclass(frozen=True)
class Cause:
    """What a movement came from; ``url`` leads to it."""

    words: str
    url: str = ""


# What higher rooms say of the causes that they write, by the first word of a cause.
_told: dict[str, Callable[[str], Cause]] = {}


def register_cause(kind: str, tell: Callable[[str], Cause]) -> None:
    """Say what a cause like ``"<kind>:…"`` is in words; ``tell`` gets what follows the colon."""
    _told[kind] = tell


def names_of(actor_ids: Iterable[str]) -> dict[str, str]:
    """Names by actor id; erased people keep their id's kind only."""
    wanted = set(actor_ids)
    uuids = [one.removeprefix("person:") for one in wanted if one.startswith("person:")]
    people = {
        f"person:{user.uuid}": user.display_name or user.username
        for user in User.objects.filter(uuid__in=uuids)
    }
    people |= _drivers(one for one in wanted if one.startswith("driver:"))
    return {one: people.get(one) or _name(one) for one in wanted}


def _drivers(actor_ids: Iterable[str]) -> dict[str, str]:
    """Names of drivers without an account, who sign by text message."""
    uuids = [one.removeprefix("driver:") for one in actor_ids]
    if not uuids:
        return {}
    rows = Driver.objects.filter(uuid__in=uuids).select_related("identity")
    return {f"driver:{driver.uuid}": str(driver) for driver in rows}


def _name(actor_id: str) -> str:
    kind, _colon, rest = actor_id.partition(":")
    if kind == "system":
        return _("the platform (%(job)s)") % {"job": rest}
    if kind == "outside":
        return _("somebody with a one-time link")
    return _("a person whose data were erased") if kind == "person" else actor_id


def cause_of(cause: str) -> Cause:
    """The cause in words; ids in it become links."""
    kind, _colon, rest = cause.partition(":")
    if kind in _told:
        return _told[kind](rest)
    match kind:
        case "treatment" if _is_uuid(rest):
            return Cause(_("Treatment batch"), reverse("ledger.treatment", args=[rest]))
        case "manifest" if _is_uuid(rest.partition(":")[0]):
            page = reverse("manifests.manifest.detail", args=[rest.partition(":")[0]])
            return Cause(_("Manifest"), page)
        case "stocktake":
            return Cause(_("Stock-take"))
        case "surplus":
            return Cause(_("Surplus: %(reason)s") % {"reason": rest})
        case "reversal":
            return Cause(_("Reversal: %(reason)s") % {"reason": rest})
        case "form":
            return Cause(_("Entered by form"))
        case "import":
            return Cause(_("Import %(id)s") % {"id": rest})
        case _:
            return Cause(cause)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
