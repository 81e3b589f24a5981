"""``wufei settings``: the table of settings, as the guide shows it."""

from wufei.config.environment import SETTINGS, Setting


def settings() -> None:
    """Print every setting as the Markdown page docs/guide/settings.md."""
    print(page(), end="")


def page() -> str:
    rows = "\n".join(_row(setting) for setting in SETTINGS)
    return f"""# Settings

Every setting comes from the environment. This page is written by `wufei settings`; a test
compares them. Secrets that are not set are made once, in `WUFEI_HOME/secrets`.

| setting | default | what it is for |
| --- | --- | --- |
{rows}
"""


def _row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else ""
    secret = " *Secret.*" if setting.secret else ""
    return f"| `{setting.name}` | {default} | {setting.help}{secret} |"
