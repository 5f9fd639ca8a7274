# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""config-downloader: brings one configuration into the configuration directory as NAME.tmp, or takes one away."""

from __future__ import annotations

import os

from . import commonconfig, credentials, defaults, goflags, identity
from .awshttp import AwsError, Client
from .golog import FatalError, say

FLAGS: dict[str, object] = {
    "mode": "ec2",
    "download-source": "",
    "output-dir": "",
    "config": "",
    "multi-config": "default",
    "dualstack": False,
}
NO_METADATA = (
    "please check if you can access the metadata service. "
    "For example, on linux, run 'wget -q -O - http://169.254.169.254/latest/meta-data/instance-id && echo'"
)
NO_REGION = "please make sure the credentials and region set correctly on your hosts"


def main(arguments: list[str]) -> int:
    """Run; return the exit status."""
    flags = {name: str(value) for name, value in goflags.parse(arguments, FLAGS).items()}
    try:
        run(flags)
    except FatalError as error:
        say(f"E! {error}")
        return 1
    return 0


def run(flags: dict[str, str]) -> None:
    """Do what the flags say; FatalError says why not."""
    common = commonconfig.load(flags["config"])
    commonconfig.export(common)
    source, directory = flags["download-source"], flags["output-dir"]
    if not source or not directory:
        raise FatalError("usage: --output-dir <path> --download-source ssm:<parameter-store-name>")
    mode = identity.detect_mode(flags["mode"])
    region = identity.detect_region(mode, common)
    scheme, separator, rest = source.partition(":")
    if not region and scheme != "default":
        raise FatalError(NO_METADATA if mode == "ec2" else NO_REGION)
    _clean(directory)
    if not separator and source != "default":
        raise FatalError(f"downloadLocation {source} is malformed")
    if flags["multi-config"] == "remove":
        _remove(os.path.join(directory, _file_name(scheme, rest)))
        return
    text = _read(scheme, rest, mode, region, common)
    path = os.path.join(directory, _file_name(scheme, rest) + ".tmp")
    with open(path, "wb") as handle:
        handle.write(text)
    os.chmod(path, 0o644)


def _clean(directory: str) -> None:
    """Delete what an earlier failure left; only at the top level."""
    try:
        for entry in os.scandir(directory):
            if entry.name.endswith(".tmp") and not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
    except OSError as error:
        raise FatalError(f"failed to clean up output directory: {error}") from error


def _file_name(scheme: str, rest: str) -> str:
    """Return the name a location has in the configuration directory."""
    if scheme == "default":
        return "default"
    if scheme not in ("ssm", "file"):
        raise FatalError(f"location type {scheme} is not supported")
    part = rest if scheme == "ssm" else os.path.basename(rest.rstrip("/"))
    for letter in "/ :":
        part = part.replace(letter, "_")
    return f"{scheme}_{part}"


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        raise FatalError("failed to remove the json file {0}: remove {0}: {1}".format(path, (error.strerror or "").lower())) from error


def _read(scheme: str, rest: str, mode: str, region: str, common: dict) -> bytes:
    """Return the text of a configuration, not looked at."""
    if scheme == "default":
        if rest:
            raise FatalError(f'unknown default config "{rest}"')
        return defaults.text(mode).encode("utf-8")
    if scheme == "file":
        try:
            with open(rest, "rb") as handle:
                return handle.read()
        except OSError as error:
            raise FatalError("fail to fetch/remove json config: open {}: {}".format(rest, (error.strerror or "").lower())) from error
    if scheme == "ssm":
        client = Client("ssm", region, credentials.provider(commonconfig.profile(common, mode)))
        try:
            answer = client.json("AmazonSSM.GetParameter", {"Name": rest, "WithDecryption": True})
        except AwsError as error:
            raise FatalError(f"fail to fetch/remove json config: error in retrieving parameter store content: {error}") from error
        return str(answer["Parameter"]["Value"]).encode("utf-8")
    raise FatalError(f"location type {scheme} is not supported")
