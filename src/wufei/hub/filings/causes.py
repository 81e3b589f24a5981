"""What a movement that a form has posted says it came from."""

from wufei.hub.filings.declarations import filing_type
from wufei.hub.filings.models import Filing
from wufei.hub.ledger.queries.people import Cause


def cause(uuid: str) -> Cause:
    """The form and its number."""
    found = Filing.objects.filter(uuid=uuid).first()
    if found is None:
        return Cause(uuid)
    return Cause(f"{filing_type(found.type).name} {found.number or ''}".strip())
