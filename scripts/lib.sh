# shellcheck shell=bash
# What the scripts share: where we are, how we speak, how runners report. Sourced, not run.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
target=${CARGO_TARGET_DIR:-$root/target}

# Tools that a script installs for itself live here, not in the user's home.
tools=$target/tools
export PATH="$tools/bin:$PATH"

# rustup puts cargo here; a shell opened before its installation does not know yet.
if ! command -v cargo >/dev/null && [[ -x ${CARGO_HOME:-$HOME/.cargo}/bin/cargo ]]; then
    export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() {
    printf '\033[1;31merror:\033[0m %s\n' "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# The curated sets of Python packages, from their locks, where they are missing: seconds, once a machine.
sync_python() { # <hookswitch binary>
    if ! "$1" python sync; then
        say "Python packages could not be fetched: tools that need requests, httpx, numpy or pandas will say so."
    fi
}

passed=0
failed=0

# Runs one check of a script's list, goes on when it fails, and counts.
check() {
    local name=$1 started=$SECONDS
    shift
    say "$name"
    if "$@"; then
        passed=$((passed + 1))
        say "$name: ok ($((SECONDS - started)) s)"
    else
        failed=$((failed + 1))
        say "$name: FAILED ($((SECONDS - started)) s)"
    fi
}
