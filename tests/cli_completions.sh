#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: no-asan
# cli_completions.sh - completions of bash, zsh and fish, asked of the shells themselves.
. tests/support_cli.sh || exit 1
cd "$work" || exit 1
mkdir bin folder
cp "$MXSIM" bin/mxsim
export PATH=$work/bin:$PATH HOME=$work
touch one.cfg two.txt

for shell in bash zsh fish; do
    mxsim help --completions $shell >completions.$shell || fail "help --completions $shell"
    grep -n ' $' completions.$shell && fail "$shell: blanks at line ends"
    grep -nE '/(root|home|tmp)/' completions.$shell && fail "$shell: a path of this machine"
done

# Every option of every command, as help lists them.
commands=$(mxsim --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
options_of() { # as LETTER-LESS long names
    mxsim help "$1" | sed -nE 's/^  (-.|  ).? --([a-z-]+).*/\2/p' | sort
}

# --- bash ---
cat >ask.bash <<'BASH'
. ./completions.bash
ask() { # WORD...: the last is under the cursor
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _mxsim
    printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
    echo
}
BASH
ask() { bash -c '. ./ask.bash; ask "$@"' - "$@"; }
check() { # WANTED WORDS...
    local wanted=$1 got
    shift
    got=$(ask "$@")
    [ "${got% }" = "$wanted" ] || fail "bash: $*: ${got% } instead of $wanted"
}
check "$(sort <<<"$commands" | tr '\n' ' ' | sed 's/ $//')" mxsim ''
check 'schedule send sensitivity sweep' mxsim s
for command in $commands; do
    [ "$(ask mxsim $command -- | tr ' ' '\n' | sed -n 's/^--//p' | sort)" = "$(options_of \
        $command)" ] ||
        fail "bash: options of $command"
    [ -n "$(options_of $command)" ] || fail "help $command lists no options"
done
check 'csv json markdown table' mxsim run x --format ''
check 'json' mxsim run x --format = j
check 'folder' mxsim run --out f
check 'one.cfg' mxsim run o
check 'postal postfix powermta powermta-backoff' mxsim schedule po
check 'check compare' mxsim help c

# --- zsh and fish ---
for name in set to with metric precision; do # may be given more than once
    grep -qE "'\*('\{-.\+,)?--$name=" completions.zsh || fail "zsh: --$name is offered once only"
done
missing() {
    if [ -n "${CI-}" ]; then
        fail "there is no $1"
    else
        echo "there is no $1 here (Debian: $1): its completions were not tried"
    fi
}
if command -v fish >/dev/null; then
    fish_ask() { fish --no-config -c "source completions.fish; complete -C '$1'" | cut -f 1 | sort |
        tr '\n' ' '; }
    fish_check() {
        local got
        got=$(fish_ask "$2")
        [ "${got% }" = "$1" ] || fail "fish: $2: ${got% } instead of $1"
    }
    fish_check "$(sort <<<"$commands" | tr '\n' ' ' | sed 's/ $//')" 'mxsim '
    for command in $commands; do
        [ "$(fish_ask "mxsim $command --" | tr ' ' '\n' | sed -n 's/^--//p' | sed 's/=$//' |
            sort)" = "$(options_of $command)" ] ||
            fail "fish: options of $command"
    done
    fish_check 'csv json markdown table' 'mxsim run x --format '
    fish_check 'one.cfg' 'mxsim run one'
    fish_check 'postal postfix powermta powermta-backoff' 'mxsim schedule po'
else
    missing fish
fi
if command -v zsh >/dev/null; then
    mkdir functions
    cp completions.zsh functions/_mxsim
    # A zsh in a terminal of its own; what it shows for TAB comes back until the last word is there.
    zsh_shows() { # LINE LAST-WORD
        timeout 60 zsh -f -c '
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "PROMPT=; fpath=(./functions \$fpath); LISTMAX=500; COLUMNS=200"
            zpty -w shell "autoload -Uz compinit; compinit -u -D; print RE\"\"ADY"
            zpty -r -m shell line "*READY*"
            zpty -n -w shell "$1"$'"'\t\t'"'
            zpty -r -m shell line "*$2*"
            print -r -- "$line"' - "$1" "$2" | tr -d '\r'
    }
    zsh_shows 'mxsim run x --format ' table | grep -q 'csv.*json.*markdown.*table' ||
        fail "zsh: words of --format"
    zsh_shows 'mxsim ' 'when retry policies' | grep -q 'run.*simulate a scenario' ||
        fail "zsh: commands"
    zsh_shows 'mxsim schedule --s' 'draw what' | grep -q -e '--seed' ||
        fail "zsh: options of schedule"
    zsh -f -n completions.zsh || fail "zsh: syntax"
    for command in $commands; do
        wanted=$(options_of $command | wc -l)
        got=$(sed -n "/^        $command)/,/;;/p" completions.zsh | grep -c -- "--[a-z-]*[=}[]")
        [ "$wanted" = "$got" ] || fail "zsh: $got options of $command instead of $wanted"
    done
else
    missing zsh
fi
finish "completions: all commands and options, in three shells"
