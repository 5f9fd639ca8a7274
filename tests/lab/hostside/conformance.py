# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab up --install`: the agent on every host, and what a conformance run of a package expects of its surroundings."""

from __future__ import annotations

import json
import pathlib
import shutil

from . import cloud
from .base import LabError, say
from .hosts import pid_of, run_on
from .state import Lab

PARAMETERS = ("AmazonCloudWatch-linux", "/cw/web/linux")
CONFIGURATION = {
    "agent": {"metrics_collection_interval": 60},
    "metrics": {
        "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
        "metrics_collected": {"mem": {"measurement": ["mem_used_percent"]}},
    },
}
PROFILE = "AmazonCloudWatchAgent"
INSTALLED = {"deb": ("dpkg-query", "--show", "amazon-cloudwatch-agent"), "rpm": ("rpm", "--query", "amazon-cloudwatch-agent")}
INSTALL = {"deb": ("dpkg", "--install", "-E", "/tmp/a.deb"), "rpm": ("rpm", "--upgrade", "/tmp/a.rpm")}


def prepare(lab: Lab) -> None:
    """Make the parameters that configurations are fetched from."""
    ssm = cloud.client(lab, "ssm")
    present = {parameter["Name"] for parameter in ssm.get_parameters(Names=list(PARAMETERS))["Parameters"]}
    for name in PARAMETERS:
        if name not in present:
            ssm.put_parameter(Name=name, Type="String", Value=json.dumps(CONFIGURATION))


def _run(lab: Lab, host: str, *arguments: str, stdin: str | None = None) -> None:
    done = run_on(lab, host, *arguments, stdin=stdin, timeout=300)
    if done.returncode:
        raise LabError(f"{' '.join(arguments)} on {host}: exit status {done.returncode}\n{(done.stderr or done.stdout).strip()}")


def install(lab: Lab, host: str) -> None:
    """Install the agent on a host unless it is there; give an on-prem host its credentials."""
    kind = "rpm" if lab.hosts[host]["kind"] == "amazon" else "deb"
    package = pathlib.Path(lab.data["mirror"][kind])
    target = pathlib.Path(f"/proc/{pid_of(lab, host)}/root/tmp/a.{kind}")
    if not target.exists():
        shutil.copyfile(package, target)
    if run_on(lab, host, *INSTALLED[kind]).returncode:
        say(f"installing the agent on {host}…")
        _run(lab, host, *INSTALL[kind])
    if lab.hosts[host]["kind"] == "onprem":
        _credentials(lab, host)


def _credentials(lab: Lab, host: str) -> None:
    key, secret = lab.data["onprem_key"]
    sections = {
        "credentials": f"[{PROFILE}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n",
        "config": f"[profile {PROFILE}]\nregion = {lab.hosts[host]['region']}\n",
    }
    for name, text in sections.items():
        _run(lab, host, "sh", "-c", f"umask 077; mkdir -p /root/.aws; cat > /root/.aws/{name}", stdin=text)
