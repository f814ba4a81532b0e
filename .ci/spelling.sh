#!/usr/bin/env bash
# Checks the spelling with `typos` (configuration: typos.toml). Installs it from PyPI into target/ if it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.52.0
typos=target/typos/bin/typos
if ! "$typos" --version 2>/dev/null | grep -qF "$version"; then
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
        --upgrade --target target/typos "typos==$version"
fi
"$typos" --config typos.toml
