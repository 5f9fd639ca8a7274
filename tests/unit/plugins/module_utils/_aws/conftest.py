# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameter Store in memory, with AWS's rules (those of the lab's stand-in), faults and hooks."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import Store as ParameterStore
from botocore.exceptions import ClientError

LAB = str(Path(__file__).resolve().parents[4] / "lab")
OPERATIONS = {
    "get_parameters": "get_many",
    "get_parameters_by_path": "by_path",
    "describe_parameters": "describe",
    "get_parameter_history": "history",
    "put_parameter": "put",
    "delete_parameters": "delete_many",
    "label_parameter_version": "label",
    "unlabel_parameter_version": "unlabel",
    "add_tags_to_resource": "tag",
    "remove_tags_from_resource": "untag",
    "list_tags_for_resource": "tags",
}


def client_error(code: str, status: int = 400, message: str = "as AWS says it.", operation: str = "PutParameter") -> ClientError:
    """An error answer of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)


class FakeSsm:
    """A boto3 SSM client on memory. ``fail`` queues failures before an operation, ``lose`` after it; ``before`` runs ahead of one."""

    def __init__(self) -> None:
        sys.path.insert(0, LAB)
        try:
            from aws.answer import AwsError  # noqa: PLC0415 the lab's room is on the path only here
            from aws.parameters import Store  # noqa: PLC0415
        finally:
            sys.path.remove(LAB)
        self._refusal = AwsError
        self._store = Store("123456789012", "us-east-1")
        self._lock = threading.Lock()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.fail: dict[str, list[Exception]] = {}
        self.lose: dict[str, list[Exception]] = {}
        self.before: dict[str, list[Callable[[], None]]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = OPERATIONS.get(name)
        if operation is None:
            raise AttributeError(name)
        return lambda **params: self._call(name, operation, params)

    def _call(self, name: str, operation: str, params: dict[str, Any]) -> Any:
        for hook in [self.before[name].pop(0)] if self.before.get(name) else []:
            hook()
        with self._lock:
            self.calls.append((name, params))
            if self.fail.get(name):
                raise self.fail[name].pop(0)
            try:
                answer = getattr(self._store, operation)(params, "tester")
            except self._refusal as error:
                raise client_error(error.code, error.status, error.message, name) from None
            if self.lose.get(name):
                raise self.lose[name].pop(0)
            return answer

    def count(self, name: str) -> int:
        """How often an operation was called."""
        return sum(called == name for called, _params in self.calls)

    @property
    def writes(self) -> list[str]:
        """The writing calls so far."""
        return [name for name, _params in self.calls if not name.startswith(("get_", "describe_", "list_"))]


@pytest.fixture
def ssm() -> FakeSsm:
    return FakeSsm()


@pytest.fixture
def make_ssm() -> Callable[[], FakeSsm]:
    return FakeSsm


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def store(ssm: FakeSsm, warnings: list[str]) -> ParameterStore:
    return ParameterStore(ssm, lambda: ssm, RateLimiter(1000, clock=lambda: 0.0, sleep=lambda _seconds: None), warnings.append)
