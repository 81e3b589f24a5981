"""Jobs of the base room; procrastinate finds this module by its name."""

from uuid import UUID

from django.utils.timezone import now
from procrastinate.contrib.django import app

from wufei.hub.base.housekeeping import sweep
from wufei.hub.base.tables import export_runs, importing


@app.task(queue="imports")
def import_table(run: str) -> None:
    """Work off one ``ImportRun``; safe to start again."""
    importing.work_off(UUID(run))


@app.task(queue="exports")
def write_export(run: str) -> None:
    """Write the file of one ``ExportRun``; safe to start again."""
    export_runs.work_off(UUID(run))


@app.periodic(cron="17 3 * * *")
@app.task(queue="housekeeping", queueing_lock="base.sweep")
def clean_up(timestamp: int) -> None:
    """Every night: what nobody can need any more."""
    sweep(now())
