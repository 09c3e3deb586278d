#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# install.sh install|uninstall - what `make install` puts where; uninstall takes away just that.
#
# From the environment: DESTDIR, PREFIX, BUILD. The headers of the scheduler library get includes
# of the form "mxretry/retry.h", so that -IPREFIX/include is all that their user needs.
set -eu
umask 022

root=${DESTDIR:-}${PREFIX:-/usr/local}
BUILD=${BUILD:-build}
share=$root/share/mxsim
headers="sim/scheduler/scheduler.h models/retry.h models/units.h models/reply.h
    models/destination.h models/retry_host.h models/retry_queue.h models/backoff_mode.h
    models/concurrency_window.h models/route_penalty.h"

put() { # MODE FILE TARGET
    mkdir -p "$(dirname "$3")"
    install -m "$1" "$2" "$3"
}

completions_of() { # SHELL: where it looks for them
    case $1 in
    bash) echo share/bash-completion/completions/mxsim ;;
    zsh) echo share/zsh/site-functions/_mxsim ;;
    fish) echo share/fish/vendor_completions.d/mxsim.fish ;;
    esac
}

case ${1-} in
install)
    [ ! -e "$BUILD/mxsim" ] || put 755 "$BUILD/mxsim" "$root/bin/mxsim"
    [ ! -e sim/cli/mxsim.1 ] || put 644 sim/cli/mxsim.1 "$root/share/man/man1/mxsim.1"
    [ ! -e sim/cli/mxsim-scenario.5 ] ||
        put 644 sim/cli/mxsim-scenario.5 "$root/share/man/man5/mxsim-scenario.5"
    if [ -e "$BUILD/mxsim" ]; then
        for shell in bash zsh fish; do
            "$BUILD/mxsim" help --completions $shell >"$BUILD/completions.tmp"
            put 644 "$BUILD/completions.tmp" "$root/$(completions_of $shell)"
            rm -f "$BUILD/completions.tmp"
        done
    fi
    put 644 "$BUILD/libmxretry.a" "$root/lib/libmxretry.a"
    for header in $headers; do
        sed -E 's#include "(sim/scheduler|models)/([a-z_]+\.h)"#include "mxretry/\2"#' \
            "$header" >"$BUILD/header.tmp"
        put 644 "$BUILD/header.tmp" "$root/include/mxretry/$(basename "$header")"
        rm -f "$BUILD/header.tmp"
    done
    # share/mxsim is ours alone: what an older version left there must not be found.
    rm -rf "${share:?}"
    (cd scenarios && find . -type f ! -name README.md) | while read -r file; do
        put 644 "scenarios/$file" "$share/$file"
    done
    [ ! -d plots ] || find plots -type f ! -name README.md | while read -r file; do
        mode=644
        [ ! -x "$file" ] || mode=755
        put $mode "$file" "$share/$file"
    done
    ;;
uninstall)
    rm -f "$root/bin/mxsim" "$root/share/man/man1/mxsim.1" "$root/lib/libmxretry.a" \
        "$root/share/man/man5/mxsim-scenario.5"
    for shell in bash zsh fish; do
        rm -f "$root/$(completions_of $shell)"
    done
    rm -rf "${share:?}" "${root:?}/include/mxretry"
    ;;
*)
    echo "usage: $0 install|uninstall" >&2
    exit 2
    ;;
esac
