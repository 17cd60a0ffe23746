#!/usr/bin/env bash
# The long fault run: kills the server at random points under load, restarts it, and checks the ledger against
# what the upstream really received. HOOKSWITCH_FAULT_KILLS sets how often (200), HOOKSWITCH_FAULT_SEED repeats a
# run. A run that finds nothing writes its table to docs/fault-runs.md.
#
#   scripts/fault.sh [filter of nextest, or a name of a test]
set -euo pipefail
source "$(dirname "$0")/lib.sh"

scripts/setup.sh fault
export HOOKSWITCH_FAULT_KILLS=${HOOKSWITCH_FAULT_KILLS:-200}
export HOOKSWITCH_FAULT_REPORT=${HOOKSWITCH_FAULT_REPORT:-$root/docs/fault-runs.md}
have strace || say "strace is not installed: flushes will be counted by the ledger's own commits only."

say "Building"
cargo build --locked -p hookswitch -p hookswitch-testkit --tests --bins
say "Fault run: $HOOKSWITCH_FAULT_KILLS kills"
if cargo nextest --version >/dev/null 2>&1; then
    "$target/debug/with_postgres" cargo nextest run --locked --profile fault --no-capture -p hookswitch --test fault "$@"
else
    "$target/debug/with_postgres" cargo test --locked -p hookswitch --test fault -- --nocapture --test-threads 1 "$@"
fi
