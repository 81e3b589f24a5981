"""Jobs of the manifests; procrastinate finds this module by its name."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from wufei.hub.manifests.services.expiry import expire
from wufei.hub.manifests.services.halts import report_too_long


@app.periodic(cron="*/5 * * * *")
@app.task(queue="manifests", queueing_lock="manifests.clock")
def look_at_the_clock(timestamp: int) -> None:
    """Every five minutes: what nobody loaded in time, and what stands on the way for too long."""
    at = now()
    expire(at)
    report_too_long(at)
