"""The tool that keeps both languages complete, tried on an app of its own."""

import gettext

import pytest

from wufei.config import messages

PAGE = """{% load i18n %}<h1>{% trans "Stock" %}</h1>
{% blocktrans count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktrans %}
  <input placeholder="{% trans 'Search' %}">"""
CODE = """
from django.utils.translation import gettext_lazy as _, gettext_noop, pgettext
A = _("Waste %(code)s")
B = gettext_noop("Too heavy")
C = pgettext("month", "May")
"""


@pytest.fixture
def app(tmp_path, monkeypatch):
    """An app in a folder of its own; the name is what the tool calls it."""
    folder = tmp_path / "shop"
    (folder / "templates").mkdir(parents=True)
    (folder / "code.py").write_text(CODE)
    (folder / "templates" / "page.html").write_text(PAGE)
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "APPS", ("shop",))
    return "shop"


def translate(app, **words):
    """Put Chinese words into the app's file."""
    path = messages.po_file(app)
    text = path.read_text()
    for identity, chinese in words.items():
        identity = identity.replace("_", " ")
        text = text.replace(
            f'msgid "{identity}"\nmsgstr ""', f'msgid "{identity}"\nmsgstr "{chinese}"'
        )
    path.write_text(text)


def test_words_are_found_in_code_and_templates(app):
    found = {word.key for word in messages.find_words(app)}
    assert found == {
        ("Stock", None),
        ("Search", None),
        ("%(n)s row", None),
        ("Waste %(code)s", None),
        ("Too heavy", None),
        ("May", "month"),
    }


def test_update_keeps_translations_and_drops_what_is_gone(app, tmp_path):
    messages.update(app)
    translate(app, Stock="库存", Search="搜索")
    (tmp_path / "shop" / "templates" / "page.html").write_text('{% load i18n %}{% trans "Stock" %}')
    messages.update(app)
    catalog = messages.read(app)
    kept = {message.id: message.string for message in catalog if message.id}
    assert kept["Stock"] == "库存"
    assert kept["Too heavy"] == ""
    assert "Search" not in kept


def test_check_names_what_is_missing_untranslated_or_left_over(app, tmp_path):
    assert any("missing" in line for line in messages.check(app))
    messages.update(app)
    assert any("untranslated: 'Stock'" in line for line in messages.check(app))
    (tmp_path / "shop" / "code.py").write_text("")
    assert any("no longer used: 'Too heavy'" in line for line in messages.check(app))


def test_check_compares_placeholders(app):
    messages.update(app)
    path = messages.po_file(app)
    path.write_text(
        path.read_text().replace(
            'msgid "Waste %(code)s"\nmsgstr ""', 'msgid "Waste %(code)s"\nmsgstr "废物 %(cod)s"'
        )
    )
    assert any("other placeholders" in line for line in messages.check(app))


def test_ids_are_english(app, tmp_path):
    (tmp_path / "shop" / "code.py").write_text('_("废物")')
    assert any("must be English" in line for line in messages.check(app))


def test_stale_words_are_compiled_once(app):
    messages.update(app)
    translate(app, Stock="库存")
    messages.compile_stale()
    compiled = messages.po_file(app).with_suffix(".mo")
    before = compiled.stat().st_mtime_ns
    messages.compile_stale()
    assert compiled.stat().st_mtime_ns == before
    with compiled.open("rb") as handle:
        assert gettext.GNUTranslations(handle).gettext("Stock") == "库存"
