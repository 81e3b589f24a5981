"""Jobs of the ledger; procrastinate finds this module by its name."""

from procrastinate.contrib.django import app

from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.services.scanning import scan_negative_days


@app.periodic(cron="* * * * *")
@app.task(queue="ledger", queueing_lock="ledger.fold")
def fold(timestamp: int) -> None:
    """Every minute: what movements left in the queue goes into the facts."""
    fold_all()


@app.periodic(cron="41 2 * * *")
@app.task(queue="ledger", queueing_lock="ledger.negative_days")
def negative_days(timestamp: int) -> None:
    """Every night: accounts that were below zero in the order in which things happened."""
    scan_negative_days()
