# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credential profiles, as the AWS SDK keeps them: a credentials file and, beside it, a file ``config`` with the region."""

from __future__ import annotations

import configparser
import contextlib
import datetime
import hashlib
import os
import pwd
import re
import stat
from dataclasses import dataclass, field
from typing import NamedTuple

from . import common_config, safe_files
from .system import Host

DEFAULT_PROFILE = "AmazonCloudWatchAgent"
DEFAULT_FILE = "/etc/amazon-cloudwatch-agent-credentials/credentials"
MODE = 0o600
"""Of a file with keys."""
SSM_PROFILE = "default"
DERIVED = ("credential_process", "role_arn", "credential_source", "web_identity_token_file", "sso_session", "sso_start_url")
"""Settings by which an AWS SDK derives keys. The agent takes the static keys of a profile alone."""

EXPIRES = ("x_security_token_expires", "aws_expiration", "expiration")
"""Where programs that write temporary keys into a profile say until when these are valid. AWS itself has no such setting."""


def roots_file() -> str:
    """Root's credentials file."""
    return os.path.join(pwd.getpwuid(0).pw_dir, ".aws/credentials")


def file_of(name: str, file: str, with_keys: bool) -> str:
    """The credentials file to name in common-config.toml; '' for what is named there. *file*: as given, '' for none."""
    return file or (DEFAULT_FILE if with_keys else roots_file() if name == SSM_PROFILE else "")


@dataclass(frozen=True)
class Keys:
    """An access key. Never shown."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)

    @property
    def digest(self) -> str:
        """sha256 of ``id:secret:token``, in hex: shows whether two keys are the same and nothing else."""
        return hashlib.sha256(f"{self.access_key_id}:{self.secret_access_key}:{self.session_token}".encode()).hexdigest()


class Profile(NamedTuple):
    """A profile as it stands on the host: ``exists`` when it has an access key, ``digest`` of its keys, ``region`` or ''.

    ``derived``: the setting by which a profile without a key gets one otherwise, '' without such a setting.
    ``expires_at``: until when its keys are valid, in seconds since the epoch; None where the file does not say it.
    ``owner``: user id of the file's owner, ``mode``: its permission bits; None where nobody has looked or there is none.
    """

    name: str
    file: str
    exists: bool = False
    digest: str = ""
    region: str = ""
    derived: str = ""
    owner: int | None = None
    mode: int | None = None
    expires_at: float | None = None

    @property
    def of_ssm_agent(self) -> bool:
        """Whether it is the one in which the SSM agent of a hybrid activation keeps its keys: for root alone, new every half hour."""
        return self.name == SSM_PROFILE and self.file.endswith(roots_file())

    @property
    def beside(self) -> str:
        """The file with its region."""
        return os.path.join(os.path.dirname(self.file), "config")


def _sections(path: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="\0")
    try:
        parser.read_string(safe_files.read_text(path))
    except (configparser.Error, OSError):
        parser.clear()
    return parser


def read(name: str, file: str) -> Profile:
    """The profile ``name`` of a credentials file and the region that goes with it."""
    keys_file = _sections(file)
    beside = _sections(Profile(name, file).beside)
    places = ((beside, section(name)), (keys_file, name))
    region = next(filter(None, (parser.get(section, "region", fallback="") for parser, section in places)), "")
    found = _keys(keys_file, name)
    if found:
        said = (keys_file.get(name, key, fallback="") for key in EXPIRES)
        return Profile(name, file, True, found.digest, region, expires_at=next((_moment(text) for text in said if text), None))
    derived = (key for key in DERIVED for parser, section in places if parser.has_option(section, key))
    return Profile(name, file, region=region, derived=next(derived, ""))


def _moment(text: str) -> float | None:
    """Seconds since the epoch of a moment in ISO 8601, in UTC where it names no zone; None for another text."""
    try:
        found = datetime.datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text.strip().replace("Z", "+00:00")))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)).timestamp()


def keys(profile: Profile) -> Keys | None:
    """The keys of a profile, None where it has none or its file cannot be read."""
    return _keys(_sections(profile.file), profile.name)


def _keys(parsed: configparser.ConfigParser, name: str) -> Keys | None:
    parts = [parsed.get(name, key, fallback="") for key in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")]
    return Keys(*parts) if parts[0] else None


def named(host: Host) -> Profile:
    """What common-config.toml names, not looked up; empty where it names nothing."""
    settings = common_config.parse(safe_files.read_text(host.layout.common_config)).get("credentials", {})
    return Profile(settings.get("shared_credential_profile", ""), settings.get("shared_credential_file", ""))


def used(host: Host, name: str = "", file: str = "") -> Profile:
    """The profile that the agent uses where it uses one; ``name`` and ``file``, where given, instead of the host's settings."""
    settings = named(host)
    path = host.layout.at(file or settings.file or roots_file())
    found = read(name or settings.name or DEFAULT_PROFILE, path)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        there = os.lstat(path)
        return found._replace(owner=there.st_uid, mode=stat.S_IMODE(there.st_mode))
    return found


def other_profiles(name: str, file: str) -> list[str]:
    """The profiles of a credentials file beside this one."""
    return [section for section in _sections(file).sections() if section != name]


def keys_text(name: str, keys: Keys) -> str:
    """The credentials file that holds this profile alone."""
    lines = ["# Managed by Ansible", f"[{name}]"]
    lines += [f"aws_access_key_id = {keys.access_key_id}", f"aws_secret_access_key = {keys.secret_access_key}"]
    if keys.session_token:
        lines.append(f"aws_session_token = {keys.session_token}")
    return "\n".join(lines) + "\n"


def section(name: str) -> str:
    """A profile's section in the file ``config``."""
    return name if name == SSM_PROFILE else f"profile {name}"


def region_text(name: str, region: str) -> str:
    """The file ``config`` beside it."""
    return f"# Managed by Ansible\n[{section(name)}]\nregion = {region}\n"


def with_region(text: str, name: str, region: str) -> str:
    """The file ``config`` with the region of a profile that has none there; the rest stays to the letter."""
    header = re.search(rf"^\[{re.escape(section(name))}\][^\n]*\n", text + "\n", re.MULTILINE)
    if not header:
        return f"{text.rstrip()}\n\n[{section(name)}]\nregion = {region}\n" if text.strip() else region_text(name, region)
    return f"{(text + chr(10))[: header.end()]}region = {region}\n{text[header.end() :]}"
