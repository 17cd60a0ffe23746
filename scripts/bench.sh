#!/usr/bin/env bash
# Measures hookswitch beside its peers (benches/README.md); figures go to target/bench/summary.json.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

scripts/setup.sh bench
[[ -x benches/run ]] || fail "benches/run is not there: nothing can be measured yet."
exec benches/run "$@"
