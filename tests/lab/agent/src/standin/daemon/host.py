# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host as the daemon sees it: name, EC2 identity, tags, credentials, clients."""

from __future__ import annotations

import re
import threading
import time
import uuid

from .. import credentials, identity, imds, paths
from ..awshttp import USER_AGENT, AwsError, Client
from .log import LOG

ASK_AGAIN = 60.0


class Host:
    """Who sends, and with which keys."""

    def __init__(self, document: dict, pipelines: dict) -> None:
        exporter = pipelines.get("exporters", {}).get("awscloudwatch", {})
        outputs = document.get("outputs", {}).get("cloudwatchlogs", [{}])[0]
        self.settings = exporter or outputs
        self.ec2 = self.settings.get("mode", "EC2") == "EC2"
        self.region = str(self.settings.get("region", ""))
        self.name = str(document.get("agent", {}).get("hostname") or identity.local_hostname())
        self.omit_hostname = bool(document.get("agent", {}).get("omit_hostname"))
        self.tags: dict[str, str] = {}
        self.tagged = False
        self.inputs = sorted(document.get("inputs", {}))
        self.processors = sorted(["awsentity", *pipelines.get("processors", {})])
        self.identifier = str(uuid.uuid4())
        self._role: str | None = None

    def await_network(self) -> None:
        """On EC2 wait for an interface; the identity document is kept."""
        if self.ec2:
            imds.wait_for_network()

    def agent(self) -> str:
        """Return the User-Agent."""
        outputs = "awscloudwatch cloudwatch" + (" cloudwatchlogs" if "logfile" in self.inputs else "")
        parts = [
            f"CWAgent/{paths.version()} (go1.26.8; linux; amd64)",
            f"ID/{self.identifier}",
            f"inputs:({' '.join(self.inputs)})",
            f"processors:({' '.join(self.processors)})",
            f"outputs:({outputs})",
            USER_AGENT,
        ]
        return " ".join(parts)

    def client(self, service: str, settings: dict) -> Client:
        """Return a client with the keys an output's settings ask for."""
        profile = (
            {"profile": settings["profile"], "file": settings["shared_credential_file"]} if settings.get("shared_credential_file") else {}
        )
        keys: object = credentials.provider(profile)
        if settings.get("role_arn"):
            keys = credentials.AssumedRole(keys, self.region, str(settings["role_arn"]))
        return Client(service, self.region, keys, self.agent(), str(settings.get("endpoint_override", "")))

    def document(self) -> dict:
        """Return the instance identity document, {} off EC2."""
        return imds.document() if self.ec2 else {}

    def role(self) -> str:
        """Return the name of the instance's role or ''."""
        if self._role is None and self.ec2:
            try:
                self._role = (imds.get("meta-data/iam/security-credentials/") or "").split("\n")[0].strip()
            except imds.UnreachableError:
                return ""
        return self._role or ""

    def tag(self, tagger: dict) -> None:
        """Fetch the dimensions the tagger adds."""
        self.tagged = True
        known = {"ImageId": "imageId", "InstanceId": "instanceId", "InstanceType": "instanceType"}
        document = imds.document()
        for name in tagger.get("ec2_metadata_tags", []):
            self.tags[name] = str(document.get(known[name], ""))
        if tagger.get("ec2_instance_tag_keys"):
            threading.Thread(target=self._await_group, daemon=True).start()

    def _await_group(self) -> None:
        """Ask for the Auto Scaling group until there is an answer; the metrics do not wait for it."""
        group = self._autoscaling_group()
        while group is None:
            time.sleep(ASK_AGAIN)
            group = self._autoscaling_group()
        if group:
            self.tags["AutoScalingGroupName"] = group

    def _autoscaling_group(self) -> str | None:
        """Ask EC2 for the instance's Auto Scaling group ('' without one, None without an answer); whatever goes wrong is not told."""
        filters = [
            ("resource-type", "instance"),
            ("resource-id", str(self.document().get("instanceId", ""))),
            ("key", "aws:autoscaling:groupName"),
        ]
        fields = {"Action": "DescribeTags", "Version": "2016-11-15"}
        for number, (name, value) in enumerate(filters, 1):
            fields[f"Filter.{number}.Name"] = name
            fields[f"Filter.{number}.Value.1"] = value
        try:
            found = re.search(r"<value>([^<]+)</value>", self.client("ec2", {**self.settings, "endpoint_override": ""}).query(fields))
        except AwsError as error:
            LOG.line("D", f"[ec2tagger] DescribeTags: {error}")
            return None
        return found.group(1) if found else ""

    def base_tags(self) -> dict[str, str]:
        """Return the dimensions every host metric carries."""
        if self.tagged:
            return dict(self.tags)
        return {} if self.omit_hostname else {"host": self.name}
