# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror of packages as the controller sees it: a web server, an S3 bucket, or a directory of its own."""

from __future__ import annotations

import os
import pathlib
from typing import Any
from urllib.parse import urlsplit

from ansible.errors import AnsibleActionFail
from ansible.module_utils.urls import open_url
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import mirror, packages
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.installation import VERSION
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsConnection

DEFAULT_URL = "https://amazoncloudwatch-agent.s3.amazonaws.com"
SECONDS = 30
"""How long the mirror may take to answer."""
SIGNED_SECONDS = 3600


class Bucket:
    """``s3://BUCKET/PREFIX``, read with the controller's own credentials.

    Raises:
        AnsibleActionFail: there is no bucket in the URL, or no client can be made.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.netloc:
            raise AnsibleActionFail(f"cw_agent_mirror_url is {url!r}, which names no bucket. Hint: write s3://BUCKET/PREFIX.")
        self.bucket, self.prefix = parts.netloc, parts.path.strip("/")
        self._connection = AwsConnection("cloudwatch.agent.cw_agent_package", {"profile": os.environ.get("AWS_PROFILE")})
        self.client = self._connection.retrying_client("s3")

    def key(self, relative: str) -> str:
        """The object's key of a mirror's file."""
        return f"{self.prefix}/{relative}" if self.prefix else relative

    def signed(self, relative: str) -> str:
        """A URL by which whoever has it may read the file for ``SIGNED_SECONDS``."""
        wanted = {"Bucket": self.bucket, "Key": self.key(relative)}
        url: str = self._signer().generate_presigned_url("get_object", Params=wanted, ExpiresIn=SIGNED_SECONDS)
        return url

    def _signer(self) -> Any:
        """A client of the bucket's own region, which a signature is for."""
        if not hasattr(self, "_own"):
            found = self.client.head_bucket(Bucket=self.bucket)["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region")
            self._own = self._connection.retrying_client("s3", region=found or "")
        return self._own

    def read(self, relative: str) -> bytes:
        """The content of a small file."""
        content: bytes = self.client.get_object(Bucket=self.bucket, Key=self.key(relative))["Body"].read()
        return content


def latest_build(url: str, directory: str) -> str:
    """The build that a mirror calls its latest.

    Args:
        url: the mirror's.
        directory: that of the controller which counts instead, "" for none.

    Raises:
        AnsibleActionFail: the controller cannot find it out; what to do instead.
    """
    where = str(pathlib.Path(directory) / VERSION) if directory else mirror.shown(mirror.address(url, VERSION))
    try:
        found = _read(url, directory).decode("utf-8", "replace").strip()
    except Exception as error:  # open_url and botocore have no common type for what can go wrong
        reason = str(error)
    else:
        if found and not packages.build_problem(found):
            return found
        reason = f"it says {found[:40]!r}, which is no build"
    raise AnsibleActionFail(
        f"cw_agent_build is latest, and the controller cannot find out which build that is: {where}: {reason}. "
        "Hint: name the build, or let the controller reach the mirror."
    )


def _read(url: str, directory: str) -> bytes:
    if directory:
        return (pathlib.Path(directory).expanduser() / VERSION).read_bytes()
    if url.startswith("s3://"):
        return Bucket(url).read(VERSION)
    if url.startswith("file:"):
        raise ValueError("the mirror is on the host, where it is not read before the host is changed")
    with open_url(mirror.address(url, VERSION), timeout=SECONDS, http_agent="cloudwatch.agent") as answer:
        content: bytes = answer.read(200)
        return content
