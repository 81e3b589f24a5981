"""Tables: one declaration serves list, export, import and Excel template."""

from wufei.hub.base.tables.spec import (
    Column,
    Kind,
    Quantity,
    Table,
    Taken,
    register,
    table,
    tables,
)

__all__ = ["Column", "Kind", "Quantity", "Table", "Taken", "register", "table", "tables"]
