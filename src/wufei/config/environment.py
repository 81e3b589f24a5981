"""Every setting of the platform, declared once: name, default, parser and what it is for.

``docs/guide/settings.md`` is written from this table (``wufei settings``); a test compares them.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class BadSetting(Exception):
    """A setting from the environment that cannot be read; the message says what to do."""


def _flag(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise ValueError("write true or false")
    return words[text.lower()]


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError("a port is a number from 1 to 65535")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("write a number from 1 on")
    return number


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"write {' or '.join(allowed)}")
        return text

    return parse


def _speed(text: str) -> float:
    number = float(text)
    if not 0.1 <= number <= 100:
        raise ValueError("a speed is a number from 0.1 to 100")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError("a share is a number from 0 to 1")
    return number


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _giving(text: str) -> tuple[tuple[str, str, date, date | None], ...]:
    """``template:region:from[:until]`` separated by commas; an empty region is everywhere."""
    found = []
    for part in _words(text):
        form, region, since, until = [*part.split(":"), "", "", "", ""][:4]
        if not form or not since or part.count(":") > 3:
            raise ValueError("write template:region:from[:until], days like 2027-01-01")
        last = date.fromisoformat(until) if until else None
        found.append((form, region, date.fromisoformat(since), last))
    return tuple(found)


def _pattern(text: str) -> str:
    try:
        return re.compile(text).pattern
    except re.error as error:
        raise ValueError(f"write a regular expression: {error}") from error


def _datum(text: str) -> str:
    if text not in {"wgs84", "gcj02"}:
        raise ValueError("write wgs84 or gcj02")
    return text


def _mail(text: str) -> dict[str, Any]:
    """Django's settings of the mail server; none where there is no server."""
    if not text:
        return {}
    parts = urlsplit(text)
    if parts.scheme not in {"smtp", "smtps", "smtp+plain"} or not parts.hostname:
        raise ValueError("write smtp://user:password@host:port or smtps://…")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtp": 587, "smtps": 465}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }


def _site(text: str) -> str:
    """An address without a path: the site's own paths are added to it."""
    if text and not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+/?", text):
        raise ValueError("write https:// and a host, without a path")
    return text.rstrip("/")


def _code_form(text: str) -> str:
    """Looked at again, segment by segment, where labels are made."""
    rule = r"\s*\d{4}-\d{2}-\d{2}( +[a-z]+:\d{1,2})+\s*"
    if not re.fullmatch(f"{rule}(;{rule})*", text):
        raise ValueError("write a day and segments, as 2023-07-01 producer:18 waste:8 serial:3")
    return text


def _ground(text: str) -> str:
    if text != "none" and not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError("write a colour such as #ff9600, or none")
    return text


def _folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _table(text: str) -> str:
    if text and not Path(text).expanduser().is_file():
        raise ValueError("name a file that is there, or leave it out")
    return str(Path(text).expanduser().resolve()) if text else ""


@dataclass(frozen=True)
class Setting:
    """One setting: ``default`` is text as one would write it in the environment."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str
    secret: bool = False

    def value(self) -> Any:
        text = os.environ.get(self.name, self.default)
        try:
            return self.parse(text)
        except ValueError as error:
            shown = "(hidden)" if self.secret else repr(text)
            raise BadSetting(f"{self.name}={shown} cannot be read: {error}.") from error


SETTINGS = (
    Setting("WUFEI_HOME", "./var", _folder, "Folder that holds all data, secrets and logs."),
    Setting("WUFEI_HOST", "127.0.0.1", str, "Address the web server listens on."),
    Setting("WUFEI_PORT", "8000", _port, "Port of the web server."),
    Setting("WUFEI_WEB_WORKERS", "1", int, "Web worker processes."),
    Setting("WUFEI_WORKER_CONCURRENCY", "2", int, "Jobs the worker runs at the same time."),
    Setting(
        "WUFEI_TLS_CERT", "", str, "Certificate file (PEM) for HTTPS; phones need HTTPS to scan."
    ),
    Setting("WUFEI_TLS_KEY", "", str, "Private key file (PEM) that belongs to WUFEI_TLS_CERT."),
    Setting(
        "WUFEI_ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        _words,
        "Host names the site answers to, separated by commas.",
    ),
    Setting(
        "WUFEI_PUBLIC_URL",
        "",
        _site,
        "Address under which phones reach the site, such as https://wufei.example: it stands in "
        "every QR code. Empty: the address that whoever prints has in the browser.",
    ),
    Setting(
        "WUFEI_DEBUG",
        "false",
        _flag,
        "Show error details in pages. Never in production.",
    ),
    Setting(
        "WUFEI_SECURE",
        "false",
        _flag,
        "Production behind HTTPS: secure cookies, redirects and HSTS. `make run` on a laptop is "
        "plain HTTP on loopback, hence the default.",
    ),
    Setting(
        "WUFEI_MFA_REQUIRED",
        "false",
        _flag,
        "Officials set up a second factor (an authenticator app) before they can go on. On in "
        "production.",
    ),
    Setting(
        "WUFEI_SECRET_KEY",
        "",
        str,
        "Key that signs sessions. Empty: one is made in WUFEI_HOME/secrets on first start.",
        secret=True,
    ),
    Setting(
        "DATABASE_URL",
        "",
        str,
        "postgresql://user:password@host:port/name of a PostgreSQL ≥ 16 server, as the "
        "application's role. Empty: Wufei starts its own.",
        secret=True,
    ),
    Setting(
        "DATABASE_OWNER_URL",
        "",
        str,
        "The same database as the role that owns the tables; only migrations use it.",
        secret=True,
    ),
    Setting(
        "NATS_URL",
        "",
        str,
        "nats://user:password@host:port of a NATS server with JetStream. Empty: Wufei starts its "
        "own.",
        secret=True,
    ),
    Setting("WUFEI_NATS_PORT", "4222", _port, "Port of the NATS server that Wufei starts."),
    Setting("WUFEI_MQTT_PORT", "1883", _port, "MQTT port of the NATS server that Wufei starts."),
    Setting(
        "WUFEI_JT808_HOST",
        "127.0.0.1",
        str,
        "Address the gateway listens on for vehicle terminals (JT/T 808).",
    ),
    Setting("WUFEI_JT808_PORT", "6808", _port, "Port of the gateway for vehicle terminals."),
    Setting(
        "WUFEI_JT808_CONNECTIONS_MAX",
        "20000",
        _positive,
        "Most terminals connected to one gateway at the same time.",
    ),
    Setting(
        "WUFEI_JT808_FRAMES_S_MAX",
        "200",
        _positive,
        "Most frames a second that are read from one connection; the rest waits in the network.",
    ),
    Setting(
        "WUFEI_JT808_IDLE_S",
        "300",
        _positive,
        "Seconds of silence after which a terminal's connection is closed.",
    ),
    Setting(
        "WUFEI_UNKNOWN_TERMINALS",
        "refuse",
        _one_of("refuse", "keep"),
        "What to do with terminals that are not in the registry: refuse them, or keep their "
        "positions without a vehicle.",
    ),
    Setting(
        "WUFEI_PARTITIONS",
        "4",
        _positive,
        "Partitions of the stream of positions; the same for gateways, sinks and watchers. "
        "Changed only while all of them are stopped and have caught up.",
    ),
    Setting("WUFEI_FIXES_DAYS", "30", _positive, "Days that the bus keeps positions."),
    Setting("WUFEI_LANGUAGE", "zh-hans", str, "Language of a first visit: zh-hans or en."),
    Setting("WUFEI_DEMO", "true", _flag, "Load the invented demo district behind the first page."),
    Setting("WUFEI_DEMO_SEED", "2021", int, "Seed of the demo district's history."),
    Setting(
        "WUFEI_DEMO_MOVEMENTS",
        "0",
        int,
        "Upper limit of demo movements; 0 means the whole history.",
    ),
    Setting(
        "WUFEI_SIMULATE",
        "true",
        _flag,
        "Let the demo district's people and vehicles work while you watch (with WUFEI_DEMO).",
    ),
    Setting(
        "WUFEI_SIMULATE_SPEED",
        "1",
        _speed,
        "How many times faster than in life they work and drive, 0.1 to 100.",
    ),
    Setting(
        "WUFEI_SIMULATE_VEHICLES", "40", _positive, "How many of the district's vehicles drive."
    ),
    Setting(
        "WUFEI_SIMULATE_MISHAPS",
        "0.12",
        _share,
        "Share of simulated trips on which something goes wrong (0 to 1): a detour, a long stop, "
        "missing mass, a wrong clock, a damaged frame.",
    ),
    Setting("WUFEI_UPLOAD_MB_MAX", "20", int, "Largest uploaded file, in megabytes."),
    Setting("WUFEI_IMPORT_ROWS_MAX", "200000", int, "Most rows of one imported table."),
    Setting(
        "WUFEI_EXPORT_DAYS",
        "7",
        _positive,
        "Days that a file which the worker has written for somebody is kept for them.",
    ),
    Setting(
        "WUFEI_LOAD_T_MAX",
        "100",
        int,
        "Largest mass of one load on the road, in tonnes; more is taken for a mistaken unit.",
    ),
    Setting(
        "WUFEI_AUTHORITY_NUMBERS",
        "",
        _giving,
        "For which manifests Wufei is the authority that gives their numbers, separated by commas: "
        "template:region:from[:until], such as hazardous:3715:2027-01-01. The region is the code "
        "of where the load begins, or of one above it, and may be empty. Empty: for none, numbers "
        "come from the authority.",
    ),
    Setting(
        "WUFEI_MOVEMENT_T_MAX",
        "200000",
        int,
        "Largest mass of any one movement, in tonnes; more is taken for a mistaken unit.",
    ),
    Setting(
        "WUFEI_STORAGE_DAYS_NOTICE",
        "365",
        int,
        "Days after which stored hazardous waste is shown as too long; 0 never. The year is a "
        "deadline of the law for those who collect, store, recover or dispose of it as a "
        "business (Solid Waste Law, article 81); for producers it is a reminder.",
    ),
    Setting(
        "WUFEI_MEDICAL_STORAGE_DAYS_MAX",
        "2",
        int,
        "Days that medical waste may stand (Regulation on medical waste, article 17); 0 never.",
    ),
    Setting(
        "WUFEI_EXEMPTION_DAYS_MAX",
        "180",
        int,
        "Days after a batch's test report was made for which an exemption may be claimed on it; 0 "
        "without end. No national figure was at hand: set what the place asks for.",
    ),
    Setting(
        "WUFEI_LABEL_CODE",
        "2023-07-01 producer:18 waste:8 day:8 serial:3",
        _code_form,
        "Segments of the digital code on labels of hazardous waste, with the day from which they "
        "are given; several with ; between. HJ 1276-2022 says 37 places in four parts; how long "
        "each is, is our reckoning: check it against the standard.",
    ),
    Setting(
        "WUFEI_AGRICULTURAL_COEFFICIENTS",
        "",
        _table,
        "CSV file with the place's own coefficients of manure, straw, carcasses and farm scale, in "
        "the columns of what is shipped (domains/agricultural/data/coefficients.csv). What is not "
        "in it keeps the shipped values, which are from memory (grade C).",
    ),
    Setting(
        "WUFEI_ASSESSMENT_ITEMS",
        "",
        str,
        "File with the items of the assessment of standardised management of hazardous waste, in "
        "the columns of the shipped one (domains/hazardous/data/assessment.csv), whose wording is "
        "our own. Empty: the shipped ones.",
    ),
    Setting(
        "WUFEI_BATTERY_CODE",
        "[0-9A-Z]{24}",
        _pattern,
        "What the national code of a traction battery looks like, as a regular expression for the "
        "whole of it. GB/T 34014-2017 says 24 characters; which ones is from memory: check it "
        "against the standard. A code that looks otherwise asks for a reason.",
    ),
    Setting(
        "WUFEI_HOUSEHOLD_RANGES",
        "",
        str,
        "File with what is usual at plants and works of household waste, in the columns of the "
        "shipped one (domains/household/data/plausible.csv), whose figures are from memory. A line "
        "goes before the shipped one with its code.",
    ),
    Setting(
        "WUFEI_LABEL_GROUND",
        "#ff9600",
        _ground,
        "Ground of labels of hazardous waste, orange as commonly known (check it against "
        "HJ 1276-2022); none for label stock that is coloured already.",
    ),
    Setting(
        "WUFEI_CHECK_MINUTES",
        "15",
        _positive,
        "Minutes for which a code that a driver shows lets an inspector look at the manifest.",
    ),
    Setting(
        "WUFEI_LAKE_URL",
        "",
        str,
        "Where tracks are kept: a folder, or the address of an object store (s3://bucket/path; "
        "its keys come from the environment as usual). Empty: WUFEI_HOME/lake.",
    ),
    Setting(
        "WUFEI_TIANDITU_KEY",
        "",
        str,
        "Key of Tianditu (a browser key) for a base map under the maps. Browsers then load its "
        "tiles from tianditu.gov.cn and send the key there.",
    ),
    Setting(
        "WUFEI_PMTILES",
        "",
        str,
        "A PMTiles file with a base map, served by the platform itself: maps without internet.",
    ),
    Setting(
        "WUFEI_PMTILES_DATUM",
        "wgs84",
        _datum,
        "Coordinates of that file: wgs84, or gcj02 for one made from domestic maps.",
    ),
    Setting(
        "WUFEI_EVIDENCE_KEY",
        "",
        str,
        "PEM file with the private key (Ed25519) that signs the daily root of the log of evidence. "
        "Empty: one is made in WUFEI_HOME/secrets at first use. See docs/guide/evidence.md.",
    ),
    Setting(
        "WUFEI_WITNESSES",
        "",
        _words,
        "E-mail addresses outside the house that get every signed root, separated by commas.",
    ),
    Setting(
        "WUFEI_MAIL_URL",
        "",
        _mail,
        "Server for outgoing mail: smtp://user:password@host:port (STARTTLS), smtps:// (TLS from "
        "the first byte) or smtp+plain:// (no TLS, for a relay on the same machine).",
        secret=True,
    ),
    Setting("WUFEI_MAIL_FROM", "wufei@localhost", str, "Sender of outgoing mail."),
    Setting(
        "WUFEI_SMS_SECRET",
        "",
        str,
        "Secret that the SMS gateway signs incoming messages with (HMAC-SHA256). Empty: text "
        "messages sign nothing.",
        secret=True,
    ),
    Setting(
        "WUFEI_SMS_URL",
        "",
        str,
        "Address of the SMS gateway that sends our answers (JSON by POST). Empty: an answer is "
        "only told to whoever delivered the message.",
    ),
    Setting("WUFEI_LOG_JSON", "false", _flag, "Write the log as JSON lines."),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def get(name: str) -> Any:
    """The setting's value; raises ``BadSetting`` with a message that says what to write."""
    return _BY_NAME[name].value()


def check_all() -> None:
    """Read every setting once, so that a wrong one is told before anything starts."""
    problems = []
    for setting in SETTINGS:
        try:
            setting.value()
        except BadSetting as error:
            problems.append(str(error))
    if problems:
        raise BadSetting("\n".join(problems))


def text(name: str) -> str:
    return str(get(name))


def number(name: str) -> int:
    return int(get(name))


def flag(name: str) -> bool:
    return bool(get(name))


def reached(host: str) -> str:
    """How we reach ourselves, of an address that we listen on; "0.0.0.0" is every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def home() -> Path:
    """Folder of all data (``WUFEI_HOME``)."""
    folder = get("WUFEI_HOME")
    assert isinstance(folder, Path)
    return folder
