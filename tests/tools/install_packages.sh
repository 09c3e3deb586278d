#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# install_packages.sh [--look] TARGET - the Debian packages that `make TARGET` needs.
#
# Installs what is missing, after naming it, as root or through sudo. With everything present it
# asks dpkg alone: no network, no output. --look installs nothing: it names what is missing and
# ends with 1. Where there is no dpkg it names the libraries once and goes on.
set -u

build="gcc libc6-dev make libgsl-dev libconfig-dev librandom123-dev libjansson-dev libzstd-dev
    libssl-dev libcurl4-openssl-dev libsqlite3-dev tzdata"
demo="gnuplot-nox fonts-dejavu-core"
check="libcmocka-dev zstd jq libxml2-utils"
lint="clang clang-tidy clang-format cppcheck mandoc shellcheck"
test="libclang-rt-dev valgrind zsh fish"
# A sweep over several processes; the program is built without where it is missing.
mpi="libopenmpi-dev openmpi-bin"
# For its smtp-sink and smtp-source alone. It is left out where another mail server is installed,
# whose place it would take; tests that need it then say that they cannot run.
mail="postfix"

look=no
if [ "${1-}" = --look ]; then
    look=yes
    shift
fi
# To look at reports in a browser. Wanted but not needed: where they cannot be installed, the test
# that uses them says that it cannot run (in CI it fails). Another node or npm does as well.
browser=chromium
command -v node >/dev/null || browser="$browser nodejs"
command -v npm >/dev/null || browser="$browser npm"
optional=

case ${1-} in
build) wanted=$build ;;
demo) wanted="$build $demo" ;;
lint) wanted="$build $lint libcmocka-dev" ;;
check) wanted="$build $demo $check" ;;
bench) wanted="$build $demo $check $mail $mpi" ;;
test | test-long | all)
    wanted="$build $demo $check $lint $test $mail $mpi"
    optional=$browser
    ;;
*)
    echo "usage: $0 [--look] build|demo|lint|check|bench|test|test-long|all" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
    if [ "$look" = no ]; then
        echo "This is no Debian system: install the counterparts of" $wanted "by hand." >&2
    fi
    exit 0
fi

other_mail_server() {
    dpkg-query -W -f='${db:Status-Abbrev}${Package} ${Provides}\n' 2>/dev/null |
        grep '^ii .*mail-transport-agent' | grep -qv '^ii  *postfix '
}

# "ii " is a package that is there whole; names of another architecture carry a suffix.
present=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' $wanted $optional 2>/dev/null |
    sed -n 's/^[hi]i  *//p')
missing_of() {
    local package
    for package in "$@"; do
        grep -qxF "$package" <<<"$present" && continue
        [ "$package" = "$mail" ] && other_mail_server && continue
        printf ' %s' "$package"
    done
}
missing=$(missing_of $wanted)
left=$(missing_of $optional)
if [ "$look" = yes ]; then
    [ -n "$missing" ] || exit 0
    echo "These Debian packages are missing:$missing" >&2
    echo "'make deps' installs everything that building and testing need." >&2
    exit 1
fi
[ -n "$missing$left" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        [ -n "$missing" ] || exit 0
        echo "Neither root nor sudo is at hand. As root, run: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
log=$(mktemp) || exit 1
no_start=/usr/sbin/policy-rc.d
made_no_start=
tidy() {
    rm -f "$log"
    [ -z "$made_no_start" ] || $as_root rm -f "$no_start"
}
trap tidy EXIT

# A mail server must neither ask, be set up, nor start.
case " $missing " in
*" $mail "*)
    echo "postfix postfix/main_mailer_type select No configuration" |
        $as_root debconf-set-selections 2>/dev/null
    if [ ! -e "$no_start" ]; then
        made_no_start=yes
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$no_start" >/dev/null &&
            $as_root chmod +x "$no_start"
    fi
    ;;
esac

install_all() {
    $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$@"
}
if [ -n "$missing" ]; then
    echo "Installing these Debian packages, which are missing:$missing"
    if ! install_all $missing >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "The installation failed; see above." >&2
        exit 1
    fi
fi
if [ -n "$left" ]; then
    echo "Installing what is needed to look at reports in a browser:$left"
    install_all $left >"$log" 2>&1 ||
        echo "That failed ($(tail -n 1 "$log")): the test that needs it will say so." >&2
fi
exit 0
