"""PDF by typst. Templates are ``<app>/print/*.typ``; values reach them as data, never as markup."""

import json
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO, Any

import typst
from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wufei.hub.base.tables import Table, show
from wufei.hub.base.tables.exporting import at_most
from wufei.hub.base.tables.show import RIGHT_ALIGNED, Shower

# A printed list is for reading; more goes into a workbook.
ROWS_MAX = 3000
# Compiling takes a core; more at once would only take the memory of each as well.
_one_at_a_time = threading.Semaphore(2)


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Fill ``"<app label>/<name>.typ"`` with ``data`` (JSON values, dates, decimals).

    The template reads it with ``#import "/hub/base/print/frame.typ": data, page``. Fonts come
    from the package only, so every machine prints the same pages.
    """
    return _compiled(template, data, format="pdf")[0]


def pictures(template: str, data: Mapping[str, Any], ppi: int = 144) -> list[bytes]:
    """The same pages as PNG pictures, ``ppi`` dots an inch: what a printer would put on paper."""
    return _compiled(template, data, format="png", ppi=ppi)


def _compiled(template: str, data: Mapping[str, Any], **how: Any) -> list[bytes]:
    label, _slash, name = template.partition("/")
    path = Path(apps.get_app_config(label).path) / "print" / name
    values = {"language": get_language() or "zh-hans", "made_at": show.text(datetime.now(UTC))}
    with _one_at_a_time:
        made: Any = typst.compile(
            str(path),
            root=str(_root()),
            font_paths=[str(_fonts())],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps({**values, **data}, default=_plain)},
            **how,
        )
    return list(made) if isinstance(made, list) else [made]


def write_table(target: IO[bytes], table: Table, rows: Iterable[Any]) -> None:
    """A list as a printed table: the listed columns. Refuses more than ``ROWS_MAX``."""
    shower = Shower(table.listed)
    data = {
        "title": table.title,
        "columns": [
            {"heading": column.heading, "number": column.kind in RIGHT_ALIGNED}
            for column in table.listed
        ],
        "rows": [[cell.text for cell in shower.row(obj).cells] for obj in at_most(ROWS_MAX, rows)],
        "count": _("Entries"),
    }
    target.write(pdf("base/table.typ", data))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, datetime | date):
        return show.text(value)
    raise TypeError(f"{type(value).__name__} cannot be printed")


@cache
def _root() -> Path:
    """Templates may import from any room of ours, and from nowhere else."""
    return Path(str(resources.files("wufei")))


@cache
def _fonts() -> Path:
    return Path(str(resources.files("cvttf_NotoSansCJK_Regular")))
