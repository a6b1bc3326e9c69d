# framezip. `make help` lists what there is.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.SHELLFLAGS := -eu -o pipefail -c

# What is built or fetched once lies outside the clone, so that the next clone finds it.
export FRAMEZIP_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/framezip
VENV := $(FRAMEZIP_CACHE)/venv
export PATH := $(VENV)/bin:$(PATH)
export PYTHON := $(VENV)/bin/python
# For libjpeg-turbo, when a deployment builds without `make setup`.
export CMAKE := $(VENV)/bin/cmake
export SAM_CLI_TELEMETRY := 0

HOST_ARCH := $(patsubst aarch64,arm64,$(shell uname -m))
# Tests and the local stack run on this machine; AWS gets what template.yaml says, unless told.
LAMBDA_ARCH := $(or $(ARCH),arm64)
machine = $(patsubst arm64,aarch64,$(1))

FUNCTIONS := api enqueue extract notify
# What a bare clone needs from Debian, besides Rust, gcc, make, Python and Node.
APT_PACKAGES := ca-certificates curl libclang-dev nasm patch pkg-config shellcheck xz-utils \
	$(shell python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv)
# The programs that the tests let read an archive or trace a process.
TEST_PACKAGES := 7zip default-jdk-headless libarchive-tools strace unzip
# The Python tools are installed anew when their pins change, not when a clone is new.
TOOLS := $(VENV)/installed-$(firstword $(shell sha256sum local/requirements.txt))

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
	@mkdir -p $(FRAMEZIP_CACHE)
	@python3 -m venv --clear $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement local/requirements.txt
	@touch $@

.PHONY: requirements
requirements: ## Pins every Python package anew, from local/requirements.in
	@rm -rf $(VENV) && python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement local/requirements.in
	@{ echo '# Made by `make requirements` from requirements.in.'; $(VENV)/bin/pip freeze; } > local/requirements.txt

# ---- build -----------------------------------------------------------------------------------------

.PHONY: build
build: ## Builds everything for the local stack, on this machine's processor
build: setup
	@echo "building the functions for $(HOST_ARCH) (from nothing, several minutes)"
	@$(MAKE) --no-print-directory functions ARCH=$(HOST_ARCH)
	@ARCH=$(HOST_ARCH) sam build --config-env local --parameter-overrides Architecture=$(HOST_ARCH) \
		>$(BUILD_LOG) 2>&1 || { cat $(BUILD_LOG); exit 1; }
	@echo "building the client"
	@cargo build --locked --release --package framezip-client

BUILD_LOG := $(or $(CARGO_TARGET_DIR),target)/sam-build.log

# `sam build` calls these, one a function. All functions are built by one cargo run: built one by one,
# each would compile the SDKs again with its own features.
.PHONY: build-ApiFunction build-EnqueueFunction build-ExtractFunction build-NotifyFunction
build-ApiFunction: FUNCTION := api
build-EnqueueFunction: FUNCTION := enqueue
build-ExtractFunction: FUNCTION := extract
build-NotifyFunction: FUNCTION := notify
build-ApiFunction build-EnqueueFunction build-ExtractFunction build-NotifyFunction: functions
	@cp $(LAMBDA_DIR)/$(FUNCTION)/bootstrap $(ARTIFACTS_DIR)/

LAMBDA_DIR := $(or $(CARGO_TARGET_DIR),target)/lambda/$(LAMBDA_ARCH)

# Amazon Linux 2023 has glibc 2.34.
.PHONY: functions
functions: packages $(TOOLS)
	@$(MAKE) --no-print-directory -C layers/ffmpeg ARCH=$(LAMBDA_ARCH)
	@FFMPEG_DIR=$(CURDIR)/layers/ffmpeg/dist/$(call machine,$(LAMBDA_ARCH)) \
		cargo lambda build --locked --release \
		--target $(call machine,$(LAMBDA_ARCH))-unknown-linux-gnu.2.34 \
		--lambda-dir $(LAMBDA_DIR) $(FUNCTIONS:%=--package %)

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
watch: setup
	@local/watch.sh

# ---- check -----------------------------------------------------------------------------------------

.PHONY: bench
bench: ## Measures framezip beside ffmpeg and PyAV, into docs/BENCH.md (about half an hour)
bench: setup
	@local/install-packages.sh ffmpeg
	@cargo build --locked --release --package framezip-frames --example extract
	@$(PYTHON) shared/frames/bench/bench.py \
		--extract $(or $(CARGO_TARGET_DIR),target)/release/examples/extract $(BENCH)

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

.PHONY: lint
lint: ## Format, clippy, template, dependencies
lint: setup
	cargo fmt --all --check
	cargo clippy --quiet --locked --workspace --all-targets -- --deny warnings
	sam validate --region eu-central-1
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
	@cargo test --locked --workspace 2>&1 | tee $(TEST_LOG)
	@awk '/^test result/ { passed += $$4; failed += $$6 } END { print passed " passed, " failed " failed" }' $(TEST_LOG)

EXAMPLES ?= 200

.PHONY: schema
schema: ## Tests the API from its description at length: make schema [EXAMPLES=200]
schema: build
	@SCHEMA_EXAMPLES=$(EXAMPLES) cargo test --locked --package framezip-tests --test e2e -- schema

TEST_LOG := $(or $(CARGO_TARGET_DIR),target)/test.log

# ---- deploy ----------------------------------------------------------------------------------------

.PHONY: deploy
deploy: ## To a real account: make deploy [ARCH=arm64|x86_64]
deploy: $(TOOLS)
	@ARCH=$(LAMBDA_ARCH) sam build --parameter-overrides Architecture=$(LAMBDA_ARCH)
	@sam deploy --guided --parameter-overrides Architecture=$(LAMBDA_ARCH)

.PHONY: deploy-ci
deploy-ci: ## To the account of the environment, without questions: make deploy-ci SENDER_EMAIL=...
deploy-ci: $(TOOLS)
	@test -n "$(SENDER_EMAIL)" || { echo "SENDER_EMAIL is not set" >&2; exit 1; }
	@ARCH=$(LAMBDA_ARCH) sam build --parameter-overrides Architecture=$(LAMBDA_ARCH)
	@sam deploy --no-confirm-changeset --no-fail-on-empty-changeset \
		--parameter-overrides Architecture=$(LAMBDA_ARCH) SenderEmail=$(SENDER_EMAIL)
