# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How clients of AWS are made, wait and repeat."""

from __future__ import annotations

import functools
import os
from typing import Any, Callable

try:
    import boto3
    import botocore.loaders
    import botocore.session
    from botocore.config import Config
except ImportError:  # amazon.aws says so in its own words
    Config = None  # type: ignore[misc,assignment]

ATTEMPTS = 10
CONNECT_SECONDS = 10
READ_SECONDS = 20


def client_config(repeat: bool, service: str = "") -> Any:
    """botocore's configuration of a client that repeats throttles and lost answers (adaptive mode), or of one that never repeats a call."""
    # botocore signs S3's URLs in the old way by default, which buckets with a KMS key and newer partitions refuse.
    version = "s3v4" if service == "s3" else None
    retries: Any = {"mode": "adaptive", "total_max_attempts": ATTEMPTS} if repeat else {"mode": "standard", "total_max_attempts": 1}
    return Config(retries=retries, signature_version=version, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)


class ClientPool:
    """Looks like one client of boto3, for any number of threads: calls at the same moment go through clients of their own.

    A client of boto3 says that threads may share it, and yet a new connection of one thread loads the CA certificates into the client's
    one SSL context while OpenSSL 3 reads them for the handshake of another: the process ends with a segmentation fault
    (https://github.com/urllib3/urllib3/issues/3155). Calls after each other use one client and its open connection.

    Args:
        make: makes a client; called by several threads at once.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._first = make()
        self._free = [self._first]

    def __getattr__(self, name: str) -> Any:
        """A call of the API, or what the first client has of that name: a paginator is for one thread."""
        if name == "_first":  # copied or unpickled: __init__ has not run
            raise AttributeError(name)
        found = getattr(self._first, name)
        return functools.partial(self._call, name) if callable(found) else found

    def _call(self, method: str, /, *args: Any, **arguments: Any) -> Any:
        try:
            client = self._free.pop()
        except IndexError:  # all are in use; asking first would be a race
            client = self._make()
        try:
            return getattr(client, method)(*args, **arguments)
        finally:
            self._free.append(client)


@functools.lru_cache(maxsize=None)
def service_data() -> Any:
    """botocore's loader with what a client of Systems Manager needs: the endpoints of all regions, the list of services, the model.

    Reading them costs ten times what a client costs afterwards. Called in a process that is forked, it saves that to every worker.
    """
    loader = botocore.loaders.create_loader(os.environ.get("AWS_DATA_PATH"))
    loader.load_data_with_path("endpoints")
    loader.load_service_model("ssm", "service-2")
    return loader


def session(profile: str | None) -> Any:
    """A boto3 session that reads botocore's data once for all sessions of the process. ``profile``: None for the environment's.

    Raises:
        botocore.exceptions.ProfileNotFound: no file of AWS knows the profile.
    """
    core = botocore.session.Session()
    core.register_component("data_loader", service_data())
    return boto3.session.Session(profile_name=profile, botocore_session=core)
