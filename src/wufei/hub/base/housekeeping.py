"""What has to be looked after: files without a row, traces that nobody needs any more."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.models import ImportFault, Submission
from wufei.hub.base.tables import export_runs

# A file is written before its row is committed; a day is longer than any transaction.
FILE_AGE = timedelta(days=1)
SUBMISSION_AGE = timedelta(days=1)
# Rows that came back hold personal data; after this they have been mended or forgotten.
FAULT_AGE = timedelta(days=90)


def sweep(now: datetime) -> None:
    """Remove what is past its time; run every night, harmless at any time."""
    Submission.objects.filter(created__lt=now - SUBMISSION_AGE).delete()
    ImportFault.objects.filter(run__finished__lt=now - FAULT_AGE).delete()
    export_runs.sweep(now)
    sweep_files(now)


def sweep_files(now: datetime) -> int:
    """Remove contents that no row names; returns how many."""
    root = Path(settings.MEDIA_ROOT)
    oldest = (now - FILE_AGE).timestamp()
    removed = 0
    for path in root.glob("*/*"):
        if path.stat().st_mtime >= oldest:
            continue
        if not StoredFile.objects.filter(sha256=path.parent.name + path.name).exists():
            path.unlink()
            removed += 1
    for draft in root.glob(".incoming-*"):
        if draft.stat().st_mtime < oldest:
            draft.unlink()
    return removed
