"""Every setting is declared once and documented; production settings pass Django's own checks."""

import os
import re
import subprocess
import sys
from pathlib import Path

from wufei.cli.settings import page
from wufei.config.environment import SETTINGS

PROJECT = Path(__file__).parents[2]


def test_the_page_of_settings_is_the_table_of_settings():
    written = (PROJECT / "docs" / "guide" / "settings.md").read_text()
    assert written == page(), "run: wufei settings > docs/guide/settings.md"


def test_code_reads_no_setting_that_is_not_declared():
    declared = {setting.name for setting in SETTINGS}
    read = set()
    for path in (PROJECT / "src").rglob("*.py"):
        read |= set(re.findall(r"env\.(?:text|number|flag|get)\(\"([A-Z_]+)\"\)", path.read_text()))
    assert read - declared == set()


def test_production_settings_pass_the_deployment_checks(tmp_path):
    environment = os.environ | {
        "WUFEI_SECURE": "true",
        "WUFEI_MFA_REQUIRED": "true",
        "WUFEI_DEMO": "false",
        "WUFEI_ALLOWED_HOSTS": "wufei.example",
        "WUFEI_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.",
        "DJANGO_SETTINGS_MODULE": "wufei.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
