"""Jobs of the demo; procrastinate finds this module by its name."""

import contextlib

from django.conf import settings
from procrastinate.contrib.django import app

from wufei.demo.load import AlreadyLoading, load
from wufei.demo.progress import unfinished


@app.periodic(cron="*/30 * * * *")
@app.task(queue="demo", queueing_lock="demo.go_on")
def go_on(timestamp: int) -> None:
    """Twice an hour: what arose meanwhile where nobody simulates it."""
    if settings.DEMO and unfinished() is None:
        with contextlib.suppress(AlreadyLoading):
            load()
