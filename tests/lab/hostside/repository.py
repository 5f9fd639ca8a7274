# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A repository for dnf with the agent stand-in in it, as Amazon Linux has one: named by version and release, signed in the packages."""

from __future__ import annotations

import pathlib

from .base import LAB_TREE, command
from .keys import gnupg, signing_key

RELEASE = "1.amzn2023"


def build(directory: pathlib.Path, builds: list[str], signer: str) -> None:
    """Make the repository in a directory, from packages of these builds with the signature of ``signer`` ("good", "bad")."""
    directory.mkdir(parents=True, exist_ok=True)
    packages = [command([LAB_TREE / "agent" / "build", "rpm", directory, "--build", one, "--release", RELEASE]).strip() for one in builds]
    key, fingerprint = signing_key(signer)
    with gnupg(key / "secret.asc") as home:
        command(
            ["rpmsign", "--define", f"_gpg_name {fingerprint}", "--define", "__gpg /usr/bin/gpg", "--addsign", *packages], GNUPGHOME=home
        )
    command(["createrepo_c", "--quiet", directory])
