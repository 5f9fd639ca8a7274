# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror of agent packages: S3's path scheme, detached signatures, the signing key.

<platform>/<arch>/<latest|BUILD>/amazon-cloudwatch-agent.<deb|rpm> and `.sig`, info/latest/CWAGENT_VERSION,
assets/amazon-cloudwatch-agent.gpg; under bad-signature/ the same, signed with a key that nobody should trust; under private/ the good ones
again, for those who have the password.
"""

from __future__ import annotations

import base64
import email.utils
import hashlib
import os
import pathlib
import platform
import re
import urllib.parse

from . import http11
from .base import CHECKOUT, LAB_TREE, LabError, cache_directory, command, lock, remove_tree, say
from .keys import signature, signing_key

PLATFORMS = {"deb": ("debian", "ubuntu"), "rpm": ("amazon_linux", "redhat", "centos", "oracle_linux", "suse")}
VARIABLES = {"deb": "LAB_AGENT_PACKAGE", "rpm": "LAB_AGENT_PACKAGE_RPM"}
NAME = "amazon-cloudwatch-agent"
PRIVATE, PASSWORD = "private/", "mirror:lab-mirror-word"
DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message>'
    b"<RequestId>LAB0000000000000</RequestId></Error>"
)


def architecture() -> str:
    """Return this machine's architecture as the mirror's paths spell it."""
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def _digest(trees: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for tree in trees for path in (LAB_TREE / tree).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(LAB_TREE)} {path.stat().st_mode & 0o111}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def stand_in(kind: str, build: str = "") -> pathlib.Path:
    """Return the stand-in's package of a kind (deb, rpm), of its own build or a given one; made once for each state of its sources."""
    return built(("agent",), kind, build)


def built(trees: tuple[str, ...], kind: str, build: str = "") -> pathlib.Path:
    """Return the package that the builder of the first tree makes of all of them; made once for each state of these sources."""
    builder = LAB_TREE / trees[0] / "build"
    if not builder.exists():
        raise LabError(f"the stand-in's package builder is missing: {builder.relative_to(CHECKOUT)}")
    room = cache_directory() / "packages" / _digest(trees) / (build or "own") / kind
    with lock(cache_directory() / f"package-{trees[0]}-{kind}.lock"):
        if not (found := sorted(room.glob(f"*.{kind}"))):
            say(f"building the {trees[0]} stand-in's {kind} package{' ' + build if build else ''}…")
            unfinished = room.with_name(kind + ".new")
            remove_tree(unfinished)
            unfinished.mkdir(parents=True)
            command([builder, kind, unfinished, *(["--build", build] if build else [])])
            remove_tree(room)
            unfinished.rename(room)
            found = sorted(room.glob(f"*.{kind}"))
    if not found:
        raise LabError(f"the package builder made no {kind} in {room}")
    return found[0]


def build_of(package: pathlib.Path) -> str:
    """Return the build string that a package carries: the deb's version without its revision, the rpm's version."""
    if package.suffix == ".deb":
        return command(["dpkg-deb", "--field", package, "Version"]).strip().rpartition("-")[0]
    return command(["rpm", "--nosignature", "-qp", "--queryformat", "%{VERSION}", package]).strip().replace("+", "-")


def newer(build: str) -> str:
    """Return a build string that package managers take for newer."""
    match = re.search(r"\d+$", build)
    if not match:
        raise LabError(f"build {build!r} does not end in a number: no newer one can be named")
    return build[: match.start()] + str(int(match.group()) + 1)


def packages() -> dict[str, tuple[pathlib.Path, bool]]:
    """Return the package of each kind that the mirror serves as latest, and whether it is the stand-in.

    A stand-in beside a given package of the other kind takes that one's build string: the mirror knows one latest build.
    """
    given: dict[str, pathlib.Path] = {}
    for kind, variable in VARIABLES.items():
        if value := os.environ.get(variable):
            given[kind] = pathlib.Path(value).resolve()
            if given[kind].suffix != f".{kind}" or not given[kind].is_file():
                raise LabError(f"{variable} is {value!r}: not a .{kind} file that exists")
    build = build_of(next(iter(given.values()))) if len(given) == 1 else ""
    return {kind: (given[kind], False) if kind in given else (stand_in(kind, build), True) for kind in VARIABLES}


def _place(tree: pathlib.Path, kind: str, folder: str, package: pathlib.Path) -> None:
    for prefix, signer in (("", "good"), ("bad-signature", "bad")):
        for name in PLATFORMS[kind]:
            target = tree / prefix / name / architecture() / folder
            target.mkdir(parents=True)
            (target / f"{NAME}.{kind}").symlink_to(package)
            (target / f"{NAME}.{kind}.sig").symlink_to(signature(package, signer))


def build_tree(tree: pathlib.Path) -> dict[str, str]:
    """Make the mirror's files anew; return packages' paths (deb, rpm), `latest` and `upgrade` (build strings, "" = none), `fingerprint`."""
    served = packages()
    latest = {kind: build_of(package) for kind, (package, own) in served.items()}
    upgrade = newer(latest["deb"])
    unfinished = tree.with_name(tree.name + ".new")
    remove_tree(unfinished)
    for kind, (package, own) in served.items():
        _place(unfinished, kind, "latest", package)
        _place(unfinished, kind, latest[kind], package)
        if own:
            _place(unfinished, kind, upgrade, stand_in(kind, upgrade))
    key, fingerprint = signing_key("good")
    for folder, name, content in (
        ("info/latest", "CWAGENT_VERSION", latest["deb"] + "\n"),
        ("info/latest", "RELEASE_NOTES", ""),
        ("assets", f"{NAME}.gpg", (key / "public.gpg").read_text()),
    ):
        for prefix in ("", "bad-signature"):
            path = unfinished / prefix / folder
            path.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(content)
    remove_tree(tree)
    unfinished.rename(tree)
    places = {kind: str(package) for kind, (package, own) in served.items()}
    return {**places, "latest": latest["deb"], "upgrade": upgrade if served["deb"][1] else "", "fingerprint": fingerprint}


def _locked(name: str, head: http11.Head) -> bool:
    return name.startswith(PRIVATE) and head.get("authorization") != f"Basic {base64.b64encode(PASSWORD.encode()).decode()}"


def answer(tree: pathlib.Path, method: str, target: str, head: http11.Head) -> bytes:
    """Return the whole answer to a request for a file, as S3 gives it to somebody who may read but not list."""
    name = urllib.parse.unquote(urllib.parse.urlsplit(target).path).lstrip("/")
    if _locked(name, head):
        return http11.message(("HTTP/1.1", "401", "Unauthorized"), [("WWW-Authenticate", 'Basic realm="mirror"')], b"")
    path = tree / name.removeprefix(PRIVATE)
    if method not in ("GET", "HEAD") or ".." in name.split("/") or not path.is_file():
        body = b"" if method == "HEAD" else DENIED
        return http11.message(("HTTP/1.1", "403", "Forbidden"), [("Content-Type", "application/xml"), ("Server", "AmazonS3")], body)
    content = path.read_bytes()
    tag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
    headers = [
        ("Content-Type", "binary/octet-stream"),
        ("ETag", tag),
        ("Last-Modified", email.utils.formatdate(path.stat().st_mtime, usegmt=True)),
        ("Server", "AmazonS3"),
    ]
    if head.get("if-none-match") == tag:
        return http11.message(("HTTP/1.1", "304", "Not Modified"), headers, b"", length=False)
    if method == "HEAD":
        return http11.message(("HTTP/1.1", "200", "OK"), [*headers, ("Content-Length", str(len(content)))], b"", length=False)
    return http11.message(("HTTP/1.1", "200", "OK"), headers, content)
