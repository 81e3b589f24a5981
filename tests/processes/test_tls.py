"""The web server over HTTPS, as phones need it, and what the doctor says of its certificate."""

import os
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.processes.conftest import _free_port

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


def test_the_web_server_speaks_https(committed, tmp_path):
    port = _free_port()
    settings = certificate(tmp_path) | {
        "WUFEI_PORT": str(port),
        "WUFEI_DATABASE_NAME": committed,
        "WUFEI_DEMO": "false",
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
    try:
        assert "</html>" in _page(f"https://127.0.0.1:{port}/accounts/login/", trusting, server)
    finally:
        server.terminate()
        server.wait(20)


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
