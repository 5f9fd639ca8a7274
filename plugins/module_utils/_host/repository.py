# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's package in the distribution's own repository, which Amazon Linux has: asked for and fetched by dnf or yum.

Such a package is named by its version and release, as in 1.247358.0-1.amzn2023, and verified by the repository's own key.
"""

from __future__ import annotations

import os
import re

from . import package_manager, packages
from .complaints import complaint
from .errors import HostError
from .layout import PACKAGE
from .packages import LATEST
from .system import Host, Result

ASK_SECONDS = 120.0
VARIABLE = "cw_agent_package_repository"
_WITHOUT = f"take {VARIABLE} out for this host, whose packages come from the mirror then"
_SIGNED = re.compile(r"\b(?:signatures|pgp|gpg)\b.* OK$", re.IGNORECASE)


def problem(host: Host) -> str:
    """Why the host has no such repository, '' where it may have one."""
    found = packages.release(host)
    return "" if found.get("ID") == "amzn" else f"{found.get('PRETTY_NAME') or found.get('ID') or 'this system'} is not Amazon Linux"


def require(host: Host) -> None:
    """Refuse a host of a distribution that has no package of the agent."""
    why = problem(host)
    if why:
        what = f"{VARIABLE}: {why}, whose repositories alone have the agent; nothing was changed"
        raise HostError(f"{what}. Hint: {_WITHOUT}")


def conflict(others: dict[str, object]) -> str:
    """That another source of the package is given as well: ``others`` are the variables of such with their values; '' for none."""
    given = [name for name, value in others.items() if value]
    if not given:
        return ""
    return f"{VARIABLE} and {' and '.join(given)} are given together, and a package has one source. Hint: take one of them out."


def recorded(host: Host) -> str:
    """Version and release of the installed package; '' for none."""
    answer = host.run(["rpm", "--query", "--queryformat", "%{VERSION}-%{RELEASE}\\n", PACKAGE])
    versions = answer.out.split() if answer.rc == 0 else []
    return versions[-1] if versions else ""


def is_build(build: str, version: str) -> bool:
    """Whether ``version``, with its release, is the build that is asked for, with or without one."""
    return bool(version) and build in (version, version.rpartition("-")[0])


def order(version: str) -> list[tuple[int, int, str]]:
    """A key by which versions of one distribution sort from old to new."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.findall(r"\d+|[A-Za-z]+", version)]


def _has_dnf(host: Host) -> bool:
    return os.path.exists(host.layout.at("/usr/bin/dnf"))


def _refuse(answer: Result, what: str) -> HostError:
    lines = complaint(answer)
    hint = f"enable the distribution's repository, see to the host's way to it, or {_WITHOUT}"
    return HostError(f"{what}; nothing was changed. Hint: {hint}", lines)


def offered(host: Host) -> list[str]:
    """Version and release of every package that the host's repositories have, from old to new.

    Raises:
        HostError: they have none, or cannot be asked.
    """
    program = ["dnf", "repoquery"] if _has_dnf(host) else ["repoquery"]
    argv = [*program, "--show-duplicates", "--queryformat", "%{version}-%{release}", PACKAGE]
    answer = host.run(argv, timeout=ASK_SECONDS)
    # What is said of a repository that does not answer stands among them.
    found = sorted({line for line in answer.out.split("\n") if re.fullmatch(r"\d[\w.+~]*-[\w.+~]+", line)}, key=order)
    if answer.rc != 0 or not found:
        raise _refuse(answer, f"the host's repositories have no package {PACKAGE}")
    return found


def choose(build: str, found: list[str]) -> str:
    """The package that is asked for, of those that are ``found``; '' and ``latest``: the newest.

    Raises:
        HostError: it is not among them.
    """
    suited = found if build in ("", LATEST) else [version for version in found if is_build(build, version)]
    if not suited:
        raise HostError(
            f"cw_agent_build: {build}: the host's repositories do not have it; nothing was changed. Hint: name one of {', '.join(found)}"
        )
    return suited[-1]


def fetch(host: Host, version: str, present: str, directory: str) -> str:
    """The path of the package of ``version``, in the new ``directory``, with a good signature by a key of the repository.

    ``present``: version and release of what is installed, '' for nothing.

    Raises:
        HostError: it cannot be fetched, or has no good signature.
    """
    os.mkdir(directory)
    verb = "install"
    if present:
        verb = "reinstall" if version == present else "downgrade" if order(version) < order(present) else "upgrade"
    program = "dnf" if _has_dnf(host) else "yum"
    # It imports the repository's key where the host has not had it yet, and refuses a package that is not signed by it.
    argv = [program, "-y", verb, "--downloadonly", f"--downloaddir={directory}", f"{PACKAGE}-{version}"]
    answer = host.run(argv, timeout=package_manager.CHANGE_SECONDS)
    files = [os.path.join(directory, name) for name in os.listdir(directory) if name.startswith(PACKAGE) and name.endswith(".rpm")]
    if answer.rc != 0 or len(files) != 1:
        raise _refuse(answer, f"{program} cannot fetch {PACKAGE}-{version} with a good signature")
    checked = host.run(["rpmkeys", "--checksig", files[0]])
    if checked.rc != 0 or not _SIGNED.search(checked.out.strip()):
        what = f"{PACKAGE}-{version} has no good signature by a key of the host's repositories"
        raise HostError(f"{what}; nothing was changed. Hint: set gpgcheck=1 and gpgkey for the repository", complaint(checked))
    return files[0]
