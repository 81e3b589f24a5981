"""Both languages are complete."""

import pytest

from wufei.config import messages


@pytest.mark.parametrize("app", messages.APPS)
def test_an_app_says_everything_in_both_languages(app):
    assert messages.check(app) == []


def test_a_word_means_the_same_in_every_app():
    assert messages.conflicts(messages.APPS) == []


@pytest.mark.parametrize(
    ("template", "flaw"),
    [
        ("<p>Not translated</p>", "'Not translated'"),
        ("<p>未翻译</p>", "'未翻译'"),
        ('<input placeholder="Name">', "'Name'"),
    ],
)
def test_words_in_one_language_only_are_found_in_templates(template, flaw):
    assert flaw in messages.untranslated(template)[0]


def test_words_of_another_language_may_say_so():
    assert messages.untranslated('<button lang="zh-Hans">中文</button>') == []
