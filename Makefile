# Wufei 无废. The whole interface:
#   make run     set up what is missing and start everything, until Ctrl-C
#   make test    set up what is missing and run every test
#   make check   style, types, import direction, migrations, messages, settings, deployment
#   make bench   every benchmark in bench/
# Needed: Python >= 3.11 and the package registries (after set-up, no network).

BIN := .venv/bin
# Stamps of what is set up; one that is older than its lock file is made again.
DONE := .setup
SETUP := $(MAKE) --no-print-directory -s -j2
CORES := $(shell nproc 2>/dev/null || echo 2)

# Django's own checks, in a folder of their own and without a server.
CHECKED := WUFEI_HOME=$(DONE)/home DJANGO_SETTINGS_MODULE=wufei.config.settings PYTHONWARNINGS=ignore
PRODUCTION := WUFEI_SECURE=true WUFEI_DEMO=false WUFEI_MFA_REQUIRED=true

# Without compiled modules every process would compile a thousand files anew, at every start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check bench

run:
	@$(SETUP) $(DONE)/runtime $(DONE)/browser
	@exec $(BIN)/wufei up

test:
	@$(SETUP) $(DONE)/dev $(DONE)/browser
	@$(SETUP) $(DONE)/chromium
	@$(BIN)/python -m pytest -n $(CORES) --dist loadfile

check:
	@$(SETUP) $(DONE)/dev $(DONE)/browser
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/python -m wufei.config.messages check
	$(BIN)/wufei settings | diff docs/guide/settings.md -
	$(CHECKED) $(BIN)/python -m django makemigrations --check --dry-run
	$(CHECKED) $(PRODUCTION) $(BIN)/python -m django check --deploy --fail-level WARNING

bench:
	@$(SETUP) $(DONE)/dev $(DONE)/browser
	@set -e; for file in bench/[a-z]*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

$(DONE)/venv: requirements-setup.lock deploy/setup.sh
	@mkdir -p $(DONE)
	@deploy/setup.sh venv
	@touch $@

$(DONE)/runtime: requirements.lock $(DONE)/venv
	@deploy/setup.sh install requirements.lock
	@touch $@

$(DONE)/dev: requirements-dev.lock $(DONE)/venv
	@deploy/setup.sh install requirements-dev.lock
	@touch $@ $(DONE)/runtime

# Without a system npm the one of a wheel is used, and that needs the installer first.
$(DONE)/browser: package-lock.json $(if $(shell command -v npm),,$(DONE)/venv)
	@mkdir -p $(DONE)
	@deploy/setup.sh browser
	@touch $@

$(DONE)/chromium:
	@deploy/setup.sh chromium
	@touch $@
