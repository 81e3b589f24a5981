"""Jobs of the log of evidence; procrastinate finds this module by its name."""

from procrastinate.contrib.django import app

from wufei.hub.evidence.services import roots, witnesses


@app.periodic(cron="*/10 * * * *")
@app.task(queue="evidence", queueing_lock="evidence.root")
def daily_root(timestamp: int) -> None:
    """Soon after midnight in Asia/Shanghai the day's root is signed; then it goes to witnesses."""
    roots.sign_due()
    witnesses.deliver()
