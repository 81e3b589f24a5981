"""Numbers as an export, for tests."""

import time
from uuid import UUID

from django.conf import settings

from wufei.hub.base.tables import Column, Kind, export_runs
from wufei.hub.base.tables.export_runs import Export, Exporter

TEXT = "=1+1 湖"
COLUMNS = (
    Column("number", "Number", Kind.INTEGER, value=lambda row: row[0]),
    Column("text", "Text", value=lambda row: row[1]),
)


def exporter(pause_s=0.0, reaches=lambda parameters, actor: True):
    def rows(count):
        for number in range(count):
            if number == count // 2:
                time.sleep(pause_s)
            yield (number, TEXT)

    def opened(parameters, actor):
        count = parameters["rows"]
        return Export("Numbers", COLUMNS, rows(count), count, notes=lambda: [("rows", count)])

    return Exporter("test.numbers", "Numbers", opened, reaches)


def write_and_wait(run, folder):
    """Write half of the run's file, then wait for a long time."""
    settings.EXPORT_ROOT = folder
    export_runs.register(exporter(pause_s=600))
    export_runs.CHUNK_ROWS = 10
    export_runs.work_off(UUID(run))
