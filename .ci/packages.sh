#!/usr/bin/env bash
# What a window, and the tests that drive one, need on a bare Debian (or Ubuntu) machine: an X server without a screen,
# tools that press keys and look at the result, a Vulkan driver in software, and the libraries that X11 windows load.
# Installs what is missing; does nothing where all is there.
set -euo pipefail

packages=(
    xvfb xdotool xclip imagemagick python3 python3-pip
    mesa-vulkan-drivers libvulkan1 libgl1-mesa-dri libegl1
    libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2
)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is no Debian. Install what these packages are called on your system: ${packages[*]}" >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
    echo "all packages are here"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"
