# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts' images: releases of Debian with systemd and sshd, and a Debian that Ansible takes for Amazon Linux 2023.

An image is named by its recipe and the release below it, as in "debian-bookworm".
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import tempfile

from . import names
from .base import LAB_TREE, LabError, cache_directory, command, lock, podman, say
from .keys import authority, ssh_key

# Debian 11, 12 and 13: Python 3.9, 3.11 and 3.13.
SUITES = ("bullseye", "bookworm", "trixie")
DEFAULT_SUITE = "bookworm"
COMMON = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "python3",
    "sudo",
    "iproute2",
    "iputils-ping",
    "openssh-server",
    "ca-certificates",
    "procps",
    "curl",
    "gnupg",
    # Clocks that go wrong and time zones are what tests of timestamps are about.
    "libfaketime",
    "tzdata",
    # Who may read a log, and what happens to that when it is rotated.
    "acl",
    "logrotate",
)
PACKAGES = {"debian": (*COMMON, "python3-apt"), "amazon": (*COMMON, "dnf", "rpm", "python3-dnf", "rpm2cpio", "cpio")}
INSTALLABLE = {"debian": ("apache2", "rsyslog"), "amazon": ()}
"""What hosts can install with apt, out of a repository of their own."""
REPOSITORY = "/usr/share/lab-packages"
EXCLUDED = ("man", "locale", "doc")


def suite_of_new_hosts() -> str:
    """Return the release of Debian that LAB_DEBIAN asks for, or the default."""
    suite = os.environ.get("LAB_DEBIAN") or DEFAULT_SUITE
    if suite not in SUITES:
        raise LabError(f"LAB_DEBIAN is {suite!r}: the lab has {', '.join(SUITES)}")
    return suite


def name(recipe: str, suite: str) -> str:
    """Return the image's name; the Amazon Linux stand-in stands on one release, whichever is asked for."""
    return f"{recipe}-{suite if recipe == 'debian' else DEFAULT_SUITE}"


def _inputs(recipe: str) -> dict[str, bytes]:
    """Return the files that the recipe reads inside the new system."""
    return {
        "packages.sh": (LAB_TREE / "images" / "packages.sh").read_bytes(),
        "base.sh": (LAB_TREE / "images" / "base.sh").read_bytes(),
        "amazon.sh": (LAB_TREE / "images" / "amazon.sh").read_bytes() if recipe == "amazon" else b"",
        "ca.crt": authority()[0].read_bytes(),
        "module_code.py": (LAB_TREE.parent / "support" / "module_code.py").read_bytes(),
        "authorized_keys": ssh_key().with_suffix(".pub").read_bytes(),
        "hosts": names.hosts_file().encode(),
    }


def reference(image: str) -> str:
    """Return the image's reference, with a tag that stands for everything that goes into it."""
    recipe, suite = image.split("-")
    digest = hashlib.sha256(repr((suite, PACKAGES[recipe], INSTALLABLE[recipe], EXCLUDED, sorted(_inputs(recipe).items()))).encode())
    return f"localhost/cw-agent-lab-{image}:{digest.hexdigest()[:12]}"


def _build(image: str, target: str) -> None:
    recipe, suite = image.split("-")
    with tempfile.TemporaryDirectory(prefix="cw-agent-lab-image-", dir="/var/tmp") as directory:
        scratch = pathlib.Path(directory)
        scratch.chmod(0o755)
        for file, content in _inputs(recipe).items():
            (scratch / file).write_bytes(content)
        # Scripts run inside the new system: nothing of the machine's own leaks into them.
        scripts = " && ".join(f"chroot $1 /bin/sh /lab/{name}.sh" for name in ("packages", "base", "amazon"))
        download = f"-y -q --download-only --no-install-recommends -o Dir::Cache::archives=$1{REPOSITORY} {' '.join(INSTALLABLE[recipe])}"
        arguments = ["mmdebstrap", "--variant=minbase", "--quiet", f"--include={','.join(PACKAGES[recipe])}"]
        arguments += [f"--dpkgopt=path-exclude=/usr/share/{tree}/*" for tree in EXCLUDED]
        arguments.append(
            f'--customize-hook=mkdir -p $1{REPOSITORY}/partial && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get install {download}'
        )
        hook = f"mkdir $1/lab && cp -r {scratch}/. $1/lab && {scripts} && rm -r $1/lab"
        command([*arguments, f"--customize-hook={hook}", suite, str(scratch / "root.tar")], timeout=1800)
        changes = ('CMD ["/sbin/init"]', "STOPSIGNAL SIGRTMIN+3")
        podman("import", "--quiet", *(f"--change={change}" for change in changes), str(scratch / "root.tar"), target, timeout=600)


def ensure_image(image: str) -> str:
    """Return the reference of an image, built at first use."""
    target = reference(image)
    with lock(cache_directory() / f"image-{image}.lock", f"another lab builds image {image}, waiting for it"):
        if _exists(target):
            return target
        say(f"building image {image} (once, ~60 s)…")
        _build(image, target)
        say(f"image {image} is ready")
    return target


def _exists(target: str) -> bool:
    return shutil.which("podman") is not None and target in podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()
