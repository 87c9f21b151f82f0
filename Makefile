# Promenade's everyday commands. `make` alone lists them.

BIN := $(or $(CARGO_TARGET_DIR),target)/release/promenade
LISTEN ?= 127.0.0.1:8080
STORE ?= sqlite:promenade.sqlite
RUST := cargo rustc gcc
# A macro declares the kinds of campaign, and `cargo fmt` follows no macro. Each kind's mod.rs leads to its other files.
KINDS := crates/domain/src/campaign/*/mod.rs

.DEFAULT_GOAL := help
.PHONY: help run test soak lint fmt bench bench-peers clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build the server and start it with a demo shop on http://127.0.0.1:8080 (LISTEN=, STORE=)
	@tools/need.sh $(RUST)
	cargo build --release -p cli
	$(BIN) serve --demo --listen $(LISTEN) --store $(STORE)

test: ## every test, then lint
	@tools/need.sh $(RUST) curl python3 node cargo-fmt cargo-clippy
	@if cargo nextest --version >/dev/null 2>&1; then \
	  set -x; cargo test --workspace --doc && cargo nextest run --workspace; \
	else \
	  set -x; cargo test --workspace --doc && cargo test --workspace --lib --bins --tests; \
	fi
	@for server in redis-server postgres; do \
	  command -v $$server >/dev/null || ls /usr/lib/postgresql/*/bin/$$server >/dev/null 2>&1 || \
	  echo "skipped: the bench's tests of its peer on $$server (it is not installed)"; \
	done
	@$(MAKE) --no-print-directory lint

SOAK_SECONDS ?= 3600
soak: ## damaged inputs for every reader of files, bodies and secrets, an hour each (SOAK_SECONDS=)
	@tools/need.sh $(RUST)
	SOAK_SECONDS=$(SOAK_SECONDS) cargo test --release -p cli --test fuzz -- --nocapture

lint: ## format, clippy, and the repository's own checks
	@tools/need.sh $(RUST) cargo-fmt cargo-clippy
	cargo fmt --all --check
	rustfmt --edition 2024 --check $(KINDS)
	cargo clippy --workspace --all-targets -- -D warnings
	cargo xtask arrows
	cargo xtask circles
	cargo xtask migrations
	cargo xtask promise
	cargo xtask tidy
	cargo xtask rules
	@tools/deny.sh

fmt: ## format all sources
	@tools/need.sh cargo cargo-fmt
	cargo fmt --all
	rustfmt --edition 2024 $(KINDS)

bench: ## measure on this machine, in release
	@tools/need.sh $(RUST)
	cargo build --release -p cli
	cargo run --release -p bench

bench-peers: ## the field's engines and ours on the same carts (needs npm and PyPI)
	tools/bench-peers.sh

clean: ## remove what was built
	cargo clean
