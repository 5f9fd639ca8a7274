# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: by ansible-runner, in a private_data_dir, with the answers of a survey, a limit, and slices side by side."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from typing import Any

import ansible_runner
import pytest
import yaml
from ansible.parsing.dataloader import DataLoader

from .fleet import Fleet, desired, fragment, hosts

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
"""How long a job may take to get as far as a test waits for."""
OBJECTS = ROOT / "playbooks" / "vars" / "awx.yml"


class Unsafe(str):
    """A text that AWX marks as !unsafe: what people answer is never a template."""


class Dumper(yaml.SafeDumper):
    """Writes extra variables as AWX does."""


Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


class Job:
    """A job of a template with one of the collection's playbooks, whose project is this repository.

    Args:
        answers: what the survey asked; texts are marked as AWX marks them.
        part: number and count of the slices, of which AWX gives a job every count-th host.
    """

    def __init__(
        self,
        fleet: Fleet,
        place: Path,
        inventory: dict[str, Any],
        answers: dict[str, Any],
        part: tuple[int, int] = (1, 1),
        **environment: str,
    ) -> None:
        self.place = place
        for name in ("env", "inventory"):
            (place / name).mkdir(parents=True)
        (place / "project").symlink_to(ROOT)
        names = sorted(inventory["all"]["hosts"])[part[0] - 1 :: part[1]]
        self._script({**inventory["all"], "hosts": {name: inventory["all"]["hosts"][name] for name in names}})
        given = {"awx_inventory_name": "Fleet", "awx_job_template_name": "CloudWatch agent publish", "cw_agent_parameter_write_rate": 50}
        given.update({key: Unsafe(value) if isinstance(value, str) else value for key, value in answers.items()})
        (place / "env" / "extravars").write_text(yaml.dump(given, Dumper=Dumper))
        (place / "env" / "envvars").write_text(json.dumps({**fleet.lab.environment, **environment}))

    def run(self, playbook: str, **options: Any) -> ansible_runner.Runner:
        """The job, when it has ended."""
        return ansible_runner.run(private_data_dir=str(self.place), playbook=f"playbooks/{playbook}.yml", quiet=True, **options)

    def _script(self, group: dict[str, Any]) -> None:
        """An inventory is a program, which prints what AWX's database has."""
        listed = {"all": {"hosts": list(group["hosts"]), "vars": group["vars"]}, "_meta": {"hostvars": group["hosts"]}}
        script = self.place / "inventory" / "hosts"
        script.write_text(f"#!/usr/bin/env python3\nprint({json.dumps(listed)!r})\n")
        script.chmod(0o755)


def access_key(fleet: Fleet, name: str) -> dict[str, str]:
    """The environment of a user of its own, by which the request log tells jobs apart."""
    iam = fleet.lab.client(service="iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def output(job: ansible_runner.Runner) -> str:
    """What a job printed, without colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", job.stdout.read())


def says(job: ansible_runner.Runner, text: str) -> bool:
    """Whether a job printed a text, wherever its lines are broken: some versions of ansible-core break them within words."""
    return "".join(text.split()) in "".join(output(job).split())


def answers_of(template: str) -> dict[str, Any]:
    """What the survey of a template answers when nobody changes anything."""
    for item in DataLoader().load_from_file(str(OBJECTS))["controller_templates"]:
        if item["name"] == f"CloudWatch agent {template}":
            # Without the types that Ansible adds.
            asked = json.loads(json.dumps(item["survey_spec"]["spec"]))
            return {question["variable"]: question["default"] for question in asked}
    raise AssertionError(f"there is no template {template}")


def test_answers_and_limit(fleet: Fleet, tmp_path: Path) -> None:
    """Publish for the limit alone; going back, with an optional question left empty, which AWX gives as null."""
    inventory = desired(fleet, "/a")
    inventory["all"]["hosts"]["h2"]["cw_agent_config_name"] = f"{fleet.name}-two"
    published = Job(fleet, tmp_path / "publish", inventory, answers_of("publish")).run("publish", limit="h2")
    assert (published.status, list(published.stats["ok"])) == ("successful", ["h2"]), output(published)
    assert fleet.names() == [f"{fleet.name}-two"]
    assert not says(published, "no variable of this collection"), "no variable that AWX sets is warned of"
    for number, version in enumerate((None, *answers_of("rollback").values())):
        back = Job(fleet, tmp_path / f"rollback{number}", inventory, {"cw_agent_release_version": version}).run("rollback", limit="h2")
        assert back.status == "successful", output(back)
        assert says(back, f"{fleet.name}-two: skipped: ")


@pytest.mark.parametrize(("strict", "status"), [("false", "successful"), ("true", "failed")])
def test_an_answer_of_true_or_false_is_one(fleet: Fleet, tmp_path: Path, strict: str, status: str) -> None:
    inventory = desired(fleet, "/a", cw_agent_fragment_more={"agent": {"metrics_collection_intervall": 10}})
    job = Job(fleet, tmp_path / "check", inventory, {**answers_of("check"), "cw_agent_report_strict": strict}).run("check")
    assert job.status == status, output(job)


@pytest.mark.parametrize("same", [True, False])
def test_slices_that_write_at_the_same_time(fleet: Fleet, tmp_path: Path, same: bool) -> None:
    """One creates the configuration, and the other says so; where the contents differ it fails, and what was written stays."""
    inventory = hosts(4, cw_agent_config_name=fleet.name, cw_agent_fragment_logs=fragment("/a"))
    if not same:
        for name in ("h2", "h4"):
            inventory["all"]["hosts"][name]["cw_agent_fragment_logs"] = fragment("/b")
    keys = [access_key(fleet, f"slice-{number}-{same}") for number in (1, 2)]
    slices = [
        Job(fleet, tmp_path / f"slice{number}", inventory, answers_of("publish"), (number, 2), **key)
        for number, key in enumerate(keys, start=1)
    ]
    writers = {key["AWS_ACCESS_KEY_ID"] for key in keys}
    since = fleet.lab.mark()
    fleet.lab.fault("throttle", service="ssm", operation="PutParameter")
    ended: list[ansible_runner.Runner] = []
    threads = [threading.Thread(target=lambda job=job: ended.append(job.run("publish"))) for job in slices]
    for thread in threads:
        thread.start()
    # Both have found no such parameter, and begin to write.
    deadline = time.monotonic() + SECONDS
    while {call["access_key"] for call in fleet.lab.calls(since, "PutParameter")} != writers:
        assert time.monotonic() < deadline and not ended, [output(job) for job in ended]
        time.sleep(0.05)
    fleet.lab.clear()
    for thread in threads:
        thread.join()
    winner, other = sorted(ended, key=lambda job: says(job, "was created by somebody else meanwhile"))
    assert (winner.status, list(winner.stats["changed"].values())) == ("successful", [1]), output(winner)
    assert fleet.labels() == {"candidate": 1}
    assert [call["status"] for call in fleet.lab.calls(since, "PutParameter") if call["fault"] is None] == [200, 400]
    if same:
        assert (other.status, other.stats["changed"]) == ("successful", {})
        assert says(other, f"{fleet.name}: was created by somebody else meanwhile (version 1) with the desired content"), output(other)
    else:
        assert other.status == "failed"
        assert says(other, "(version 1) with other content; ours (version 1) was not written and no label was moved")
