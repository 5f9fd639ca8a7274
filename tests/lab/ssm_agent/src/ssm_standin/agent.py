# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent: says who it is, asks for messages, and hands them on."""

from __future__ import annotations

import random
import socket
import threading
import time
import uuid
from typing import Any

from standin import imds
from standin.awshttp import AwsError

from . import log, places
from .associations import Associations
from .commands import Commands, parsed
from .identity import HybridKeys, Identity, InstanceKeys, Service, find
from .replies import RETRY, Outbox

HEARTBEAT = 300.0
NO_RIGHTS = (1500.0, 1800.0)
"""An agent that finds no rights asks again only after 25 to 30 minutes, or when it is started anew."""
PAUSE, NOBODY = 2.0, 5.0


def address(identity: Identity) -> str:
    """The address of this host: an instance's as its metadata service has it, else that of a route."""
    if not identity.hybrid:
        return imds.get("meta-data/local-ipv4") or ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.168.77.254", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def words(identity: Identity) -> dict[str, str]:
    """Everything that UpdateInstanceInformation tells."""
    fields = dict(line.partition("=")[::2] for line in (places.ROOT / "etc/os-release").read_text().splitlines() if "=" in line)
    return {
        **brief(),
        "AgentStatus": "Active",
        "ComputerName": socket.gethostname(),
        "IPAddress": address(identity),
        "AvailabilityZone": identity.zone,
        "PlatformName": fields.get("NAME", "Linux").strip('"'),
        "PlatformVersion": fields.get("VERSION_ID", "").strip('"'),
        "SSMConnectionChannel": "ec2messages",
    }


def brief() -> dict[str, str]:
    """The short form."""
    return {"AgentName": "amazon-ssm-agent", "AgentVersion": places.VERSION, "PlatformType": "Linux"}


class Agent:
    """One running agent."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.service = Service(identity, HybridKeys() if identity.hybrid else InstanceKeys())
        self.outbox = Outbox(self.service)
        self.commands = Commands(identity.node_id, self.outbox)
        self.associations = Associations(self.service.fresh())

    def tell(self, **fields: str) -> None:
        """UpdateInstanceInformation."""
        self.service.call("ssm", "UpdateInstanceInformation", InstanceId=self.identity.node_id, **fields)

    def begin(self) -> None:
        """Say twice briefly and once at length who this is; waits where it may not."""
        while True:
            try:
                self.tell(**brief())
                self.tell(**brief())
                self.tell(**{**words(self.identity), "SSMConnectionChannel": ""})
                return
            except AwsError as error:  # noqa: PERF203 (each try is one)
                log.say("ERROR", f"error occurred when starting: {error}")
                lasting = error.code in ("AccessDeniedException", "NoCredentialProviders", "UnrecognizedClientException")
                time.sleep(random.uniform(*NO_RIGHTS) if lasting else PAUSE)

    def run(self) -> None:
        """Serve for ever."""
        self.begin()
        log.say("INFO", f"amazon-ssm-agent {places.VERSION} started as {self.identity.node_id}")
        self.commands.resume()
        threading.Thread(target=self._beat, daemon=True).start()
        threading.Thread(target=self.associations.run, daemon=True).start()
        messages = self.service.fresh()
        while True:
            asked = {"Destination": self.identity.node_id, "MessagesRequestId": str(uuid.uuid4()), "VisibilityTimeoutInSeconds": 10}
            try:
                for message in messages.call("ec2messages", "GetMessages", **asked).get("Messages") or []:
                    self._take(messages, message)
            except AwsError as error:
                log.say("ERROR", f"GetMessages failed: {error}")
                time.sleep(PAUSE)

    def _take(self, messages: Service, message: dict[str, Any]) -> None:
        payload, identity = parsed(message), str(message["MessageId"])
        if message["Topic"].startswith("aws.ssm.cancelCommand"):
            self.commands.cancel(payload["CancelMessageId"])
        elif not self.commands.known(payload["CommandId"]):
            if self.commands.full():
                log.say("WARN", f"no room for command {payload['CommandId']}: ProcessorBufferFull")
                return
            self.outbox.send(identity, "InProgress", {})
            self.commands.accept(identity, payload)
        messages.call("ec2messages", "AcknowledgeMessage", MessageId=identity)

    def _beat(self) -> None:
        """The word every five minutes, replies that could not be sent, and keys of a registered node at half of their life."""
        service, told, retried = self.service.fresh(), 0.0, time.monotonic()
        self.outbox.again()
        while True:
            now = time.monotonic()
            try:
                service.keys.get()
                if now - told > HEARTBEAT:
                    told = now
                    service.call("ssm", "UpdateInstanceInformation", InstanceId=self.identity.node_id, **words(self.identity))
            except AwsError as error:
                log.say("ERROR", f"the regular word failed: {error}")
            if now - retried > RETRY:
                retried = now
                self.outbox.again()
            time.sleep(PAUSE)


def main() -> int:
    """The daemon; without an identity it waits for one, as an agent that is not registered does."""
    while (identity := find()) is None:
        log.say("ERROR", "no identity: neither a registration nor a metadata service")
        time.sleep(NOBODY)
    Agent(identity).run()
    return 0
