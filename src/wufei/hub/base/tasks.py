"""Jobs of the base room; procrastinate finds this module by its name."""

from uuid import UUID

from procrastinate.contrib.django import app

from wufei.hub.base.tables import importing


@app.task(queue="imports")
def import_table(run: str) -> None:
    """Work off one ``ImportRun``; safe to start again."""
    importing.work_off(UUID(run))
