# SPDX-License-Identifier: GPL-3.0-or-later
# Two commands matter: `make demo` (the main job end to end on this machine) and `make test` (every test there is).
SHELL := /bin/bash
RUN := tests/tools/run
SCENARIOS := $(patsubst molecule/%/molecule.yml,%,$(wildcard molecule/*/molecule.yml))

.PHONY: help demo demo-clean test lint unit sanity units lab integration conformance molecule e2e docs release-check bench matrix clean

help: ## Show the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## Start the lab, roll the agent out to four hosts, show what arrived
	@demo/run

demo-clean: ## Remove everything the demo made
	@demo/clean

test: ## Run every layer below (bench and matrix excepted)
	@$(RUN) python tests/tools/layers.py

lint: ## yamllint, ruff, mypy, shellcheck, ansible-lint, changelog, documentation
	@tests/tools/lint

unit: ## Unit tests: pure, seconds
	@# Modules in a process of their own: where a controller's plugins are loaded, a module's warnings take another way.
	@$(RUN) pytest tests/unit -n 2 --ignore tests/unit/plugins/modules
	@$(RUN) pytest tests/unit/plugins/modules

sanity: ## ansible-test sanity, without ignores
	@tests/tools/ansible_test sanity --venv --python 3.11

units: ## ansible-test units: what runs on hosts
	@# Each test in a process of its own, which takes three times as long as `unit`: of use where modules leave something behind.
	@tests/tools/ansible_test units --local --python 3.11 tests/unit/plugins/modules/ tests/unit/plugins/module_utils/_host/

lab: ## The lab's own tests: hosts, AWS stand-in, agent stand-in
	@$(RUN) pytest tests/lab --durations 5

integration: ## The modules against the AWS stand-in
	@tests/integration/run

conformance: ## The agent stand-in against what the real agent did (needs CW_AGENT_SHARED)
	@$(RUN) pytest tests/conformance --durations 5

molecule: ## Every role's scenario on systemd hosts
	@tests/tools/molecule $(SCENARIOS)

e2e: ## site.yml from inventory to telemetry, its failures and the table of faults included
	@# Each file has a lab of its own, and waits more than it computes.
	@$(RUN) pytest tests/faults tests/e2e -n 4 --dist loadfile --durations 40

docs: ## The documentation as a site of HTML pages, without a warning, on a large screen and on a telephone
	@tests/tools/docs
	@$(RUN) python tests/tools/docs_in_browser.py tests/output/docs

release-check: ## What a release has to be: fragments, version, the tarball, and the tarball in a bare environment against the lab
	@tests/tools/release_check

bench: ## The benchmarks: ratios against a baseline of the same run
	@tests/bench/run

matrix: ## The versions we claim, each executed: ansible-core, Python, oldest libraries, Debian releases, phases (ONLY="words" picks)
	@$(RUN) python tests/tools/matrix.py $(ONLY)

clean: ## Remove this checkout's caches
	rm -rf .ansible .mypy_cache .pytest_cache .ruff_cache tests/output
