"""Tables: one declaration serves list, export, import and Excel template."""

from wufei.hub.base.tables.spec import Column, Kind, Table, register, table, tables

__all__ = ["Column", "Kind", "Table", "register", "table", "tables"]
