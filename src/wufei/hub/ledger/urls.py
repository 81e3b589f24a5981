"""Addresses of the ledger."""

from django.urls import URLPattern, path

from wufei.hub.base.pages.sheets import ImportPage, TemplatePage
from wufei.hub.ledger.pages import MOVEMENTS
from wufei.hub.ledger.views import (
    account,
    movements,
    recording,
    regrouping,
    statements,
    stock,
    stocktakes,
    trace,
    treatments,
)

_IMPORT = {"resource": MOVEMENTS, "act": "ledger.movement.import"}


def _traces(of: str, route: str) -> list[URLPattern]:
    """Page and file of the traces that start from one kind of thing."""
    name, kind = f"ledger.trace.{of}", {"of": of}
    return [
        path(f"trace/{route}/", trace.page, kind, name=name),
        path(f"trace/{route}/export/", trace.export, kind, name=f"{name}.export"),
    ]


urlpatterns: list[URLPattern] = [
    path("", account.one_account_page, name="ledger.one_account"),
    path("export/", account.export, name="ledger.one_account.export"),
    path("holders/", stock.holders, name="ledger.holders"),
    path("movements/", movements.movement_list, name="ledger.movements"),
    # The generic import pages lead back to a list of this name.
    path("movements/", movements.movement_list, name="ledger.movement.list"),
    path("movements/export/", movements.export, name="ledger.movement.export"),
    path("movements/import/", ImportPage.as_view(**_IMPORT), name="ledger.movement.import"),
    path("movements/template/", TemplatePage.as_view(**_IMPORT), name="ledger.movement.template"),
    path("movements/<uuid:uuid>/", movements.movement, name="ledger.movement"),
    path(
        "movements/<uuid:uuid>/reverse/",
        movements.reverse_movement,
        name="ledger.movement.reverse",
    ),
    path("accounts/<int:pk>/", statements.account, name="ledger.account"),
    path("accounts/<int:pk>/surplus/", recording.surplus, name="ledger.surplus.new"),
    path("accounts/<int:pk>/regroup/", regrouping.new, name="ledger.account.regroup"),
    path(
        "accounts/<int:pk>/regroup/row/<int:number>/",
        regrouping.row,
        name="ledger.account.regroup_row",
    ),
    path("groupings/<uuid:uuid>/", regrouping.regrouping, name="ledger.regrouping"),
    path("groupings/<uuid:uuid>/undo/", regrouping.undo, name="ledger.regrouping.undo"),
    path("lots/<uuid:uuid>/", statements.lot, name="ledger.lot"),
    *_traces("lot", "lots/<uuid:uuid>"),
    *_traces("account", "accounts/<int:pk>"),
    *_traces("movement", "movements/<uuid:uuid>"),
    *_traces("treatment", "treatments/<uuid:uuid>"),
    *_traces("manifest", "manifests/<uuid:uuid>"),
    path("stock/", stock.stock_list, name="ledger.stock"),
    path("stock/export/", stock.export, name="ledger.stock.export"),
    path("entries/new/", recording.new_entry, name="ledger.entry.new"),
    path("entries/conversion/", recording.conversion, name="ledger.entry.conversion"),
    path("treatments/new/", treatments.new_treatment, name="ledger.treatment.new"),
    path("treatments/balance/", treatments.balance, name="ledger.treatment.balance"),
    path("treatments/row/<str:part>/<int:number>/", treatments.row, name="ledger.treatment.row"),
    path("treatments/<uuid:uuid>/", treatments.treatment, name="ledger.treatment"),
    path(
        "treatments/<uuid:uuid>/reverse/",
        treatments.reverse_treatment,
        name="ledger.treatment.reverse",
    ),
    path("stocktakes/new/", stocktakes.new_stocktake, name="ledger.stocktake.new"),
]
