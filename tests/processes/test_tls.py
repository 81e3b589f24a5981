"""The web server over HTTPS, as phones need it, and what the doctor says of its certificate."""

import http.cookiejar
import os
import re
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.processes.conftest import Platform, _free_port, until

from wufei.cli.checks import installed
from wufei.cli.checks.result import State


def certificate(folder: Path, *names: str, days: int = 90) -> dict[str, str]:
    """A certificate that signs itself, and its key, as settings."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    others = [x509.IPAddress(ip_address("127.0.0.1")), *map(x509.DNSName, names)]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=200))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return {
        "WUFEI_TLS_CERT": str(folder / "cert.pem"),
        "WUFEI_TLS_KEY": str(folder / "key.pem"),
    }


@pytest.mark.parametrize("secure", ["false", "true"])
def test_the_web_server_speaks_https(committed, tmp_path, secure):
    """``WUFEI_SECURE`` besides: browsers are told to come by HTTPS only, and led in no circle."""
    port = _free_port()
    settings = certificate(tmp_path) | {
        "WUFEI_PORT": str(port),
        "WUFEI_DATABASE_NAME": committed,
        "WUFEI_DEMO": "false",
        "WUFEI_SECURE": secure,
    }
    environment = os.environ | settings
    subprocess.run(
        [sys.executable, "-m", "wufei.cli", "assets"],
        env=environment,
        check=True,
        capture_output=True,
    )
    trusting = ssl.create_default_context(cafile=settings["WUFEI_TLS_CERT"])
    server = subprocess.Popen([sys.executable, "-m", "wufei.cli", "serve"], env=environment)
    site = f"https://127.0.0.1:{port}"
    try:
        assert "</html>" in _page(f"{site}/accounts/login/", trusting, server)
        _cookies_and_forms_keep_to_https(site, trusting)
        with urllib.request.urlopen(
            f"{site}/accounts/login/", timeout=30, context=trusting
        ) as page:
            assert ("Strict-Transport-Security" in page.headers) == (secure == "true")
    finally:
        server.terminate()
        server.wait(20)


def _cookies_and_forms_keep_to_https(site, trusting):
    """A form of this origin passes, one of another does not; no cookie goes without HTTPS."""
    jar = http.cookiejar.CookieJar()
    handlers = (
        urllib.request.HTTPSHandler(context=trusting),
        urllib.request.HTTPCookieProcessor(jar),
    )
    opener = urllib.request.build_opener(*handlers)
    page = opener.open(f"{site}/accounts/login/", timeout=30).read().decode()
    assert [cookie.name for cookie in jar if not cookie.secure] == []
    assert [cookie.name for cookie in jar if "csrf" in cookie.name]
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    told = {"csrfmiddlewaretoken": found[1], "login": "nobody", "password": "wrong"}
    data = urllib.parse.urlencode(told).encode()

    def post(origin):
        headers = {"Origin": origin, "Referer": f"{origin}/accounts/login/"}
        asked = urllib.request.Request(f"{site}/accounts/login/", data, headers)
        try:
            return opener.open(asked, timeout=30).status
        except urllib.error.HTTPError as error:
            return error.code

    assert post(site) != 403
    assert post("https://elsewhere.example") == 403


@pytest.mark.parametrize("command", ["up", "serve"])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda files: files["key"].unlink(), "No such file"),
        (lambda files: files["key"].write_text("no key"), "not PKCS #8"),
        (lambda files: files["cert"].write_text("no certificate"), "must be PEM and a pair"),
        (lambda files: _another_key(files["key"]), "must be PEM and a pair"),
    ],
)
def test_what_cannot_speak_https_does_not_start_and_says_why(tmp_path, command, spoil, said):
    settings = certificate(tmp_path)
    spoil({"key": tmp_path / "key.pem", "cert": tmp_path / "cert.pem"})
    environment = os.environ | settings | {"WUFEI_HOME": str(tmp_path / "home")}
    ended = subprocess.run(
        [sys.executable, "-m", "wufei.cli", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode != 0
    assert "HTTPS cannot start" in ended.stderr + ended.stdout
    assert said in " ".join((ended.stderr + ended.stdout).split())
    assert "Traceback" not in ended.stderr


def _another_key(path):
    other = path.parent / "other"
    other.mkdir()
    certificate(other)
    path.write_bytes((other / "key.pem").read_bytes())


def test_the_whole_platform_starts_with_https(tmp_path):
    """`wufei up` waits for its own web server over HTTPS, and tells that address."""
    platform = Platform(tmp_path)
    platform.environment |= certificate(tmp_path)
    try:
        platform.start()
        ready = f"https://localhost:{platform.port}/"
        until(lambda: ready in platform.output.read_text())
        assert platform.stop() == 0
    finally:
        if platform.process and platform.process.poll() is None:
            platform.stop()
        platform.destroy()


def _page(url, context, server):
    for _attempt in range(600):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=5, context=context) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


@pytest.mark.parametrize(
    ("names", "days", "hosts", "state", "said"),
    [
        (("waste.example",), 90, "waste.example,127.0.0.1", State.OK, "valid until"),
        (("*.example",), 90, "waste.example", State.OK, "valid until"),
        (("other.example",), 90, "waste.example", State.WARNING, "does not name waste.example"),
        (("waste.example",), 5, "waste.example", State.WARNING, "valid until"),
        (("waste.example",), -5, "waste.example", State.FAILURE, "valid until"),
    ],
)
def test_the_doctor_looks_at_the_certificate(
    tmp_path, monkeypatch, names, days, hosts, state, said
):
    for name, value in certificate(tmp_path, *names, days=days).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WUFEI_ALLOWED_HOSTS", hosts)
    found = installed.tls()
    assert found.state is state
    assert said in found.found


def test_the_doctor_says_that_phones_need_https(monkeypatch):
    for name in ("WUFEI_TLS_CERT", "WUFEI_TLS_KEY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("WUFEI_SECURE", "false")
    found = installed.tls()
    assert found.state is State.WARNING
    assert "phones" in found.do
