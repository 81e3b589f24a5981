"""Checks of what is installed and configured; nothing need run."""

import importlib.metadata
import os
import re
import shutil
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from wufei.cli.assets import stale_messages, static_is_stale
from wufei.cli.checks.result import Found, failure, ok, warning
from wufei.cli.tls import problem
from wufei.config import environment as env

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

PROJECT = Path(__file__).parents[4]
_AGAIN = "Run `make run` once more: it sets up what is missing."
_DISK_GB_MIN, _DISK_GB_LOW = 1, 5
_CERTIFICATE_DAYS_LOW = 30


def python() -> Found:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):  # noqa: UP036 - the doctor looks even at what cannot be
        return failure(version, "Install Python 3.11 or newer and remove .venv and .setup.")
    return ok(version)


def packages() -> Found:
    """Is what is installed what the lock file names?"""
    lock = PROJECT / "requirements.lock"
    if not lock.exists():
        return ok("no lock file here (an installed package)")
    wrong = []
    # Lines with a marker (`; …`) may rightly be absent on this system.
    for name, version in re.findall(r"^([\w.-]+)==([^ ;]+) \\$", lock.read_text(), re.MULTILINE):
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "missing"
        if found != version:
            wrong.append(f"{name} {found}, locked {version}")
    return failure("; ".join(wrong), _AGAIN) if wrong else ok("as locked")


def settings() -> Found:
    try:
        env.check_all()
    except env.BadSetting as error:
        return failure(str(error), "Correct the setting; docs/guide/settings.md lists all.")
    if env.flag("WUFEI_DEBUG"):
        return warning("WUFEI_DEBUG is on", "Switch it off wherever others can reach the site.")
    return ok("readable")


def home() -> Found:
    folder = env.home()
    if not folder.exists():
        return warning(f"{folder} does not exist yet", "`wufei up` makes it.")
    if not os.access(folder, os.W_OK):
        return failure(f"{folder} is not writable", "Start as its owner, or set WUFEI_HOME.")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return warning(f"{folder} is open to other users", f"chmod 700 {folder}")
    return ok(str(folder))


def disk() -> Found:
    folder = env.home()
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9
    text = f"{free_gb:.1f} GB free"
    if free_gb < _DISK_GB_MIN:
        return failure(text, "Make room, or move WUFEI_HOME: a full disk stops the database.")
    if free_gb < _DISK_GB_LOW:
        return warning(text, "Make room before the database needs it.")
    return ok(text)


def browser_libraries() -> Found:
    from django.conf import settings as django_settings

    from wufei.config.libraries import LIBRARIES

    missing = [
        f"{folder}/{name}"
        for _prefix, folder, names in LIBRARIES
        for name in names
        if not (django_settings.NODE_MODULES / folder / name).exists()
    ]
    return failure(f"missing: {', '.join(missing)}", _AGAIN) if missing else ok("complete")


def messages() -> Found:
    if stale := stale_messages():
        return warning(f"{len(stale)} catalogues are not compiled", "Run `wufei assets`.")
    return ok("compiled")


def static_files() -> Found:
    if static_is_stale():
        return warning("not collected, or older than their sources", "Run `wufei assets`.")
    return ok("collected")


def font() -> Found:
    try:
        from cvttf_NotoSansCJK_Regular import get_TTF_path

        return ok(Path(get_TTF_path()).name)
    except (ImportError, FileNotFoundError):
        return failure("the Chinese font is missing: documents cannot be printed", _AGAIN)


def tls() -> Found:
    cert, key = env.text("WUFEI_TLS_CERT"), env.text("WUFEI_TLS_KEY")
    if not cert and not key:
        if env.flag("WUFEI_SECURE"):
            return ok("left to a proxy in front (WUFEI_SECURE)")
        return warning("off: plain HTTP", "For phones set WUFEI_TLS_CERT and WUFEI_TLS_KEY.")
    if wrong := problem():
        return failure(*wrong)
    from cryptography.x509 import load_pem_x509_certificate

    loaded = load_pem_x509_certificate(Path(cert).read_bytes())
    if (missing := _unnamed(loaded)) and loaded.not_valid_after_utc > datetime.now(UTC):
        return warning(
            f"does not name {', '.join(missing)}",
            "Phones refuse it there: get one that names every host of WUFEI_ALLOWED_HOSTS.",
        )
    return _expiry(loaded.not_valid_after_utc)


def _unnamed(certificate: "Certificate") -> list[str]:
    """Hosts that others reach this site by and that the certificate does not name."""
    from cryptography.x509 import DNSName, IPAddress, SubjectAlternativeName
    from cryptography.x509.extensions import ExtensionNotFound

    try:
        names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        named: set[str] = set()
    else:
        dns = names.get_values_for_type(DNSName)
        named = {*dns, *map(str, names.get_values_for_type(IPAddress))}
    hosts = {host.strip("[].").lower() for host in env.get("WUFEI_ALLOWED_HOSTS")}
    others = sorted(hosts - {"localhost", "127.0.0.1", "::1", "*", ""})
    return [host for host in others if host not in named and f"*.{_above(host)}" not in named]


def _above(host: str) -> str:
    return host.partition(".")[2]


def _expiry(ends: datetime) -> Found:
    text = f"valid until {ends:%Y-%m-%d}"
    if ends < datetime.now(UTC):
        return failure(text, "Get a new certificate.")
    if ends < datetime.now(UTC) + timedelta(days=_CERTIFICATE_DAYS_LOW):
        return warning(text, "Get a new certificate soon.")
    return ok(text)


def chromium() -> Found:
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return ok(found)
    return warning("none: browser tests are skipped", "Only developers need one: install chromium.")
