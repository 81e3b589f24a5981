"""Jobs of the labels; procrastinate finds this module by its name."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from wufei.hub.labels.models import CheckPass
from wufei.hub.labels.services.runs import keep_pdf

# Who showed which manifest stands in the audit log; the pass itself is of no more use.
PASS_AGE = timedelta(days=7)


@app.task(queue="labels")
def print_run(run: str) -> None:
    """The PDF of many labels; safe to start again."""
    keep_pdf(UUID(run))


@app.periodic(cron="23 3 * * *")
@app.task(queue="housekeeping", queueing_lock="labels.passes")
def forget_passes(timestamp: int) -> None:
    """Every night: passes that nobody can use any more."""
    CheckPass.objects.filter(ends_at__lt=timezone.now() - PASS_AGE).delete()
