# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a file was signed by the one key that is trusted. Every doubt is a refusal."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re

from .errors import HostError
from .system import Host

_ARMOR = re.compile(rb"-----BEGIN PGP PUBLIC KEY BLOCK-----(.*?)-----END PGP PUBLIC KEY BLOCK-----", re.DOTALL)
_PUBLIC_KEY = 6


def fingerprint(text: str) -> str:
    """40 upper-case hexadecimal digits, however they were grouped.

    Raises:
        HostError: it is no whole fingerprint.
    """
    digits = re.sub(r"\s|^0x", "", text).upper()
    if not re.fullmatch(r"[0-9A-F]{40}", digits):
        raise HostError(f"the signing fingerprint {text!r} is not 40 hexadecimal digits: give the whole fingerprint of the key")
    return digits


def binary_key(data: bytes) -> bytes:
    """A public key file without its ASCII armor (RFC 4880, 6.2).

    Raises:
        HostError: the armor is not readable.
    """
    blocks = _ARMOR.findall(data)
    if not blocks:
        return data
    result = b""
    for block in blocks:
        body = block.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
        lines = [line for line in body.split(b"\n") if line and not line.startswith(b"=")]
        try:
            result += base64.b64decode(b"".join(lines), validate=True)
        except binascii.Error as error:
            raise HostError(f"the signing key is not readable: {error}") from error
    return result


def _length(data: bytes, at: int, new: bool, kind: int) -> tuple[int, int]:
    """Length of a packet's body and where it begins (RFC 4880, 4.2)."""
    if not new:
        size = 1 << kind
        return int.from_bytes(data[at : at + size], "big"), at + size
    first = data[at]
    if first < 192:
        return first, at + 1
    if first < 224:
        return ((first - 192) << 8) + data[at + 1] + 192, at + 2
    return int.from_bytes(data[at + 1 : at + 5], "big"), at + 5


def key_fingerprints(data: bytes) -> list[str]:
    """The fingerprints of the primary keys in a binary key file (version 4: RFC 4880, 12.2)."""
    found, at = [], 0
    try:
        while at < len(data):
            head = data[at]
            new = bool(head & 0x40)
            tag = head & 0x3F if new else (head >> 2) & 0x0F
            length, begin = _length(data, at + 1, new, head & 0x03)
            body = data[begin : begin + length]
            if not head & 0x80 or len(body) != length:
                return []
            if tag == _PUBLIC_KEY and body[0] == 4:
                # The algorithm is the standard's name for a key, not what the trust rests on.
                found.append(hashlib.sha1(b"\x99" + length.to_bytes(2, "big") + body).hexdigest().upper())  # noqa: S324
            at = begin + length
    except IndexError:
        return []
    return found


def require_key(data: bytes, pinned: str, origin: str) -> bytes:
    """The binary key, when it is the pinned one.

    Raises:
        HostError: it is another key, or no key at all.
    """
    key = binary_key(data)
    found = key_fingerprints(key)
    if fingerprint(pinned) not in found:
        raise HostError(
            f"the signing key from {origin} has the fingerprint {', '.join(found) or 'of no key at all'}, pinned is {fingerprint(pinned)}: "
            "nothing was changed; find out who replaced the key before you change cw_agent_signing_fingerprint"
        )
    return key


def _verifier(host: Host, keyring: str) -> list[str]:
    if host.run(["gpgv", "--version"]).rc == 0:
        return ["gpgv", "--status-fd", "1", "--keyring", keyring]
    if host.run(["gpg", "--version"]).rc == 0:
        home = os.path.dirname(keyring)
        options = ["--batch", "--no-default-keyring", "--keyring", keyring, "--trust-model", "always", "--status-fd", "1"]
        return ["gpg", "--homedir", home, *options, "--verify"]
    raise HostError("neither gpgv nor gpg is on the host: install one of them (package gpgv or gnupg2); nothing was changed")


def require_signature(host: Host, file: str, detached: str, keyring: str, pinned: str) -> None:
    """Refuse ``file`` unless ``detached`` is its good signature by the pinned key. ``keyring``: path of the binary key."""
    answer = host.run([*_verifier(host, keyring), detached, file], timeout=120)
    status = [line.split()[1:] for line in answer.out.splitlines() if line.startswith("[GNUPG:] ")]
    signers = [words[-1].upper() for words in status if words and words[0] == "VALIDSIG"]
    good = any(words and words[0] == "GOODSIG" for words in status)
    if answer.rc == 0 and good and signers and set(signers) == {fingerprint(pinned)}:
        return
    reasons = ("BADSIG", "ERRSIG", "EXPKEYSIG", "REVKEYSIG", "EXPSIG", "NO_PUBKEY")
    why = " ".join(" ".join(words) for words in status if words and words[0] in reasons)
    raise HostError(
        f"{os.path.basename(file)} has no good signature by {fingerprint(pinned)} ({why or answer.err.strip()[-200:] or 'none found'}): "
        "nothing was changed; the mirror may hold an unfinished or a forged package"
    )
