#!/usr/bin/env bash
# Shows hookswitch at work: a temporary server, a real booking service, a scripted session.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

scripts/setup.sh build
say "Building hookswitch (the first time about five minutes on two cores; then seconds)"
cargo build --profile demo --locked -p hookswitch
sync_python "$target/demo/hookswitch"
say "Starting the demo"
exec "$target/demo/hookswitch" demo "$@"
