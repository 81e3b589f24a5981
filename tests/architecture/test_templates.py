"""The content security policy allows nothing inline, so templates may hold nothing inline."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "wufei"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
SCRIPTS = sorted(path for path in SOURCE.rglob("static/**/*.js"))
INLINE = {
    "a script": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>",
    "a style sheet": r"<style\b",
    "a style": r"<[^>]*\sstyle=",
    "an event handler": r"<[^>]*\son[a-z]+=",
    "an address that is code": r"(?:href|action|src)=[\"']\s*javascript:",
    "HTMX code": r"\bhx-(?:on[:-]|vals=[\"']js:)",
    "something from elsewhere": r"(?:src|href)=[\"'](?:https?:)?//",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_template_holds_nothing_inline(path):
    text = path.read_text()
    found = [what for what, pattern in INLINE.items() if re.search(pattern, text)]
    assert found == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_makes_no_code_out_of_text(path):
    text = path.read_text()
    assert not re.search(r"\beval\(|new Function\(|\.innerHTML\s*=|document\.write", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_form_that_posts_is_protected_against_forgery(path):
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL):
        assert "{% csrf_token %}" in form
