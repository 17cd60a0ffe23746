#!/usr/bin/env bash
# Brings the official packages and emulators that tests check us against into target/interop: nothing goes into the
# system.
#
#   target/interop/venv/bin/{python,schemathesis}: the vendors' clients, too
#   target/interop/venv/bin/{cargo-lambda,moto_server}: emulators of AWS, and botocore, whose signer is the reference
#   target/interop/node_modules/{standardwebhooks,bland-cli}
set -euo pipefail
source "$(dirname "$0")/lib.sh"

python_packages=(standardwebhooks==1.1.0 schemathesis==4.32.5 phonic==0.32.42 burki==0.1.2 pyai-sdk==0.5.0 bland==0.3.0
    "moto[awslambda]==5.2.5" flask==3.1.3 flask-cors==6.0.5 openai==3.52.0)
# Without what they depend on: the cross compiler of cargo-lambda is as large as everything else together.
lone_packages=(cargo-lambda==1.9.2)
node_packages=(standardwebhooks@1.1.1 bland-cli@0.6.1)
interop=$root/target/interop

# A stamp names what is inside, so that other versions are fetched and the same ones are not.
wanted="$(python3 --version) $(node --version) ${python_packages[*]} ${lone_packages[*]} ${node_packages[*]}"
if [[ -f $interop/stamp && $(<"$interop/stamp") == "$wanted" ]]; then
    exit 0
fi
rm -rf "$interop"
mkdir -p "$interop"

say "Python packages into target/interop: ${python_packages[*]}"
python3 -m venv "$interop/venv"
"$interop/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "${python_packages[@]}"
"$interop/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps "${lone_packages[@]}"

say "Node packages into target/interop: ${node_packages[*]}"
# An empty manifest keeps npm from looking for one further up.
echo '{ "private": true }' >"$interop/package.json"
npm install --prefix "$interop" --silent --no-audit --no-fund --no-package-lock --ignore-scripts "${node_packages[@]}"

echo "$wanted" >"$interop/stamp"
