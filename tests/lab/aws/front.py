# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's front: every request passes control, IMDS, faults, credentials, corrections, moto, in this order, and is logged."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
import traceback
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Callable, NoReturn

from moto.moto_api._internal.models import moto_api_backend

from aws import cbor, dashboards, flowlogs, iam, instances, log_patterns, log_queries, loggroups, logpolicies, trails
from aws.alarms import OPERATIONS as ALARM_OPERATIONS
from aws.alarms import Alarms
from aws.answer import Answer, AwsError, failure, success
from aws.call import Call, decode
from aws.control import Control
from aws.faults import CONTROLLER as CONTROLLER_NAME
from aws.faults import Fault, Faults, incomplete, refusal, throttle
from aws.identity import CONTROLLER, Identities, Principal
from aws.imds import Imds
from aws.loggroup_settings import CHANGES, check_key, keep_distribution
from aws.metrics import Metrics
from aws.pace import Pace
from aws.parameters import OPERATIONS, Store
from aws.systems_manager.clock import Clock
from aws.systems_manager.message_calls import refused_channel
from aws.systems_manager.service import SystemsManager

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws.journal import Journal

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
WsgiApp = Callable[[dict[str, Any], Any], Any]
IMDS_STATUS = {"5xx": 500, "throttle": 503, "denied": 403, "expired": 401, "incomplete": 404}
_TAGGING = ("AddTagsToResource", "RemoveTagsFromResource", "ListTagsForResource")


class DroppedError(ConnectionError):
    """The connection was cut on purpose."""


class Front:
    """The WSGI application. `moto` answers what this project does not answer itself."""

    def __init__(self, moto: WsgiApp, journal: Journal, settings: dict[str, float]) -> None:
        self.moto = moto
        self.journal = journal
        self.settings = settings
        self.faults = Faults()
        self.imds = Imds(settings["credential_seconds"])
        self.identities = Identities()
        self.stores: dict[tuple[str, str], Store] = {}
        self.metrics: defaultdict[tuple[str, str], Metrics] = defaultdict(Metrics)
        self.alarms: dict[tuple[str, str], Alarms] = {}
        self.pace = Pace()
        self.control = Control(self)
        # Moto's models are plain objects without locks, and so are ours: one call at a time.
        self.lock = threading.RLock()
        self.systems: dict[tuple[str, str], SystemsManager] = {}
        self.packages: dict[str, dict[str, Any]] = {}
        self._condition = threading.Condition(self.lock)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path.startswith("/_lab/imds/"):
            answer = self._imds(path, environ)
        elif path.startswith("/_lab"):
            answer = self.control.answer(path, environ)
        elif path.startswith("/moto-api"):
            answer = self.ask_moto(environ)
        else:
            answer = self._aws(environ)
        reason = HTTPStatus(answer.status).phrase
        headers = [header for header in answer.headers if header[0].lower() not in ("content-length", "connection", "transfer-encoding")]
        start_response(f"{answer.status} {reason}", [*headers, ("Content-Length", str(len(answer.body)))])
        return [answer.body]

    def _imds(self, path: str, environ: dict[str, Any]) -> Answer:
        name, _slash, rest = path[len("/_lab/imds/") :].partition("/")
        fault = self.faults.take("imds", f"{environ.get('REQUEST_METHOD')} /{rest}", name, None)
        if fault and fault.kind in ("timeout", "reset", "lost"):
            fail_connection(fault, environ)
        if fault:
            return Answer(IMDS_STATUS.get(fault.kind, 500))
        with self.lock:
            return self.imds.answer(name, rest, environ)

    def _aws(self, environ: dict[str, Any]) -> Answer:
        began = time.monotonic()
        call = decode(environ)
        fault = self.faults.take(call.service, call.operation, call.host or CONTROLLER_NAME, call.region)
        kind = fault.kind if fault else None
        if fault and kind in ("timeout", "reset"):
            self.journal.write(call, None, 0, kind)
            fail_connection(fault, environ)
        answer = self._judged(call, kind)
        self.journal.write(call, None if kind == "lost" else answer, time.monotonic() - began, kind)
        if fault and kind == "lost":
            fail_connection(fault, environ)
        return answer

    def _judged(self, call: Call, kind: str | None) -> Answer:
        with self.lock:
            try:
                if kind not in (None, "lost", "incomplete"):
                    raise refusal(str(kind), call, self._principal(call))
                principal = self.identities.check(call)
                return self._served(call, principal, kind == "incomplete")
            except AwsError as error:
                return failure(call, error)
            except Exception as error:
                # A client must see a failed call, not a broken connection, where moto cannot do something.
                traceback.print_exc()
                status = 501 if isinstance(error, NotImplementedError) else 500
                return failure(call, AwsError("InternalFailure", f"the stand-in failed: {error!r}", status))

    def _principal(self, call: Call) -> Principal:
        return self.identities.find(call.access_key) or CONTROLLER

    def _served(self, call: Call, principal: Principal, hollow: bool) -> Answer:
        place = (principal.account, call.region)
        if call.service == "ssmmessages":
            return refused_channel()
        result = self._corrected(call, principal, place)
        if result is not None:
            return success(call, incomplete(call, result) if hollow else result)
        if call.operation in instances.MONITORING:
            return instances.monitor(call, place[0])
        if call.operation == "ModifyInstanceMetadataOptions":
            instances.check_hops(call.params)
        if call.protocol == "cbor":
            return self._translated(call, place[0])
        answer = self.ask_moto(call.answerable(call.body, place[0]))
        if answer.status < 300:
            self._afterwards(call, place)
        return answer

    def _corrected(self, call: Call, principal: Principal, place: tuple[str, str]) -> dict[str, Any] | None:
        """What is answered here; None for what moto answers."""
        services: dict[str, Callable[[], dict[str, Any] | None]] = {
            "ssm": lambda: self._systems_manager(call, principal, place),
            "ec2messages": lambda: self.system(place).answer(call, principal),
            "monitoring": lambda: self._metrics(call, place),
            "logs": lambda: self._logs(call, place),
            "iam": lambda: iam.answer(call, principal.account),
            "ec2": lambda: flowlogs.answer(call, principal.account, bool(self.settings["flow_log_one_format"])),
            "cloudtrail": lambda: trails.OPERATIONS[call.operation](place, call.params) if call.operation in trails.OPERATIONS else None,
        }
        if call.service in services:
            return services[call.service]()
        if call.operation == "GetCallerIdentity" and call.access_key.startswith("LAB"):
            return {"UserId": "AIDALABCONTROLLER0000", "Account": principal.account, "Arn": principal.arn}
        return None

    def _systems_manager(self, call: Call, principal: Principal, place: tuple[str, str]) -> dict[str, Any] | None:
        result = self._parameters(call, principal, place)
        return self.system(place).answer(call, principal) if result is None else result

    def _parameters(self, call: Call, principal: Principal, place: tuple[str, str]) -> dict[str, Any] | None:
        operation = OPERATIONS.get(call.operation)
        if operation is None or (call.operation in _TAGGING and call.params.get("ResourceType") != "Parameter"):
            return None
        if "/aws/service/" in str(call.params.get("Name") or call.params.get("Names") or call.params.get("Path")) and not call.write:
            return None
        if call.operation == "PutParameter" and not self.pace.free(self.settings["parameter_write_rate"]):
            raise throttle(call)
        return operation(self.store(place), call.params, principal.arn)

    def store(self, place: tuple[str, str]) -> Store:
        """Parameter Store of an account in a region."""
        if place not in self.stores:
            self.stores[place] = Store(*place)
        return self.stores[place]

    def system(self, place: tuple[str, str]) -> SystemsManager:
        """Systems Manager of an account in a region."""
        if place not in self.systems:
            self.systems[place] = SystemsManager(self.store(place), Clock(self.settings), self._condition, self.packages)
        return self.systems[place]

    def _metrics(self, call: Call, place: tuple[str, str]) -> dict[str, Any] | None:
        metrics = self.metrics[place]
        if call.operation == "PutMetricData":
            metrics.put(call.params)
            return {}
        if call.operation == "ListMetrics":
            return metrics.list_metrics(call.params, self.settings["metric_list_delay"])
        if call.operation in dashboards.OPERATIONS:
            return dashboards.OPERATIONS[call.operation](place[0], call.params)
        if call.operation in dashboards.TAGGING and dashboards.is_tagging(call.params):
            return dashboards.TAGGING[call.operation](place[0], call.params)
        if call.operation in ALARM_OPERATIONS:
            alarms = self.alarms.setdefault(place, Alarms(*place, metrics))
            alarms.hold = self.settings["alarm_hold_seconds"]
            return ALARM_OPERATIONS[call.operation](alarms, call.params)
        reader = {"GetMetricData": metrics.data, "GetMetricStatistics": metrics.statistics}.get(call.operation)
        return reader(call.params) if reader else None

    def _logs(self, call: Call, place: tuple[str, str]) -> dict[str, Any] | None:
        if call.operation == "CreateLogGroup":
            loggroups.check_create(call.params)
            check_key(place, call.params)
        elif call.operation == "CreateLogStream":
            loggroups.check_name(call.params, "logStreamName", loggroups.STREAM)
        elif call.operation == "PutRetentionPolicy":
            loggroups.check_retention(*place, call.params)
        elif call.operation == "PutLogEvents":
            loggroups.check_events(call.params)
        elif call.operation == "DescribeLogStreams":
            return loggroups.describe_streams(*place, call.params, self.settings["stream_time_delay"])
        elif call.operation == "DescribeLogGroups":
            return loggroups.describe_groups(*place, call.params)
        elif call.operation == "FilterLogEvents":
            return loggroups.filter_events(*place, call.params)
        elif call.operation in log_queries.OPERATIONS:
            return log_queries.OPERATIONS[call.operation](*place, call.params)
        else:
            change = {**CHANGES, **logpolicies.OPERATIONS}.get(call.operation)
            return change(place, call.params) if change else None
        return None

    def _afterwards(self, call: Call, place: tuple[str, str]) -> None:
        if call.service == "logs" and call.operation == "CreateLogGroup":
            loggroups.keep_class(*place, call.params)
        if call.service == "logs" and call.operation == "PutLogEvents":
            log_patterns.count(loggroups.backend(*place).filters.metric_filters, call.params, self.metrics[place].put)
        if call.service == "logs" and call.operation == "PutSubscriptionFilter":
            keep_distribution(place, call.params)
        if call.service == "ec2":
            instances.correct(*place, call.operation)

    def _translated(self, call: Call, account: str) -> Answer:
        """Moto does not speak rpc-v2-cbor: the call goes to it as JSON and its answer comes back as CBOR."""
        environ = call.answerable(json.dumps(call.params, default=str).encode(), account)
        target = environ["PATH_INFO"].split("/")[2]
        environ.update(PATH_INFO="/", HTTP_X_AMZ_TARGET=f"{target}.{call.operation}", CONTENT_TYPE="application/x-amz-json-1.0")
        answer = self.ask_moto(environ)
        content = json.loads(answer.body or b"{}")
        if answer.status >= 300:
            return failure(
                call,
                AwsError(
                    str(content.get("__type", "InternalFailure")).rsplit("#", maxsplit=1)[-1],
                    str(content.get("message", "")),
                    answer.status,
                ),
            )
        headers = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        return Answer(answer.status, headers, cbor.encode(content))

    def ask_moto(self, environ: dict[str, Any]) -> Answer:
        """Moto's own answer to a request."""
        got: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            got.update(status=int(status.split(maxsplit=1)[0]), headers=headers)
            return lambda chunk: None

        with self.lock:
            chunks = self.moto(environ, start)
            body = b"".join(chunks)
            if hasattr(chunks, "close"):
                chunks.close()
        answer = Answer(got["status"], [header for header in got["headers"] if not header[0].lower().startswith("access-control")], body)
        if answer.status >= 300:
            answer.error = _error_code(answer)
        return answer

    def reset(self) -> None:
        """Forgets everything but settings: parameters, metrics, nodes, packages, faults, hosts, moto's state."""
        with self.lock:
            self.stores.clear()
            for system in self.systems.values():
                system.close()
            self.systems.clear()
            self.packages.clear()
            self.metrics.clear()
            self.alarms.clear()
            self.faults.clear()
            self.imds = Imds(self.settings["credential_seconds"])
            self.identities = Identities()
            moto_api_backend.reset()


def _error_code(answer: Answer) -> str | None:
    text = answer.body.decode("utf-8", "replace")
    for opening, closing in (('"__type": "', '"'), ('"__type":"', '"'), ("<Code>", "</Code>")):
        if opening in text:
            return text.split(opening, 1)[1].split(closing, 1)[0].split("#")[-1]
    return None


def fail_connection(fault: Fault, environ: dict[str, Any]) -> NoReturn:
    """Ends a connection without an answer (RST), for a time-out after its seconds."""
    if fault.kind == "timeout":
        time.sleep(fault.seconds)
    handler = environ["lab.handler"]
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())
    raise DroppedError(fault.kind)
