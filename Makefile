# Everything runs from .venv, which `make setup` builds from uv.lock with nothing but Python 3.11 or later.
PYTHON ?= python3
UV_VERSION := 0.13.8
BIN := .venv/bin
STACK ?= dev
SYSTEM ?=
PROJECT_DIR := $(if $(SYSTEM),systems/$(SYSTEM),.)
# Handlers in JavaScript are tested where there is Node; nothing else needs it.
NODE_WORK := workloads/functions/ec2_manager
HANDLERS := $(if $(shell command -v npm),$(NODE_WORK)/node_modules/.ready)
# Bytecode makes imports three times as fast; an empty value lets Python keep it where the machine forbids it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup preview test coverage lint audit secure-code secrets bench generate screenshots up down clean

setup: .venv/.ready $(HANDLERS)

.venv/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test "$$($(BIN)/uv --version 2>/dev/null | cut -d' ' -f2)" = $(UV_VERSION) || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=.venv $(BIN)/uv sync --quiet --frozen --inexact --python $(BIN)/python
	@$(BIN)/python -m tierwise.bytecode
	@touch $@

$(NODE_WORK)/node_modules/.ready: $(NODE_WORK)/package-lock.json
	@npm ci --silent --prefix $(NODE_WORK)
	@touch $@

preview: .venv/.ready
	@$(BIN)/tierwise preview $(if $(SYSTEM),$(SYSTEM)/)$(STACK)

# Each file, and all about one system, on one worker: what its tests share is made once.
test: setup
	@$(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder

# How much of the program the tests run; a release asks for four fifths.
coverage: setup
	@$(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder --cov --cov-report=term:skip-covered --cov-fail-under=80

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci docs/gitlab/preview.yml
	@$(BIN)/zizmor --offline --quiet .github

# Known vulnerabilities of what the project and its workloads depend on.
audit: setup
	@VIRTUAL_ENV=.venv $(BIN)/uv sync --quiet --frozen --inexact --group audit --python $(BIN)/python
	@BIN=$(BIN) .github/scripts/audit.sh

# What ruff knows of insecure code, and zizmor of workflows that let strangers in.
secure-code: setup
	@$(BIN)/ruff check --select S .
	@$(BIN)/zizmor --offline --quiet .github

# Credentials in files, and in every commit of the branch.
secrets: setup
	@$(BIN)/python .github/scripts/secret_scan.py --history

bench: setup
	@$(BIN)/python -m tests.bench

generate: setup
	@$(BIN)/python -m settings.schema
	@$(BIN)/python -m tierwise.preview.checks.generate
	@$(BIN)/python -m tierwise.preview.replacement_generate
	@$(BIN)/python -m guardrails.page
	@$(BIN)/python -m tierwise.operations.page
	@$(BIN)/python -m tierwise.review.document_page
	@$(BIN)/python -m tierwise.review.pictures

# Of the report, for the documentation; needs Chromium on PATH.
screenshots: setup
	@$(BIN)/python -m tests.review.browser.screenshots

# Without AWS credentials in the environment the real engine works on a sandbox AWS on this machine.
AWS := $(AWS_PROFILE)$(AWS_ACCESS_KEY_ID)$(AWS_ROLE_ARN)
IN := $(if $(AWS),PATH="$(CURDIR)/$(BIN):$$PATH",$(BIN)/tierwise sandbox --)

up: setup
	@$(if $(AWS),,$(IN) pulumi stack select --create $(STACK) -C $(PROJECT_DIR))
	$(IN) pulumi up -C $(PROJECT_DIR) -s $(STACK) --policy-pack "$(CURDIR)/policy" $(if $(AWS),,--yes)

down: setup
	$(IN) pulumi destroy -C $(PROJECT_DIR) -s $(STACK) $(if $(AWS),,--yes)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis
