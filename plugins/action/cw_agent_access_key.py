# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access keys of IAM users into files of the controller, for all accounts in one task."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import access_keys
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.iam_reading import existing
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction, clients

USER: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "account": {"type": "str", "default": ""},
    "region": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "users": {"type": "list", "elements": "dict", "required": True, "options": USER},
    "directory": {"type": "path", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_access_key; no host is contacted."""

    _supports_diff = True

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Make the keys that are missing, or remove the files of users that are gone."""
        super().run(tmp, task_vars)
        given, connection = self.connect(ARGUMENTS)
        self._client = clients(connection)
        paths = {(one["account"], one["name"]): Path(given["directory"]) / f"{one['account']}-{one['name']}.yml" for one in given["users"]}
        before = {str(path): path.exists() for path in paths.values()}
        try:
            keys = self._present(given["users"], paths) if given["state"] == "present" else self._absent(paths)
        except AwsError as error:
            return {"failed": True, "changed": False, "msg": str(error)}
        except OSError as error:
            return {"failed": True, "changed": False, "msg": f"directory: {error.filename}: {error.strerror}."}
        after = {key["path"]: key["present"] for key in keys}
        return {"changed": before != after, "keys": keys, "diff": {"before": before, "after": after} if before != after else {}}

    def _present(self, users: list[dict[str, Any]], paths: Mapping[tuple[str, str], Path]) -> list[dict[str, Any]]:
        decided = []
        for one in users:
            client = self._client("iam", one["profile"], one["region"])
            path = paths[(one["account"], one["name"])]
            # In check mode a user may not be there yet.
            keys = existing(access_keys.keys_of, client, one["name"]) or {}
            decided.append((client, one["name"], path, access_keys.decide(path, keys)))
        wrong = [decision.problem for _client, _name, _path, decision in decided if decision.problem]
        if wrong:
            raise AwsError(" ".join(wrong))
        found = []
        for client, name, path, decision in decided:
            made = access_keys.make(client, name, path) if decision.make and not self._task.check_mode else decision.key
            found.append({"user": name, "path": str(path), "access_key_id": made, "present": True})
        return found

    def _absent(self, paths: Mapping[tuple[str, str], Path]) -> list[dict[str, Any]]:
        for path in paths.values():
            if not self._task.check_mode:
                path.unlink(missing_ok=True)
        return [{"user": name, "path": str(path), "access_key_id": "", "present": False} for (_account, name), path in paths.items()]
