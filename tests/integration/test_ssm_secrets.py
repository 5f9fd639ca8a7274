# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A SecureString is in no output at -vvvv, in no diff, and in nothing that goes to this machine's log; check mode included."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = ("correct-horse-battery", "staple-and-paper-clip", "third-one-in-json")
PLAY = """
- name: Secrets
  hosts: all
  gather_facts: false
  tasks:
    - name: Created
      cloudwatch.agent.ssm_parameter:
        name: /secret/x
        string_type: SecureString
        value: "{{ secrets[0] }}"
    - name: Changed, without its type
      cloudwatch.agent.ssm_parameter:
        name: /secret/x
        value: "{{ secrets[1] }}"
        labels: [live]
        report_labels: [live]
    - name: Data
      cloudwatch.agent.ssm_parameter:
        parameters:
          - name: /secret/y
            string_type: SecureString
            value: {password: "{{ secrets[2] }}"}
    - name: Refused by AWS
      cloudwatch.agent.ssm_parameter:
        name: /secret/x
        value: "{{ secrets[0] }}"
        key_id: alias/absent
      ignore_errors: true  # the failure is what is looked at
    - name: Refused by the module
      cloudwatch.agent.ssm_parameter:
        name: /secret/x
        value: "{{ secrets[0] }}"
        tier: Huge
      ignore_errors: true  # the failure is what is looked at
    - name: Read
      cloudwatch.agent.ssm_parameter_info:
        path: /secret
        history: true
"""


class Syslog:
    """A socket that takes the place of /dev/log in a mount namespace, and what was sent to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        path.chmod(0o666)
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._socket.recv(65536):
                self._lines.append(data.decode("utf-8", "replace"))

    def text(self) -> str:
        """Everything sent so far; ends the listening."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", str(self.path))
        self._thread.join(5)
        return "\n".join(self._lines)


@pytest.fixture
def syslog(tmp_path: Path) -> Iterator[Syslog]:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("a mount namespace of its own needs root and unshare")
    placeholder = not os.path.lexists("/dev/log")
    if placeholder:
        Path("/dev/log").touch()
    listener = Syslog(tmp_path / "log")
    yield listener
    if placeholder:
        Path("/dev/log").unlink()


@pytest.mark.parametrize("check", [[], ["--check"]], ids=["run", "check"])
def test_no_secret_leaves_the_module(
    lab: Any, inventory: Callable[[dict[str, Any]], Path], tmp_path: Path, syslog: Syslog, check: list[str]
) -> None:
    play = tmp_path / "secrets.yml"
    play.write_text(PLAY)
    here = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", "secrets": list(SECRETS)}
    hosts = inventory({"all": {"hosts": {"here": here}}})
    environment = lab.process(ANSIBLE_LOG_PATH=str(tmp_path / "ansible.log"))
    command = f"mount --bind {syslog.path} /dev/log && exec ansible-playbook -vvvv --diff -i {hosts} {play} {' '.join(check)}"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", command], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert output.count("SecureString, not shown") >= 2
    logged = syslog.text()
    assert "Invoked with" in logged
    for text in (output, logged, (tmp_path / "ansible.log").read_text()):
        assert [line for line in text.splitlines() if any(secret in line for secret in SECRETS)] == []


@pytest.mark.skipif(not shutil.which("journalctl"), reason="no journal on this machine")
def test_the_journal_has_none_either() -> None:
    journal = subprocess.run(["journalctl", "--no-pager", "--since", "-10min"], capture_output=True, text=True, check=False).stdout
    assert [secret for secret in SECRETS if secret in journal] == []
