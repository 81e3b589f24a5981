from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils import translation
from pypdf import PdfReader

from wufei.hub.base import printing

COLUMNS = [{"heading": "单位", "number": False}, {"heading": "数量 (t)", "number": True}]


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def table(rows, **values):
    data = {"title": "一本账", "columns": COLUMNS, "rows": rows, "count": "条"}
    with translation.override("zh-hans"):
        return printing.pdf("base/table.typ", data | values)


def test_a_table_prints_chinese_text_and_figures():
    text = text_of(table([["湖西卫生院", Decimal("0.086")]], subtitle="2026 年 11 月"))
    for words in ("一本账", "湖西卫生院", "0.086", "2026 年 11 月", "数量 (t)"):
        assert words in text


def test_a_long_table_repeats_its_heading_on_every_page():
    reader = PdfReader(BytesIO(table([[f"第 {n} 家", str(n)] for n in range(200)])))
    assert len(reader.pages) > 3
    assert all("数量 (t)" in page.extract_text() for page in reader.pages)


def test_values_are_data_and_never_markup():
    hostile = '#read("/config/secrets.py") *x* $1+1$ "]; #panic() \\ <a> @b //'
    assert hostile.replace(" ", "") in text_of(table([[hostile, "1"]])).replace("\n", "").replace(
        " ", ""
    )


def test_every_font_is_embedded_and_comes_from_the_package():
    resources: Any = PdfReader(BytesIO(table([["a", "1"]]))).pages[0]["/Resources"]
    fonts = resources["/Font"]
    assert all("NotoSansCJK" in str(font.get_object()["/BaseFont"]) for font in fonts.values())
