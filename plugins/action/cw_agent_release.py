# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publish and release the configurations of a run, for all accounts and regions in one controller task."""

from __future__ import annotations

import functools
from typing import Any, Callable, Iterable, Mapping

from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.rate_limiter import RateLimiter
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.release import Outcome, Releases
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.ssm_parameter import Store
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import labels, sources
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import (
    Target,
    names_by_target,
    outside_managed_policy,
    publications,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.selection import selected
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.usage import users_of
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import hosts_beside, observations

OVERTAKEN_HINT = ". Hint: see with cloudwatch.agent.releases who has published what, then run again"
ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {
        "type": "str",
        "required": True,
        "choices": ["published", "confirmed", "released", "promoted", "rolled_back", "rejected", "pruned"],
    },
    "plan": {"type": "dict", "required": True},
    "published": {"type": "dict"},
    "released": {"type": "list", "elements": "dict", "default": []},
    "verified": {"type": "list", "elements": "str"},
    "policy": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
    "names": {"type": "list", "elements": "str", "default": []},
    "version": {"type": "str", "default": ""},
    "observed": {"type": "dict"},
    "hold": {"type": "str", "choices": ["keep", "lift"], "default": "keep"},
    "parameter_tags": {"type": "dict", "default": {}},
    "takeover": {"type": "bool", "default": False},
    "write_rate": {"type": "float", "default": 3},
}
REQUIRED = [("state", "released", ("published", "verified")), ("state", "confirmed", ("published",))]


class ActionModule(AwsAction):
    """The controller's side of cw_agent_release; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS
    rules = {"required_if": REQUIRED}

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the module's documentation says; fail with one message."""
        if options["write_rate"] <= 0:
            raise AnsibleActionFail(f"write_rate is {options['write_rate']}. Hint: give a number above 0.")

        @functools.lru_cache(maxsize=None)
        def store(target: Target) -> Store:
            reader = self.aws.retrying_client("ssm", **target._asdict())
            writer = functools.partial(self.aws.single_client, "ssm", **target._asdict())
            return Store(reader, writer, RateLimiter(options["write_rate"]), self._display.warning)

        releases = Releases(store, self._task.check_mode)
        try:
            return STATES[options["state"]](self, releases, options)
        except AwsError as error:
            return self.failed(str(error), **{"changed": bool(error.details.get("written")), **error.details})

    def published(self, releases: Releases, options: Mapping[str, Any]) -> dict[str, Any]:
        """Write what differs; return every host's sources."""
        plan = options["plan"]
        for name in outside_managed_policy(plan):
            self._display.warning(
                f"{name}: the managed policy CloudWatchAgentServerPolicy lets hosts read AmazonCloudWatch-* only. "
                "Hint: give the hosts' role ssm:GetParameter on this name, or take a name with that prefix."
            )
        tags = {key: str(value) for key, value in options["parameter_tags"].items()}
        origins = {item["key"]: ", ".join(sorted(item.get("origins") or [])) for item in plan["configurations"]}
        outcome, found = releases.publish(publications(plan), tags, origins, options["hold"], options["takeover"])
        for item in found:
            if item.on_hold(options["hold"]):
                self._display.warning(item.hold_warning())
        return self._result(
            outcome,
            # Data for the stages that follow: with a value out of Ansible Vault in one configuration, none is shown.
            _ansible_no_log=any(item.get("vaulted") for item in plan["configurations"]),
            configurations=[item.result(options["hold"]) for item in found],
            sources=sources.sources_by_host(plan, found, options["hold"]),
            accounts=sources.accounts_by_host(plan, found),
        )

    def confirmed(self, releases: Releases, options: Mapping[str, Any]) -> dict[str, Any]:
        """Say what somebody else has published or released since; what check mode has not written has no label that could be read."""
        own = sources.own(options["published"].get("configurations", []), options["released"])
        found = [] if self._task.check_mode or not own else releases.overtaken(own)
        return {"changed": False, "overtaken": found, "msg": _said(found)}

    def released(self, releases: Releases, options: Mapping[str, Any]) -> dict[str, Any]:
        """Move live to what was published, where every host of a configuration is verified."""
        names: dict[Target, list[str]] = {}
        withheld = []
        published = options["published"].get("configurations", [])
        fetched = options["published"].get("sources", {})
        open_ = [item for item in published if not item["released"] or item["on_hold"]]
        beside: dict[str, list[str]] = {}
        if open_ and options["policy"] == "auto":
            beside = hosts_beside(options["plan"], self.variables["hostvars"], self.variables["groups"]["all"])
        for item in open_:
            reason = "cw_agent_release is never"
            if options["policy"] != "never":
                reason = sources.withheld(item, options["verified"], beside.get(item["name"], []))
            if reason:
                withheld.append({"name": item["name"], "profile": item["profile"], "region": item["region"], "reason": reason})
            else:
                names.setdefault(Target(item["profile"], item["region"]), []).append(item["name"])
        for item in withheld:
            self._display.warning(f"{item['region']}/{item['name']}: not released: {item['reason']}.")
        if self._task.check_mode:
            # What check mode has not written carries no label that could be read.
            outcome = Outcome(changed=bool(names))
        else:
            outcome = releases.move(names, labels.PROMOTE, options["hold"], self._display.v, sources.own(published))
        overtaken = [_place(item) for item in outcome.skipped]
        moved = [{"profile": target.profile, "region": target.region, "name": name} for target in names for name in names[target]]
        released = [place for place in moved if place not in overtaken]
        kept = [*(_place(item) for item in withheld), *overtaken]
        live = [{**_place(item), "parts": sources.live_of(item, fetched)} for item in published if fetched and _place(item) not in kept]
        failed = {"failed": True, "msg": f"Not released: {_said(outcome.skipped)}{OVERTAKEN_HINT}"} if overtaken else {}
        return self._result(outcome, released=released, withheld=[*withheld, *outcome.skipped], live=live, **failed)

    def promoted(self, releases: Releases, options: Mapping[str, Any]) -> dict[str, Any]:
        """Move live to the candidates."""
        outcome = releases.move(names_by_target(options["plan"], options["names"]), labels.PROMOTE, options["hold"], self._display.display)
        return self._result(outcome, live=outcome.live)

    def rolled_back(self, releases: Releases, options: Mapping[str, Any]) -> dict[str, Any]:
        """Move live back to the previous releases, or to the version that is named; what has no previous release is left alone."""
        if options["version"]:
            outcome = releases.move_to(selected(options["plan"], options["names"], options["version"]), self._display.display)
        else:
            outcome = releases.move(names_by_target(options["plan"], options["names"]), labels.ROLLBACK, "keep", self._display.display)
        for item in outcome.skipped:
            self._display.warning(f"{item['region']}/{item['name']}: skipped: {item['reason']}.")
        return self._result(outcome, skipped=outcome.skipped, live=outcome.live)

    def rejected(self, releases: Releases, options: Mapping[str, Any]) -> dict[str, Any]:
        """Put the candidates on hold where there is a live release to stay at; of a run, those that it has published itself."""
        names = names_by_target(options["plan"], options["names"])
        own = sources.own(options["published"].get("configurations", [])) if options["published"] else None
        outcome = releases.move(names, labels.REJECT, "keep", self._display.display, own)
        return self._result(outcome, skipped=outcome.skipped)

    def pruned(self, releases: Releases, options: Mapping[str, Any]) -> dict[str, Any]:
        """Delete parts that no label and no host uses."""
        plan, hostvars = options["plan"], self.variables["hostvars"]
        observed = observations(hostvars, plan["hosts"]) if options["observed"] is None else options["observed"]
        beside = hosts_beside(plan, hostvars, self.variables["groups"]["all"])
        names = names_by_target(plan, options["names"])
        outcome = releases.prune(names, {target: users_of(plan, target, observed, beside) for target in names})
        for item in outcome.retained:
            self._display.display(f"{item['region']}/{item['name']}: retained: {item['reason']}")
        return self._result(outcome, deleted=outcome.deleted, retained=outcome.retained)

    def _result(self, outcome: Outcome, **more: Any) -> dict[str, Any]:
        diff = {"diff": outcome.diff()} if self._task.diff and not more.get("_ansible_no_log") else {}
        return {"changed": outcome.changed, "moves": outcome.moves, **more, **diff}


def _place(item: Mapping[str, Any]) -> dict[str, str]:
    return {key: item[key] for key in ("profile", "region", "name")}


def _said(found: Iterable[Mapping[str, str]]) -> str:
    return "; ".join(f"{item['region']}/{item['name']}: {item['reason']}" for item in found)


STATES: dict[str, Callable[..., dict[str, Any]]] = {
    "published": ActionModule.published,
    "confirmed": ActionModule.confirmed,
    "released": ActionModule.released,
    "promoted": ActionModule.promoted,
    "rolled_back": ActionModule.rolled_back,
    "rejected": ActionModule.rejected,
    "pruned": ActionModule.pruned,
}
