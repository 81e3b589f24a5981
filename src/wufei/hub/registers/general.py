"""Registers that every stream has, whatever the law asks of it: the platform's own layout."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.registers.declarations import Col, Fact, Kind, RegisterTable

_WHEN = Col(_("happened"), Fact.HAPPENED_AT)
_MOVEMENT = Col(_("movement"), Fact.MOVEMENT)
_WASTE = (Col(_("waste code"), Fact.WASTE_CODE), Col(_("waste"), Fact.WASTE))
_SITE = Col(_("site"), Fact.SITE)
_CONTAINERS = Col(_("container labels"), Fact.CONTAINERS)
_MASS = Col(_("mass"), Fact.MASS)
_METHOD = Col(_("method"), Fact.METHOD)
_FROM = Col(_("comes from"), Fact.COMES_FROM)
_TO = Col(_("goes to"), Fact.GOES_TO)
_BY = Col(_("recorded by"), Fact.HANDLER)
_ROAD = (
    Col(pgettext_lazy("manifest", "carrier"), Fact.CARRIER),
    Col(_("plate"), Fact.PLATE),
)
_WEIGHED = (
    Col(_("declared"), Fact.DECLARED),
    Col(_("weighed out"), Fact.WEIGHED_OUT),
    Col(_("weighed in"), Fact.WEIGHED_IN),
)

GENERAL = (
    RegisterTable(
        "stored",
        "",
        _("In storage"),
        Kind.STORED,
        (
            _WHEN,
            _MOVEMENT,
            *_WASTE,
            _SITE,
            _CONTAINERS,
            Col(pgettext_lazy("register", "into storage"), Fact.IN),
            Col(pgettext_lazy("register", "out of storage"), Fact.OUT),
            _FROM,
            _TO,
            _BY,
        ),
    ),
    RegisterTable(
        "arising",
        "",
        _("Arising"),
        Kind.ARISING,
        (_WHEN, _MOVEMENT, *_WASTE, _SITE, _CONTAINERS, _MASS, _TO, _BY),
    ),
    RegisterTable(
        "incoming",
        "",
        _("Incoming"),
        Kind.INCOMING,
        (_WHEN, *_WASTE, _FROM, *_ROAD, *_WEIGHED, _MASS, _SITE, _CONTAINERS, _METHOD, _BY),
    ),
    RegisterTable(
        "outgoing",
        "",
        _("Outgoing"),
        Kind.OUTGOING,
        (_WHEN, *_WASTE, _SITE, _CONTAINERS, *_WEIGHED, _MASS, *_ROAD, _TO, _METHOD, _BY),
    ),
    RegisterTable(
        "carried",
        "",
        _("Carried"),
        Kind.CARRIED,
        (
            _WHEN,
            _MOVEMENT,
            *_WASTE,
            Col(_("plate"), Fact.PLATE),
            _FROM,
            _TO,
            Col(_("taken over"), Fact.IN),
            Col(_("handed over"), Fact.OUT),
            *_WEIGHED,
            _CONTAINERS,
            _BY,
        ),
    ),
    RegisterTable(
        "treated",
        "",
        _("Treated"),
        Kind.TREATED,
        (_WHEN, *_WASTE, _SITE, _CONTAINERS, _METHOD, _MASS, _FROM, _BY),
    ),
)

# What stands beside the columns of every register: where a row comes from, and what became of it.
BESIDE = (
    Col(_("waste (the platform's name)"), Fact.WASTE),
    Col(_("site"), Fact.SITE),
    Col(_("other party"), Fact.COUNTERPARTY),
    Col(_("original value"), Fact.ORIGINAL_VALUE),
    Col(_("original unit"), Fact.ORIGINAL_UNIT),
    Col(_("manifest number"), Fact.MANIFEST_NO),
    Col(_("number of the authority"), Fact.AUTHORITY_NO),
    Col(_("correction"), Fact.STATE),
    Col(_("recorded"), Fact.RECORDED_AT),
    Col(_("ledger entry"), Fact.ENTRY),
)
# On a page there is room for less: what links a row with its documents and its history.
BESIDE_SHOWN = (
    Col(_("manifest number"), Fact.MANIFEST_NO),
    Col(_("written as"), Fact.ORIGINAL),
    Col(_("correction"), Fact.STATE),
)
