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
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction

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
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Make the keys that are missing, or remove the files of users that are gone."""
        directory = Path(options["directory"])
        paths = {(user["account"], user["name"]): directory / f"{user['account']}-{user['name']}.yml" for user in options["users"]}
        before = {str(path): path.exists() for path in paths.values()}
        try:
            keys = self._present(options["users"], paths) if options["state"] == "present" else self._absent(paths)
        except (AwsError, OSError) as error:
            text = str(error) if isinstance(error, AwsError) else f"directory: {error.filename}: {error.strerror}."
            return self.failed(text, changed=before != {str(path): path.exists() for path in paths.values()})
        after = {key["path"]: key["present"] for key in keys}
        return {"changed": before != after, "access_keys": keys, "diff": {"before": before, "after": after} if before != after else {}}

    def _present(self, users: list[dict[str, Any]], paths: Mapping[tuple[str, str], Path]) -> list[dict[str, Any]]:
        decided = []
        for user in users:
            client = self.client("iam", user["profile"], user["region"])
            path = paths[(user["account"], user["name"])]
            # In check mode a user may not be there yet.
            keys = existing(access_keys.keys_of, client, user["name"]) or {}
            decided.append((client, user["name"], path, access_keys.decide(path, keys)))
        wrong = [decision.problem for _client, _name, _path, decision in decided if decision.problem]
        if wrong:
            raise AwsError(" ".join(wrong))
        results = []
        for client, name, path, decision in decided:
            key = access_keys.make(client, name, path) if decision.make and not self._task.check_mode else decision.key
            results.append({"user": name, "path": str(path), "access_key_id": key, "present": True})
        return results

    def _absent(self, paths: Mapping[tuple[str, str], Path]) -> list[dict[str, Any]]:
        for path in paths.values():
            if not self._task.check_mode:
                path.unlink(missing_ok=True)
        return [{"user": name, "path": str(path), "access_key_id": "", "present": False} for (_account, name), path in paths.items()]
