# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the stand-ins' packages are built: the same sources and build string give the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import NamedTuple

EPOCH = 1767225600  # 2026-01-01, the time of every file in the package


class Recipe(NamedTuple):
    """A package: its name, the directory of its metadata and scripts, build string, the rpm's release, the deb's conffiles."""

    name: str
    folder: str
    build: str
    release: str = "1"
    conffiles: str = ""


def copy(source: str, target: str, mode: int) -> None:
    """Copy a file with a mode of its own."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)
    os.chmod(target, mode)


def write(path: str, text: str, mode: int = 0o644) -> None:
    """Write a text file with a mode of its own."""
    with open(path, "w", encoding="utf-8") as handle:
        handle.write(text)
    os.chmod(path, mode)


def normalise(root: str) -> None:
    """Give every file the same time, and modes that do not depend on the checkout."""
    for folder, folders, names in os.walk(root):
        for path in [folder, *(os.path.join(folder, name) for name in folders + names)]:
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.path.isdir(path) or (os.access(path, os.X_OK) and "/bin/" in path) else 0o644)
            os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)


def run(command: list[str]) -> None:
    """Run a builder; its output matters only when it fails."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}")


def deb(root: str, output: str, recipe: Recipe) -> str:
    """Build the deb; return its path."""
    control = os.path.join(root, "DEBIAN")
    os.makedirs(control)
    for script in ("preinst", "postinst", "prerm"):
        if os.path.exists(os.path.join(recipe.folder, script)):
            copy(os.path.join(recipe.folder, script), os.path.join(control, script), 0o755)
    write(os.path.join(control, "conffiles"), recipe.conffiles)
    with open(os.path.join(recipe.folder, "control.in"), encoding="utf-8") as handle:
        write(os.path.join(control, "control"), handle.read().replace("@BUILD@", recipe.build))
    for name in ("", *os.listdir(control)):
        os.utime(os.path.join(control, name), (EPOCH, EPOCH))
    os.utime(root, (EPOCH, EPOCH))
    path = os.path.join(output, f"{recipe.name}-{recipe.build}.deb")
    run(["dpkg-deb", "--build", "--root-owner-group", "-Zgzip", root, path])
    return path


def rpm(root: str, work: str, output: str, recipe: Recipe) -> str:
    """Build the rpm; return its path."""
    texts = {}
    for name in ("spec.in", "preinst"):
        path = os.path.join(recipe.folder, name)
        texts[name] = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as handle:
                texts[name] = handle.read()
    spec, version = texts["spec.in"], recipe.build.replace("-", "+")
    for word, value in (("@VERSION@", version), ("@RELEASE@", recipe.release), ("@ROOT@", root), ("@PREINST@", texts["preinst"])):
        spec = spec.replace(word, value)
    write(os.path.join(work, "agent.spec"), spec)
    defines = {
        "_topdir": work,
        "_rpmdir": work,
        "_dbpath": os.path.join(work, "db"),
        "_buildhost": "localhost",
        "_binary_payload": "w6.gzdio",
        "use_source_date_epoch_as_buildtime": "1",
        "clamp_mtime_to_source_date_epoch": "1",
        "__os_install_post": "%{nil}",
        "_build_id_links": "none",
    }
    flags = [word for key, value in defines.items() for word in ("--define", f"{key} {value}")]
    run(["rpmbuild", "-bb", "--quiet", *flags, os.path.join(work, "agent.spec")])
    path = os.path.join(output, f"{recipe.name}-{recipe.build}.rpm")
    shutil.move(os.path.join(work, "noarch", f"{recipe.name}-{version}-{recipe.release}.noarch.rpm"), path)
    return path
