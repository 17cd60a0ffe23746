#!/usr/bin/env bash
# Runs the call engine against real SIP programs and writes docs/telephony-scenarios.md from what was seen.
set -euo pipefail
cd "$(dirname "$0")/.."

need=()
command -v sipp >/dev/null || need+=(sip-tester)
command -v baresip >/dev/null || need+=(baresip)
command -v kamailio >/dev/null || need+=(kamailio)
if [ ${#need[@]} -gt 0 ]; then
    echo "installing ${need[*]}"
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends "${need[@]}"
fi

target=${CARGO_TARGET_DIR:-target}
rm -rf "$target/tmp/telephony-scenarios"
timeout 600 cargo test -p hookswitch-telephony -p hookswitch-media -p hookswitch-sip --no-fail-fast
timeout 600 cargo test -p hookswitch --test sip --no-fail-fast

page=docs/telephony-scenarios.md
{
    echo '# Phone call scenarios'
    echo
    echo 'Written by `make test-sip` from its last run: what was seen at the far end, scenario by scenario. A number that is missing'
    echo 'here has not been shown.'
    echo
    echo '| # | scenario | far end | seen |'
    echo '|--:|---|---|---|'
    cat "$target"/tmp/telephony-scenarios/*.md
} > "$page"
echo "$(grep -c '^| [0-9]' "$page") lines in $page"
