#!/usr/bin/env bash
# Format, clippy, supply chain, documentation. Runs all of them, then says which failed.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

scripts/setup.sh lint

check "cargo fmt" cargo fmt --all --check
check "cargo clippy" cargo clippy --workspace --locked --all-targets -- -D warnings
# Advisories are left out: they need a database that changes without us.
check "cargo deny" cargo deny --locked check bans licenses sources
check "cargo doc" env RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --locked --no-deps

printf '\nlint: %d passed, %d failed\n' "$passed" "$failed"
exit "$((failed > 0))"
