#!/usr/bin/env bash
# Installs what is missing on this machine, and only that.
#
#   scripts/setup.sh [build|test|lint|bench]      (build when nothing is said)
#
# Debian and Ubuntu: packages by name through apt-get, with sudo when not root. Elsewhere it says what to
# install. The Rust toolchain is never installed by itself: the one command for that is shown.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

purpose=${1:-build}
rust_version=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
nextest_version=0.9.143
deny_version=0.20.2
uv_version=0.13.8

packages=() # Debian's names
missing=()  # the same for people, wherever they are

need() { # <package> <what it is for>
    packages+=("$1")
    missing+=("$1 ($2)")
}

have_postgres() {
    local folder
    for folder in /usr/lib/postgresql/*/bin; do
        [[ -x $folder/initdb && -x $folder/postgres ]] && return
    done
    have initdb && have postgres
}

# The interpreter that tools run in is the system's: shims of version managers do not count.
have_python() {
    [[ -x /usr/bin/python3 || -x /usr/local/bin/python3 || -n ${HOOKSWITCH_PYTHON_INTERPRETER:-} ]]
}

# Whether a virtual environment can be made, to put uv in.
have_venv() {
    local python
    python=$(system_python) && "$python" -c 'import ensurepip, venv' 2>/dev/null
}

system_python() {
    local python
    for python in "${HOOKSWITCH_PYTHON_INTERPRETER:-}" /usr/bin/python3 /usr/local/bin/python3; do
        [[ -n $python && -x $python ]] && echo "$python" && return
    done
    return 1
}

look_for_packages() {
    if [[ $purpose != lint ]]; then
        have_python || need python3 "Python tools run in it"
        have_uv || have_venv || need python3-venv "to install uv, which installs packages of Python tools"
    fi
    have cc || need build-essential "C compiler, for SQLite and AES"
    if ! have cargo; then
        have curl || need curl "to fetch the Rust toolchain"
        [[ -e /etc/ssl/certs/ca-certificates.crt || ! -e /etc/debian_version ]] || need ca-certificates "to fetch the Rust toolchain"
    fi
    case $purpose in
    test | fault)
        have_postgres || need postgresql "the store is tested on it"
        have psql || need postgresql-client "the store is tested on it"
        have python3 || need python3 "official signature library, API fuzzing"
        python3 -c 'import ensurepip, venv' 2>/dev/null || need python3-venv "official signature library, API fuzzing"
        have node || need nodejs "official signature library"
        have npm || need npm "official signature library"
        have ip || need iproute2 "network namespaces that count packets"
        have nft || need nftables "network namespaces that count packets"
        have sqlite3 || need sqlite3 "looking into the database file"
        have setpriv || need util-linux "PostgreSQL does not run as root"
        have strace || need strace "counting flushes"
        ;;
    bench)
        # Not on the path of people who are not root.
        have nginx || [[ -x /usr/sbin/nginx ]] || need nginx-light "the yardstick, and the service behind all"
        have wrk || need wrk "load"
        have python3 || need python3 "peers and figures"
        python3 -c 'import ensurepip, venv' 2>/dev/null || need python3-venv "peers and figures"
        ;;
    esac
}

install_packages() {
    ((${#packages[@]})) || return 0
    say "Missing on this machine:"
    printf '    %s\n' "${missing[@]}"
    have apt-get || fail "this is no Debian or Ubuntu: please install the above with your system's package manager (names differ), then try again."
    local become=()
    if ((EUID != 0)); then
        have sudo || fail "as root, run: apt-get update && apt-get install -y ${packages[*]}"
        become=(sudo)
        say "Not root: using sudo for apt-get; it may ask for your password."
    fi
    say "apt-get update"
    "${become[@]}" apt-get -qq update || say "apt-get update failed; trying with the package lists that are here."
    say "apt-get install ${packages[*]}"
    # The quiet frontend: no question may stop a run without a terminal.
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${packages[@]}" ||
        fail "apt-get could not install ${packages[*]}"
}

check_rust() {
    if ! have cargo || ! cargo --version >/dev/null 2>&1; then
        fail "there is no Rust toolchain here. This one command brings it; then try again:

    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
"
    fi
    local version
    version=$(rustc --version | awk '{print $2}')
    if [[ $(printf '%s\n' "$rust_version" "$version" | sort -V | head -n1) != "$rust_version" ]]; then
        fail "Rust $version is too old: $rust_version or later is needed. With rustup: rustup update stable"
    fi
}

add_component() { # <cargo subcommand> <rustup component>
    cargo "$1" --version >/dev/null 2>&1 && return
    have rustup || fail "cargo $1 is missing: install your system's package of it (Rust component $2)."
    say "rustup component add $2"
    rustup component add "$2"
}

have_uv() { [[ -x $tools/bin/uv ]] || have uv; }

# From the package index, into a folder of its own. Without it all works but packages of Python tools.
install_uv() {
    local python venv=$tools/uv
    if ! python=$(system_python); then return 1; fi
    say "Installing uv $uv_version into $venv"
    mkdir -p "$tools/bin"
    rm -rf "$venv"
    "$python" -m venv "$venv" &&
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: "uv==$uv_version" &&
        ln -sf ../uv/bin/uv "$tools/bin/uv"
}

# Built without optimisation: half the time, and they run for seconds.
install_tool() { # <crate> <version>
    say "Building $1 $2 into $tools (once; takes minutes)"
    cargo install --quiet --locked --debug --root "$tools" --target-dir "$tools/build" "$1" --version "$2" &&
        rm -rf "$tools/build"
}

look_for_packages
install_packages
check_rust
if [[ $purpose != lint ]] && ! have_uv; then
    install_uv || say "uv could not be had: Python tools run, but without packages. Later: pip install uv, or the setting python_uv."
fi
case $purpose in
test | fault)
    if ! cargo nextest --version >/dev/null 2>&1; then
        install_tool cargo-nextest "$nextest_version" ||
            say "cargo-nextest could not be had: the tests will run with plain cargo test."
    fi
    ;;
lint)
    add_component fmt rustfmt
    add_component clippy clippy
    cargo deny --version >/dev/null 2>&1 || install_tool cargo-deny "$deny_version" ||
        fail "cargo-deny could not be had: cargo install --locked cargo-deny --version $deny_version"
    ;;
esac
say "Set-up for $purpose: ready."
