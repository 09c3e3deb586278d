#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# install_packages.sh [--look] TARGET - the Debian packages that `make TARGET` needs.
#
# Installs what is missing, after naming it, as root or through sudo. With everything present it
# asks dpkg alone: no network, no output. --look installs nothing: it names what is missing and
# ends with 1. Where there is no dpkg it names the libraries once and goes on.
set -u

build="gcc libc6-dev make libgsl-dev libconfig-dev librandom123-dev libjansson-dev libzstd-dev
    libssl-dev tzdata"
demo="gnuplot-nox fonts-dejavu-core"
check="libcmocka-dev zstd jq libxml2-utils"
lint="clang clang-tidy clang-format cppcheck mandoc shellcheck"
test="libclang-rt-dev valgrind"

look=no
if [ "${1-}" = --look ]; then
    look=yes
    shift
fi
case ${1-} in
build) wanted=$build ;;
demo) wanted="$build $demo" ;;
lint) wanted="$build $lint libcmocka-dev" ;;
check) wanted="$build $demo $check" ;;
test | test-long | all) wanted="$build $demo $check $lint $test" ;;
*)
    echo "usage: $0 [--look] build|demo|lint|check|test|test-long|all" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
    if [ "$look" = no ]; then
        echo "This is no Debian system: install the counterparts of" $wanted "by hand." >&2
    fi
    exit 0
fi

# "ii " is a package that is there whole; names of another architecture carry a suffix.
present=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^[hi]i  *//p')
missing=
for package in $wanted; do
    grep -qxF "$package" <<<"$present" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$look" = yes ]; then
    echo "These Debian packages are missing:$missing" >&2
    echo "'make deps' installs everything that building and testing need." >&2
    exit 1
fi

echo "Installing these Debian packages, which are missing:$missing"
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Neither root nor sudo is at hand. As root, run: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
if ! { $as_root apt-get update &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "The installation failed; see above." >&2
    exit 1
fi
