"""What stands in a QR code, and what a code that somebody scanned or typed means."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import segno
from django.db.models import Q
from django.urls import reverse

from wufei.hub.base.actor import NOBODY, Actor
from wufei.hub.ledger.models import Lot
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.scope import seen_by
from wufei.hub.manifests.services.checks import VIEW
from wufei.hub.registry.models import Vehicle
from wufei.hub.registry.rules.plates import tidy_plate
from wufei.hub.registry.validity import valid_on

TEXT_MAX = 300
_PATH = re.compile(r"/(m|t|c)/([0-9a-fA-F-]{36})(?:[/?#]|$)")


class Means(StrEnum):
    """What a code can be."""

    MANIFEST = "manifest"
    TRUCK = "truck"
    CONTAINER = "container"
    NOTHING = "nothing"


# What the addresses in codes say of themselves.
_NAMED = {"m": Means.MANIFEST, "t": Means.TRUCK, "c": Means.CONTAINER}


@dataclass(frozen=True)
class Meaning:
    """What was found for a code; ``url`` is the page that it opens, "" where there is none.

    Anybody may ask what an id names: ids cannot be guessed, and whose it is, is not said. Numbers
    and labels can be: they mean something to those who see what has them, and nothing to others.
    """

    kind: Means
    text: str = ""
    url: str = ""


# What a higher room knows of texts on containers: the lot that one names to an actor, or None.
Reader = Callable[[str, Actor], Lot | None]
_readers: list[Reader] = []


def register_reader(reader: Reader) -> None:
    """Called when a room is ready that knows containers, and who may see each."""
    if reader not in _readers:
        _readers.append(reader)


# Numbers that a higher room wrote on containers, by lot.
_writers: list[Callable[[Sequence[Lot]], Mapping[int, str]]] = []


def register_writer(writer: Callable[[Sequence[Lot]], Mapping[int, str]]) -> None:
    """Called when that room is ready; ``writer`` gives what it wrote by the lots' keys."""
    if writer not in _writers:
        _writers.append(writer)


def written_on(lots: Sequence[Lot]) -> dict[int, str]:
    """What stands on the containers of these lots, by the lots' keys."""
    return {key: text for writer in _writers for key, text in writer(lots).items()}


def manifest_path(manifest: Manifest) -> str:
    return reverse("manifests.qr", args=[manifest.uuid])


def truck_path(vehicle: Vehicle) -> str:
    return reverse("manifests.truck", args=[vehicle.uuid])


def container_path(lot: Lot) -> str:
    return reverse("labels.container", args=[lot.uuid])


def svg(text: str) -> bytes:
    """The QR code of ``text`` as an SVG picture that scales; quiet zone of four modules."""
    # Level Q: a quarter of a dirty label may be gone.
    drawn: str = segno.make(text, error="q", micro=False).svg_inline(border=4, omitsize=True)
    # As a file of its own it needs the name space that a part of a page does not.
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).encode()


def meaning(text: str, actor: Actor = NOBODY) -> Meaning:
    """Of an address, an id, a number of a manifest, a plate or a container's label.

    What ``actor`` may not see has no number and no label: the answer is that of a wrong one.
    """
    told = text.replace("\0", "").strip()[:TEXT_MAX]
    found = _PATH.search(told)
    uuid = _uuid(found[2] if found else told)
    if uuid is not None:
        return _of_uuid(told, uuid, _NAMED[found[1]] if found else Means.NOTHING)
    return _of_number(told, actor) or _of_label(told, actor) or Meaning(Means.NOTHING, told)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _of_uuid(text: str, uuid: UUID, named: Means) -> Meaning:
    """What has this id; ``named`` is what the code says of itself where nothing here has it."""
    if Vehicle.objects.filter(uuid=uuid).exists():
        return Meaning(Means.TRUCK, text, reverse("manifests.truck", args=[uuid]))
    if Manifest.objects.filter(uuid=uuid).exists():
        return Meaning(Means.MANIFEST, text, reverse("manifests.qr", args=[uuid]))
    if Lot.objects.filter(uuid=uuid).exists():
        return Meaning(Means.CONTAINER, text, reverse("labels.container", args=[uuid]))
    return Meaning(named, text)


def _of_number(text: str, actor: Actor) -> Meaning | None:
    if not text:
        return None
    tidy = re.sub(r"\s+", "", text).upper()
    named = Q(local_id=tidy) | Q(authority_no=tidy) | Q(provisional_no=tidy)
    numbered = Manifest.objects.filter(seen_by(actor, VIEW)).filter(named).first()
    if numbered is not None:
        return Meaning(Means.MANIFEST, text, manifest_path(numbered))
    truck = Vehicle.objects.filter(valid_on(), plate=tidy_plate(text)).first()
    return Meaning(Means.TRUCK, text, truck_path(truck)) if truck else None


def _of_label(text: str, actor: Actor) -> Meaning | None:
    found = next((lot for reader in _readers if (lot := reader(text, actor)) is not None), None)
    return Meaning(Means.CONTAINER, text, container_path(found)) if found else None
