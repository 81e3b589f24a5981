"""Jobs of the telemetry; procrastinate finds this module by its name."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from wufei.hub.telemetry import badframes


@app.periodic(cron="23 3 * * *")
@app.task(queue="housekeeping", queueing_lock="telemetry.prune_bad_frames")
def prune_bad_frames(timestamp: int) -> None:
    """Every night: bad frames that are past their time."""
    badframes.prune(now())
