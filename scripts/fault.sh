#!/usr/bin/env bash
# The long fault run: kills the server at random points under load, restarts it, and checks the ledger against
# what the upstream really received. HOOKSWITCH_FAULT_KILLS sets how often (200).
set -euo pipefail
source "$(dirname "$0")/lib.sh"

scripts/setup.sh fault
export HOOKSWITCH_FAULT_KILLS=${HOOKSWITCH_FAULT_KILLS:-200}

say "Building"
cargo build --workspace --locked --tests --bins
say "Fault run: $HOOKSWITCH_FAULT_KILLS kills"
if cargo nextest --version >/dev/null 2>&1; then
    "$target/debug/with_postgres" cargo nextest run --locked --profile fault --no-capture -p hookswitch --test fault "$@"
else
    "$target/debug/with_postgres" cargo test --locked -p hookswitch --test fault -- --nocapture "$@"
fi
