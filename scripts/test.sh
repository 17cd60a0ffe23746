#!/usr/bin/env bash
# All tests: unit, property, integration and end to end with cargo-nextest, the documentation's examples, the adapters.
# One private PostgreSQL serves the whole run (HOOKSWITCH_TEST_POSTGRES_URL) and ends with it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

results=()
ended=0

run() { # <name> <command…>
    local name=$1 log status=0 passed failed
    shift
    log=$(mktemp)
    say "$name"
    "$@" 2>&1 | tee "$log" || status=$?
    passed=$(count "$log" passed)
    failed=$(count "$log" "(failed|timed out|exec failed)")
    rm -f "$log"
    # A runner that broke before it could count has failed too.
    if ((status != 0 && failed == 0)); then failed=1; fi
    if ((status != 0)); then ended=$status; fi
    results+=("$name: $passed passed, $failed failed")
}

# Adds up one word of the closing lines: nextest's "Summary [2.1s] 31 tests run: 30 passed, 1 failed",
# "test result: ok. 4 passed; 0 failed", and pytest's "1 failed, 22 passed in 3.1s".
count() { # <log> <word>
    { sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -aE '^ *Summary \[|^test result:|^[0-9]+ (passed|failed).* in [0-9.]+s' | grep -aoE "[0-9]+ $2" || true; } |
        awk '{ sum += $1 } END { print sum + 0 }'
}

scripts/setup.sh test
scripts/interop.sh
export HOOKSWITCH_INTEROP_DIR=$root/target/interop

# Tests and the programs they start in one build, with the same features for all that follows.
say "Building the tests"
if ! cargo build --workspace --locked --tests --bins; then
    printf '\ncargo build: 0 passed, 1 failed\n'
    exit 1
fi

sync_python "$target/debug/hookswitch"

if cargo nextest --version >/dev/null 2>&1; then
    profile=default
    [[ ${CI:-} == true ]] && profile=ci
    run "cargo nextest" "$target/debug/with_postgres" cargo nextest run --workspace --locked --profile "$profile" "$@"
else
    say "cargo-nextest is not there: plain cargo test, without its time limits for hanging tests."
    run "cargo test" "$target/debug/with_postgres" cargo test --workspace --locked --no-fail-fast --lib --bins --tests "$@"
fi
run "cargo test --doc" cargo test --workspace --locked --doc
run "adapters" scripts/adapters.sh

printf '\n'
printf '%s\n' "${results[@]}"
exit "$ended"
