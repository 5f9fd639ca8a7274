# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts' images: Debian with systemd and sshd, and a Debian that Ansible takes for Amazon Linux 2023."""

from __future__ import annotations

import hashlib
import pathlib
import shutil
import tempfile

from . import names
from .base import LAB_TREE, cache_directory, command, lock, podman, say
from .keys import authority, ssh_key

SUITE = "bookworm"
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
)
PACKAGES = {"debian": (*COMMON, "python3-apt"), "amazon": (*COMMON, "dnf", "rpm", "python3-dnf")}
EXCLUDED = ("man", "locale", "doc")


def _inputs(image: str) -> dict[str, bytes]:
    """Return the files that the recipe reads inside the new system."""
    return {
        "base.sh": (LAB_TREE / "images" / "base.sh").read_bytes(),
        "amazon.sh": (LAB_TREE / "images" / "amazon.sh").read_bytes() if image == "amazon" else b"",
        "ca.crt": authority()[0].read_bytes(),
        "authorized_keys": ssh_key().with_suffix(".pub").read_bytes(),
        "hosts": names.hosts_file().encode(),
    }


def reference(image: str) -> str:
    """Return the image's name with a tag that stands for everything that goes into it."""
    digest = hashlib.sha256(repr((SUITE, PACKAGES[image], EXCLUDED, sorted(_inputs(image).items()))).encode())
    return f"localhost/cw-agent-lab-{image}:{digest.hexdigest()[:12]}"


def _build(image: str, target: str) -> None:
    with tempfile.TemporaryDirectory(prefix="cw-agent-lab-image-", dir="/var/tmp") as directory:
        room = pathlib.Path(directory)
        room.chmod(0o755)
        for name, content in _inputs(image).items():
            (room / name).write_bytes(content)
        # Scripts run inside the new system: nothing of the machine's own leaks into them.
        scripts = "chroot $1 /bin/sh /lab/base.sh && chroot $1 /bin/sh /lab/amazon.sh"
        arguments = ["mmdebstrap", "--variant=minbase", "--quiet", f"--include={','.join(PACKAGES[image])}"]
        arguments += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in EXCLUDED]
        arguments += [f"--customize-hook=mkdir $1/lab && cp -r {room}/. $1/lab && {scripts} && rm -r $1/lab", SUITE, str(room / "root.tar")]
        command(arguments, timeout=1800)
        changes = ('CMD ["/sbin/init"]', "STOPSIGNAL SIGRTMIN+3")
        podman("import", "--quiet", *(f"--change={change}" for change in changes), str(room / "root.tar"), target, timeout=600)


def ensure_image(image: str) -> str:
    """Return the name of an image, built at first use."""
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
