"""Labels ordered on paper: who, how many, and which time it is."""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, system
from wufei.hub.base.files.content import Kind
from wufei.hub.base.files.services import store
from wufei.hub.labels import papers
from wufei.hub.labels.models import ContainerLabel, Printed, PrintRun
from wufei.hub.labels.queries.lots import PRINT
from wufei.hub.labels.refusals import NothingChosen, TooMany

LABELS_MAX = 500
# A hundred labels take half a second of one core; nobody waits longer with an open connection.
AT_ONCE_MAX = 100


def order(
    labels: Sequence[ContainerLabel],
    *,
    id: UUID,
    paper: str,
    language: str,
    site: str,
    by: Actor,
) -> PrintRun:
    """Count the labels as printed and keep which of them are reprints.

    ``site`` is what the addresses in their codes begin with. Whether the actor may print these
    was asked when they were found. Safe to repeat with the same ``id``.
    """
    by.require(PRINT)
    check_count(len(labels))
    ids = [label.pk for label in labels]
    with transaction.atomic():
        run, made = PrintRun.objects.get_or_create(
            uuid=id,
            defaults={"actor": by.id, "paper": paper, "language": language, "site": site},
        )
        if not made:
            return run
        rows = ContainerLabel.objects.filter(pk__in=ids)
        # Locked in one order: two orders of the same labels count one after the other.
        list(rows.order_by("pk").select_for_update().values_list("pk"))
        rows.update(prints=F("prints") + 1, printed_at=timezone.now())
        numbers = dict(rows.values_list("pk", "prints"))
        Printed.objects.bulk_create(
            Printed(run=run, label_id=pk, position=position, number=numbers[pk])
            for position, pk in enumerate(ids)
        )
        again = sum(number > 1 for number in numbers.values())
        if len(ids) > AT_ONCE_MAX:
            _later(run)
        audit.record(
            by,
            "labels:label:print",
            subject=f"labels.run:{run.uuid}",
            values={"labels": len(ids), "reprints": again},
        )
    return run


def check_count(count: int) -> None:
    """Raises ``NothingChosen`` or ``TooMany``."""
    if not count:
        raise NothingChosen
    if count > LABELS_MAX:
        raise TooMany(count=count, limit=LABELS_MAX)


def _later(run: PrintRun) -> None:
    from wufei.hub.labels.tasks import print_run

    print_run.defer(run=str(run.uuid))


def keep_pdf(uuid: UUID) -> None:
    """Make the PDF of a large run, once, and keep it."""
    run = PrintRun.objects.get(uuid=uuid)
    if run.file is not None:
        return
    upload = SimpleUploadedFile(f"labels-{run.made_at:%Y%m%d-%H%M}.pdf", papers.pdf_of(run))
    with transaction.atomic():
        file = store(upload, system("labels"), kinds={Kind.PDF})
        PrintRun.objects.filter(pk=run.pk, file=None).update(file=file)
