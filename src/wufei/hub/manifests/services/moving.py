"""Mass follows what was signed: at most one of the steps that are signed together moves any."""

from collections.abc import Sequence

from wufei.hub.ledger import services as ledger
from wufei.hub.manifests.models import Line, StepCode
from wufei.hub.manifests.services import allotting, masses, settlement, way
from wufei.hub.manifests.services.document import Document
from wufei.hub.manifests.services.returned import CameBack


def move(documents: Sequence[Document], steps: set[str]) -> None:
    """Let the mass of documents that signed the same ``steps`` go where these take it.

    Under the locks of the manifests, which have been written; findings are added to the documents.
    """
    loads = [(document.manifest, document.lines) for document in documents]
    documents[0].findings += allotting.correct_all(loads, steps)
    for document in documents:
        if StepCode.LOAD in steps:
            way.take_leg(document)
        if StepCode.ARRIVE in steps:
            way.arrive(document)
    if StepCode.LOAD in steps:
        _load(documents)
    elif StepCode.ACCEPT in steps:
        _accept(documents)


def _load(documents: Sequence[Document]) -> None:
    back = CameBack()
    for document in documents:
        settlement.hold_followed(document.manifest)
    batches = [
        masses.loading(
            one.manifest,
            one.lines,
            one.lots,
            one.weighed["weighed_out"],
            back,
            at=one.at,
            booked=True,
        )
        for one in documents
    ]
    ledger.post_all(batches, by=documents[0].by, on_lack=ledger.Lack.SHORTFALL)
    for document in documents:
        settlement.close_followed(document.manifest, at=document.at, by=document.by)


def _accept(documents: Sequence[Document]) -> None:
    road = masses.on_the_road(line for one in documents for line in _off(one))
    batches = [
        batch
        for one in documents
        for batch in masses.accepting(
            one.manifest, one.lines, one.weighed, one.accepted_lots, road, at=one.at
        )
    ]
    if batches:
        ledger.post_all(batches, by=documents[0].by)


def _off(document: Document) -> list[Line]:
    """Lines of which less may have come than is on the road."""
    manifest = document.manifest
    weights = [(line, line.weighed_in_g, line.weighed_out_g) for line in document.lines]
    return [line for line, in_g, out_g in weights if in_g != out_g or manifest.turn > 1]
