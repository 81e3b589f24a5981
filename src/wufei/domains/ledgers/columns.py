"""Columns of ours beside a table's own: which entry of the ledger a line is, and where it stood."""

from django.utils.translation import gettext_lazy as _

from wufei.hub.filings.declarations import Field, FieldKind, Text

# A year's containers of a large plant in a month; more come as two files.
ROWS_MAX = 20_000
ENTRY = Field(
    "entry",
    _("entry of the ledger"),
    length_max=36,
    help=_("Filled in where the ledger has it already. Empty: the line is posted."),
)


def site(help: Text = "") -> Field:
    return Field(
        "site",
        _("store or facility in the register"),
        FieldKind.SITE,
        required=True,
        help=help or _("Where the container stands, or is treated."),
    )
