"""Jobs of the demo; procrastinate finds this module by its name."""

import contextlib

from django.conf import settings
from procrastinate.contrib.django import app

from wufei.demo.load import AlreadyLoading, load
from wufei.demo.models import Load


@app.periodic(cron="*/30 * * * *")
@app.task(queue="demo", queueing_lock="demo.go_on")
def go_on(timestamp: int) -> None:
    """Twice an hour: what arose meanwhile where nobody simulates it."""
    # A first load, or one that was cut off, is the demo process's own.
    loaded = Load.objects.filter(seed=settings.DEMO_SEED, finished=True)
    if settings.DEMO and loaded.exists():
        with contextlib.suppress(AlreadyLoading):
            load()
