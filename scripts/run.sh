#!/usr/bin/env bash
# Starts a server for development: prints a fresh admin key. Arguments go to `hookswitch serve`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

scripts/setup.sh build
say "Building hookswitch"
cargo build --profile demo --locked -p hookswitch
sync_python "$target/demo/hookswitch"
exec "$target/demo/hookswitch" serve --dev "$@"
