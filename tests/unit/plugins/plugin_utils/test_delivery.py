# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.delivery_roles import Account, of_flow_logs
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.delivery import DeliveryRoles
from ansible_collections.cloudwatch.agent.tests.support.fake_iam import ACCOUNT, Iam


def test_roles_of_two_accounts_are_read_shown_and_made() -> None:
    known: dict[str, Iam] = {"": Iam(), "shop": Iam()}
    asked: list[str] = []

    def client(service: str, profile: str, region: str) -> Iam:
        asked.append(service)
        assert region == "eu-west-1"
        return known[profile]

    roles = DeliveryRoles(client, "eu-west-1")
    role = of_flow_logs("delivery", roles.account(""))
    assert roles.account("") == Account("aws", ACCOUNT) and asked == ["sts"]
    for profile in known:
        roles.read(profile, role)
    assert list(roles.problems()) == [] and list(roles.sides()["after"]) == ["role/delivery", "shop/role/delivery"]
    roles.ensure()
    assert [iam.writes for iam in known.values()] == [["create_role", "put_role_policy"]] * 2
    again = DeliveryRoles(client, "eu-west-1")
    again.read("", role)
    assert again.sides() == {"before": {}, "after": {}}
    known[""].roles["delivery"].update(AssumeRolePolicyDocument={}, Tags=[])
    again.read("", role)
    assert ["differs from what is needed" in line for line in again.problems()] == [True]
