# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files a lab leaves for its users: environment, SSH configuration, inventory."""

from __future__ import annotations

import pathlib
import shlex
import sys
from typing import Any

import yaml

from . import keys
from .base import LAB_TREE
from .cloud import CONTROLLER_KEY
from .names import REGION
from .state import Lab, host_order


def write_all(lab: Lab) -> None:
    """Write every file anew from the lab's state."""
    # Its own authority alone: a client that trusts the system's as well takes 30 ms longer for every connection.
    lab.write("ca-bundle.pem", keys.authority()[0].read_text())
    lab.write("env", _environment(lab))
    lab.write("ssh_config", _ssh_config(lab))
    lab.write("inventory.yml", "---\n" + yaml.safe_dump(inventory(lab), sort_keys=False))


def _environment(lab: Lab) -> str:
    ports, served, onprem = lab.data["ports"], lab.data["mirror"], lab.data["onprem_key"]
    values = {
        "AWS_ENDPOINT_URL": f"https://127.0.0.1:{ports['tls']}",
        "AWS_CA_BUNDLE": lab.directory / "ca-bundle.pem",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": CONTROLLER_KEY[0],
        "AWS_SECRET_ACCESS_KEY": CONTROLLER_KEY[1],
        # Host names repeat from lab to lab: connections kept open must not.
        "ANSIBLE_SSH_CONTROL_PATH_DIR": lab.run / "cm",
        # As Ansible's own, without compression: what it sends is compressed already, and goes no way.
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=60s",
        "LAB_NAME": lab.name,
        "LAB_PROXY_URL": f"http://127.0.0.1:{ports['proxy']}",
        "LAB_PROXY_LOG": str(lab.directory / "proxy.log"),
        "LAB_MIRROR_URL": f"http://127.0.0.1:{ports['mirror']}",
        "LAB_BUILD_LATEST": served["latest"],
        "LAB_BUILD_UPGRADE": served["upgrade"],
        "LAB_SIGNING_FINGERPRINT": served["fingerprint"],
        "LAB_SSH_CONFIG": lab.ssh_config,
        "LAB_REQUEST_LOG": lab.request_log,
        "LAB_STATE_DIR": lab.directory,
        "LAB_INVENTORY": lab.directory / "inventory.yml",
        "LAB_ONPREM_ACCESS_KEY_ID": onprem[0],
        "LAB_ONPREM_SECRET_ACCESS_KEY": onprem[1],
    }
    return "".join(f"export {name}={shlex.quote(str(value))}\n" for name, value in values.items())


def _ssh_config(lab: Lab) -> str:
    python = pathlib.Path(sys.executable).resolve()
    connect = shlex.join([str(python), "-I", "-S", str(LAB_TREE / "hostside" / "ssh_connect.py"), str(lab.run / "netns")])
    lines = [
        "Host ec2-* amazon-* onprem-*",
        "  User ansible",
        f'  IdentityFile "{keys.ssh_key()}"',
        "  IdentitiesOnly yes",
        "  PreferredAuthentications publickey",
        f"  ProxyCommand {connect} %h %p",
        "  ProxyUseFdpass yes",
        "  StrictHostKeyChecking no",
        "  UserKnownHostsFile /dev/null",
        "  GlobalKnownHostsFile /dev/null",
        "  LogLevel ERROR",
        "  ControlMaster auto",
        "  ControlPersist 60s",
        f'  ControlPath "{lab.run}/cm/%C"',
    ]
    return "# SPDX-License-Identifier: GPL-3.0-or-later\n" + "\n".join(lines) + "\n"


def _variables(lab: Lab, host: str) -> dict[str, Any]:
    known = lab.hosts[host]
    if known["kind"] == "onprem":
        return {"cw_agent_region": known["region"], **({"node_id": known["node_id"]} if "node_id" in known else {})}
    return {
        "instance_id": known["instance_id"],
        "placement": {"availability_zone": known["zone"], "region": known["region"]},
        "private_ip_address": known["address"],
        "instance_tags": known["tags"],
    }


def inventory(lab: Lab) -> dict[str, Any]:
    """Return the static inventory of the lab's hosts."""
    members: dict[str, dict[str, Any]] = {kind: {} for kind in ("ec2", "amazon", "onprem")}
    for host in sorted(lab.hosts, key=host_order):
        members[lab.hosts[host]["kind"]][host] = _variables(lab, host)
    shared = {
        "ansible_user": "ansible",
        "ansible_become": True,
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": f"-F {shlex.quote(str(lab.ssh_config))}",
        "ansible_control_path_dir": str(lab.run / "cm"),
    }
    ec2 = {"hosts": members["ec2"], "children": {"amazon": {"hosts": members["amazon"]}}}
    return {"all": {"vars": shared, "children": {"ec2": ec2, "onprem": {"hosts": members["onprem"]}}}}
