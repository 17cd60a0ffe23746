#!/usr/bin/env bash
# The Python adapters against the real server: Pipecat and LiveKit Agents from PyPI, at the versions of
# adapters/python/requirements-test.txt, with a scripted model and no network but for the first installation.
#   --docs   also writes the comparison table of docs/runtimes.md from what was seen
# HOOKSWITCH_BINARY: the server to test; default: the debug build, built when it is missing.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

package=$root/adapters/python
lock=$package/requirements-test.txt
home=$target/adapters
venv=$home/venv

python=${PYTHON:-python3}
have "$python" && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "the adapters need Python 3.11 or later; name one in PYTHON"

if ! cmp -s "$lock" "$venv/installed"; then
    say "Installing Pipecat and LiveKit Agents (once, about 850 MB)"
    started=$SECONDS
    [[ -x $venv/bin/pip ]] || "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$lock"
    cp "$lock" "$venv/installed"
    say "Installed in $((SECONDS - started)) s, $(du -sm "$venv" | cut -f1) MB"
fi

export HOOKSWITCH_BINARY=${HOOKSWITCH_BINARY:-$target/debug/hookswitch}
if [[ ! -x $HOOKSWITCH_BINARY ]]; then
    cargo build --locked --package hookswitch
fi

seen=$(mktemp -d)
trap 'rm -rf "$seen"' EXIT

cd "$package"
say "ruff, mypy"
"$venv/bin/ruff" check --quiet .
"$venv/bin/ruff" format --quiet --check .
"$venv/bin/mypy" --no-error-summary --cache-dir "$home/mypy" src tests

say "pytest"
HOOKSWITCH_SEEN=$seen "$venv/bin/pytest" --quiet -p no:cacheprovider --disable-warnings \
    --junitxml "$home/junit.xml"

if [[ ${1:-} == --docs ]]; then
    page=$root/docs/runtimes.md
    table=$home/table.md
    cat "$seen"/*.md >"$table"
    sed -i -e "/^<!-- seen -->\$/,/^<!-- end of seen -->\$/{/^| [PL]/d;/^|--/r $table
    }" "$page"
    say "docs/runtimes.md: $(wc -l <"$table") lines of the table"
fi
