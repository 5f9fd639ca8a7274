# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, SSH key and package signatures of the lab. What hosts must trust is made once per cache."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import ipaddress
import pathlib
import tempfile
import time
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import names
from .base import cache_directory, command, lock

SIGNERS = {"good": "CloudWatch agent lab <lab@example.com>", "bad": "Somebody else <somebody@example.com>"}
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
DAY = datetime.timedelta(days=1)


def _write_private(path: pathlib.Path, text: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(text)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def authority() -> tuple[pathlib.Path, pathlib.Path]:
    """Return certificate and key of the lab's authority (PEM files in the cache), made at first use."""
    directory = cache_directory() / "authority"
    certificate, private = directory / "ca.pem", directory / "ca.key"
    with lock(cache_directory() / "authority.lock"):
        if not certificate.exists():
            directory.mkdir(exist_ok=True)
            key = ec.generate_private_key(ec.SECP256R1())
            now = datetime.datetime.now(datetime.timezone.utc)
            name = _name("CloudWatch agent lab CA")
            builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            builder = builder.not_valid_before(now - DAY).not_valid_after(now + 3650 * DAY)
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            builder = builder.add_extension(x509.KeyUsage(**dict.fromkeys(USAGES, False) | {"key_cert_sign": True}), critical=True)
            _write_private(private, _pem(key))
            certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return certificate, private


def issue_certificate(target: pathlib.Path) -> None:
    """Write a server certificate, chain and key into one PEM file, for AWS's names inside the hosts and localhost outside."""
    certificate, private = authority()
    issuer = x509.load_pem_x509_certificate(certificate.read_bytes())
    issuer_key = serialization.load_pem_private_key(private.read_bytes(), None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.timezone.utc)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in ["localhost", *names.host_names()]]
    alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", names.SERVICE_ADDRESS)]
    builder = x509.CertificateBuilder(issuer.subject, _name("localhost"), key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - DAY).not_valid_after(now + 365 * DAY)
    builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    chain = builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + certificate.read_bytes()
    _write_private(target, chain + _pem(key))


def ssh_key() -> pathlib.Path:
    """Return the private SSH key that every lab host knows (its public half lies beside it)."""
    path = cache_directory() / "ssh" / "id_ed25519"
    with lock(cache_directory() / "ssh.lock"):
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            command(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "cw-agent-lab", "-f", path])
    return path


@contextlib.contextmanager
def gnupg(secret: pathlib.Path | None = None) -> Iterator[str]:
    """Provide a GnuPG home of its own: short (its agent's socket), and without an agent left behind."""
    with tempfile.TemporaryDirectory(prefix="cwlab-gpg-", dir="/tmp") as home:
        try:
            if secret:
                command(["gpg", "--batch", "--quiet", "--import", secret], GNUPGHOME=home)
            yield home
        finally:
            command(["gpgconf", "--kill", "all"], check=False, GNUPGHOME=home)
            # Its agent takes its sockets away when it ends, which it does not wait for.
            end = time.monotonic() + 10
            while any(pathlib.Path(home).glob("S.*")) and time.monotonic() < end:
                time.sleep(0.02)


def signing_key(signer: str) -> tuple[pathlib.Path, str]:
    """Return the directory with `secret.asc` and `public.gpg` (armored, as AWS serves its own) of a signer, and the fingerprint."""
    directory = cache_directory() / "signing" / signer
    with lock(cache_directory() / "signing.lock"):
        if not (directory / "fingerprint").exists():
            directory.mkdir(parents=True, exist_ok=True)
            with gnupg() as home:
                gpg = ["gpg", "--batch", "--quiet"]
                command([*gpg, "--passphrase", "", "--quick-generate-key", SIGNERS[signer], "rsa2048", "sign", "never"], GNUPGHOME=home)
                listing = command([*gpg, "--with-colons", "--list-keys"], GNUPGHOME=home)
                _write_private(directory / "secret.asc", command([*gpg, "--armor", "--export-secret-keys"], GNUPGHOME=home).encode())
                (directory / "public.gpg").write_text(command([*gpg, "--armor", "--export"], GNUPGHOME=home))
            fingerprint = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr:"))
            (directory / "fingerprint").write_text(fingerprint + "\n")
    return directory, (directory / "fingerprint").read_text().strip()


def signature(package: pathlib.Path, signer: str) -> pathlib.Path:
    """Return the detached binary signature of a package by a signer, made once for each content."""
    directory, fingerprint = signing_key(signer)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    path = cache_directory() / "signatures" / f"{digest}-{fingerprint[-16:]}.sig"
    with lock(cache_directory() / "signatures.lock"):
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            unfinished = path.with_suffix(".new")
            with gnupg(directory / "secret.asc") as home:
                command(["gpg", "--batch", "--yes", "--quiet", "--detach-sign", "--output", unfinished, package], GNUPGHOME=home)
            unfinished.rename(path)
    return path
