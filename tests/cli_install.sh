#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: no-asan
# cli_install.sh - make install and uninstall, and a stranger's program that uses the library.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BUILD=${BUILD:-build}
CC=${CC:-gcc}
cp -r "$BUILD/." "$work/build" 2>/dev/null || true # so that the version header's change stays here
make -s BUILD="$work/build" CC="$CC" install DESTDIR="$work/root" PREFIX=/usr >/dev/null
root=$work/root/usr

if [ -e sim/cli/main.c ]; then
    "$root/bin/mxsim" --version | grep -q '[0-9]'
fi
[ ! -e sim/cli/mxsim.1 ] || [ -s "$root/share/man/man1/mxsim.1" ]
[ -s "$root/share/man/man5/mxsim-scenario.5" ]
grep -q '^complete -F _mxsim mxsim' "$root/share/bash-completion/completions/mxsim"
grep -q '^#compdef mxsim' "$root/share/zsh/site-functions/_mxsim"
grep -q '^complete -c mxsim' "$root/share/fish/vendor_completions.d/mxsim.fish"
while read -r file; do
    cmp "scenarios/$file" "$root/share/mxsim/$file"
done < <(cd scenarios && find . -name '*.cfg')
while read -r file; do
    cmp "$file" "$root/share/mxsim/$file"
done < <(find plots -name '*.gp')

# A mail server's view of the library: three attempts of one message.
cat >"$work/user.c" <<'C'
#include <mxretry/destination.h>
#include <mxretry/scheduler.h>

int main(void)
{
    const struct mx_destination_params params = {0};
    struct mx_destination destination;
    struct mx_retry_policy policy;
    struct mx_scheduler *scheduler;
    struct mx_entry entry;

    mx_retry_bluecore(&policy);
    scheduler = mx_scheduler_create(&policy, MX_QUEUE_CALENDAR);
    if (scheduler == NULL || mx_scheduler_submit(scheduler, 1, 0, 0, 0, 0) != MX_SCHEDULER_OK) {
        return 1;
    }
    if (mx_scheduler_take_due(scheduler, 1, &entry, 1) != 1 || entry.kind != MX_DUE_ATTEMPT) {
        return 2;
    }
    mx_destination_init(&destination, &params);
    if (mx_destination_is_shared(&policy, &params) ||
        mx_destination_ask(&destination, &policy, 0, 0) != MX_DESTINATION_TRY) {
        return 3;
    }
    mx_scheduler_destroy(scheduler);
    return 0;
}
C
"$CC" -std=c11 -Wall -Wextra -Wconversion -Werror -I"$root/include" -o "$work/user" "$work/user.c" \
    -L"$root/lib" -lmxretry -lm -pthread
"$work/user"

make -s BUILD="$work/build" uninstall DESTDIR="$work/root" PREFIX=/usr >/dev/null
left=$(find "$work/root" -type f)
[ -z "$left" ] || { echo "uninstall left: $left"; exit 1; }
