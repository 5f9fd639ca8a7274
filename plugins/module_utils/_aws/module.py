# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of this collection's AWS modules: amazon.aws's AnsibleAWSModule with retries that know throttles, and quiet arguments.

Private to this collection. Controller only.
"""

from __future__ import annotations

import functools
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from .clients import ClientPool, client_config

HIDDEN = "VALUE_NOT_SHOWN"


class QuietModule(AnsibleModule):
    """An AnsibleModule that keeps the options named in *secret_options* out of syslog and out of every result.

    They are shown (to ``-vvv``) only after the module has set ``reveal``, when it knows that nothing in them is secret. ``no_log``
    would do neither: the invocation is logged before a module knows what it holds, and masking by text mangles numbers in a diff.
    """

    secret_options: frozenset[str] = frozenset()
    reveal = False

    def _log_invocation(self) -> None:
        shown = {key: value for key, value in self._hidden(self.params).items() if not self.argument_spec.get(key, {}).get("no_log")}
        self.log("Invoked with " + " ".join(f"{key}={value}" for key, value in sorted(shown.items()) if value is not None))

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: HIDDEN if key in self.secret_options and item is not None else self._hidden(item) for key, item in value.items()}
        return [self._hidden(item) for item in value] if isinstance(value, list) else value

    def _invocation(self) -> dict[str, Any]:
        return {"module_args": self.params if self.reveal else self._hidden(self.params)}

    def exit_json(self, **kwargs: Any) -> None:
        super().exit_json(**{"invocation": self._invocation(), **kwargs})

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        super().fail_json(msg, **{"invocation": self._invocation(), **kwargs})


class AwsModule(AnsibleAWSModule):
    """AnsibleAWSModule on a :class:`QuietModule`, whose clients retry throttles with botocore's adaptive mode.

    Args:
        secret_options: names of options, at any depth, that are hidden until ``reveal()``.
        kwargs: as of AnsibleModule.
    """

    def __init__(self, secret_options: tuple[str, ...] = (), **kwargs: Any) -> None:
        quiet = type("QuietModule", (QuietModule,), {"secret_options": frozenset(secret_options)})
        settings = AnsibleAWSModule.default_settings
        kept = settings["module_class"]
        settings["module_class"] = quiet  # AnsibleAWSModule reads the class from here alone
        try:
            super().__init__(**kwargs)
        finally:
            settings["module_class"] = kept

    def warn(self, *args: Any, **kwargs: Any) -> None:
        """Passed on only: amazon.aws's own also hands warnings to exit_json, which core 2.19 answers with a deprecation."""
        self._module.warn(*args, **kwargs)

    def reveal(self) -> None:
        """From now on the hidden options are shown: nothing in them is secret."""
        self._module.reveal = True

    @property
    def revealed(self) -> bool:
        """Whether nothing in the hidden options is secret."""
        return bool(self._module.reveal)

    def retrying_client(self, service: str, **connection: Any) -> Any:
        """A client for calls that may be repeated safely. ``connection``: instead of the module's own, such as ``region``."""
        return ClientPool(functools.partial(self.client, service, config=client_config(repeat=True), **connection))

    def single_client(self, service: str) -> Any:
        """A client that never repeats a call by itself: for writes of which every one counts."""
        return self.client(service, config=client_config(repeat=False))
