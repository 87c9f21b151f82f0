#!/usr/bin/env bash
# What others built that may come in: `cargo deny` on licences, bans, sources and known advisories.
# Advisories are looked up wherever their data can be had, fetched or kept from before; what was not looked at is said.
set -euo pipefail

if ! cargo deny --version >/dev/null 2>&1; then
  echo "skipped: cargo deny check (cargo-deny is not installed; cargo install cargo-deny)"
  exit 0
fi
cargo deny check licenses bans sources
if timeout 60 cargo deny fetch db >/dev/null 2>&1; then
  cargo deny check --disable-fetch advisories
elif compgen -G "${CARGO_HOME:-$HOME/.cargo}/advisory-dbs/*/" >/dev/null; then
  echo "advisories: as of the copy that was fetched before; a newer one cannot be had"
  cargo deny check --disable-fetch advisories
else
  echo "skipped: cargo deny check advisories (their data cannot be fetched, and no copy is here)"
fi
