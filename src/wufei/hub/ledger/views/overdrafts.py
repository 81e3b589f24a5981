"""A form that needs more than the book holds: what is lacking, and the surplus that mends it."""

from dataclasses import dataclass

from wufei.hub.base.access import Request
from wufei.hub.ledger.models import Account
from wufei.hub.ledger.queries.reach import accounts_of, reach
from wufei.hub.ledger.refusals import NotEnough

ACT = "ledger.surplus.record"
FIELD, REASON = "surplus", "surplus_reason"


@dataclass(frozen=True)
class Lack:
    account: Account
    mass_g: int


class Overdraft:
    """Surpluses that the person confirmed in this form, and those still to be confirmed."""

    def __init__(self, request: Request) -> None:
        self.may = request.actor.may(ACT)
        self.reason = request.POST.get(REASON, "").strip()[:100]
        self.confirmed: dict[Account, int] = {}
        self.lack: Lack | None = None
        asked = dict(_parsed(text) for text in request.POST.get(FIELD, "").split(",")[:40])
        asked.pop(0, None)
        if asked and self.may:
            reached = Account.objects.filter(accounts_of(reach(request.actor, ACT)))
            found = reached.select_related("waste", "place").filter(pk__in=asked, kind="stock")
            self.confirmed = {account: asked[account.pk] for account in found}

    def lacks(self, refusal: NotEnough) -> None:
        """Offer what is lacking, on top of what was confirmed for the same stock before."""
        account, lack_g = refusal.values["account"], refusal.values["lack_g"]
        self.lack = Lack(account, lack_g + self.confirmed.pop(account, 0))

    @property
    def all(self) -> list[Lack]:
        kept = [Lack(account, mass_g) for account, mass_g in self.confirmed.items()]
        return [*kept, self.lack] if self.lack else kept

    @property
    def value(self) -> str:
        """What the one button carries: only pressing it records a surplus."""
        return ",".join(f"{lack.account.pk}:{lack.mass_g}" for lack in self.all)


def _parsed(text: str) -> tuple[int, int]:
    """``"12:3400"`` → account 12, 3400 g; (0, 0) for anything else."""
    account, _colon, mass_g = text.partition(":")
    if not (account.isdecimal() and mass_g.isdecimal() and len(text) < 32 and text.isascii()):
        return 0, 0
    return (int(account), int(mass_g)) if int(mass_g) > 0 else (0, 0)
