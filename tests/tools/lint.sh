#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# lint.sh [CHECK...] - the rules that have a checker. Every check is a function below, named as it
# is called; all run by default. Ends with 1 when one of them found something.
#
# Checks of single files are remembered by content under BUILD/lint, so that a second run only
# looks at what changed. From the environment: BUILD (build), JOBS, LINT_PATHS=no (clang-tidy
# without its path analysis, in a tenth of the time).
set -u
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL

BUILD=${BUILD:-build}
JOBS=${JOBS:-$(nproc)}
CACHE=$BUILD/lint
OBJECTS=$BUILD/clang
tools=$(cd "$(dirname "$0")" && pwd)

FILE_LINES_MAX=800
C_FLAGS="-std=c11 -D_POSIX_C_SOURCE=200809L -I. -I$OBJECTS/generated"
TIDY_FLAGS=
[ "${LINT_PATHS-}" != no ] || TIDY_FLAGS="--checks=-clang-analyzer-*"

# Everything that git tracks or would track; in an archive without git, everything there is.
all_files() {
    { git ls-files --cached --others --exclude-standard 2>/dev/null ||
        find . -path "./$BUILD" -prune -o -path ./out -prune -o -type f -print; } |
        sed 's|^\./||' | while read -r file; do [ ! -e "$file" ] || echo "$file"; done | sort
}
FILES=$(all_files)
files() { grep -E "$1" <<<"$FILES"; }
C_FILES=$(files '^(models|sim|tests)/.*\.[ch]$')
SOURCES=$(grep '\.c$' <<<"$C_FILES")
HEADERS=$(grep '\.h$' <<<"$C_FILES")
SCRIPTS=$(files '(\.sh|^\.ci/run)$')

# cached NAME KEY-FILES... -- COMMAND...: run it unless it passed before on the same contents.
cached() {
    local name=$1 inputs=() key mark
    shift
    while [ "$1" != -- ]; do
        inputs+=("$1")
        shift
    done
    shift
    key=$({ echo "$*"; cat "$tools/lint.sh" "${inputs[@]}"; } | sha256sum | cut -c 1-32)
    mark=$CACHE/$name-$key
    [ ! -e "$mark" ] || return 0
    "$@" && : >"$mark"
}
export -f cached
export CACHE tools C_FLAGS TIDY_FLAGS OBJECTS

# The project's own files that a source is made of.
inputs_of() {
    gcc $C_FLAGS -MM -MG "$1" 2>/dev/null | tr -d '\\\n' | tr ' ' '\n' |
        grep -E '^(models|sim|tests)/' | sort -u
}
export -f inputs_of

# each COMMAND FILES: JOBS at a time; false when one failed.
each() {
    local command=$1
    xargs -r -d '\n' -n 1 -P "$JOBS" bash -c "$command" each <<<"$2"
}

# complain_if TEXT FOUND: true when nothing was found, else say what.
complain_if() {
    [ -n "$2" ] || return 0
    echo "$1:"
    echo "$2"
    return 1
}

# --- single files --------------------------------------------------------------------------------
lint_format() {
    command -v clang-format >/dev/null || { echo "clang-format is missing"; return 1; }
    local bad
    bad=$(clang-format --dry-run $C_FILES 2>&1 |
        sed -n 's/^\([^: ]*\.[ch]\):[0-9].*/\1/p' | uniq -c)
    [ -n "$bad" ] || return 0
    echo "places that are not formatted; 'make format' puts them right:"
    echo "$bad"
    return 1
}

tidy_one() {
    local out
    out=$(cached tidy $(inputs_of "$1") .clang-tidy tests/.clang-tidy -- \
        clang-tidy --quiet $TIDY_FLAGS "$1" -- $C_FLAGS 2>/dev/null) && return 0
    echo "$out" | sed "s|$PWD/||; s/,-warnings-as-errors//"
    return 1
}
export -f tidy_one
lint_tidy() { facts && each 'tidy_one "$1"' "$SOURCES"; }

# A public header compiles with nothing before it.
header_one() {
    echo "#include \"$1\"" | cached "alone-${1//\//-}" $(inputs_of "$1") -- gcc $C_FLAGS -Wall \
        -Wextra -Wconversion -Werror -fsyntax-only -x c -
}
export -f header_one
lint_headers() {
    each 'header_one "$1" || { echo "$1: does not compile alone"; exit 1; }' "$HEADERS"
}

shell_one() {
    bash -n "$1" || return 1
    cached shell "$1" -- shellcheck -S warning -e SC2046,SC2086,SC1090,SC1091 -x -f gcc "$1"
}
export -f shell_one
lint_shell() { each 'shell_one "$1"' "$SCRIPTS"; }

# --- the whole program ---------------------------------------------------------------------------
lint_cppcheck() {
    mkdir -p "$CACHE/cppcheck"
    cppcheck -q -j "$JOBS" --std=c11 --enable=warning,performance,portability --inline-suppr \
        --error-exitcode=1 --cppcheck-build-dir="$CACHE/cppcheck" --suppress=missingIncludeSystem \
        --suppress=duplicateAssignExpression --template=gcc -D_POSIX_C_SOURCE=200809L \
        -D__x86_64__ -D__GNUC__=12 -I. -I"$OBJECTS/generated" \
        $(grep -v '^tests/' <<<"$SOURCES") 2>&1
}

# Floors, from the ground. A file may include its own folder and what lies on lower floors.
floor_of() {
    case $1 in
    models/*) echo 0 ;;
    sim/base/*) echo 1 ;;
    sim/scheduler/* | sim/observe/* | sim/scenario/*) echo 2 ;;
    sim/engine/* | sim/live/*) echo 3 ;;
    sim/stats/*) echo 4 ;;
    sim/study/* | sim/result/*) echo 5 ;;
    sim/cli/*) echo 6 ;;
    tests/*) echo 7 ;;
    *) echo none ;;
    esac
}
lint_floors() {
    local place line header from to red=0
    while IFS=: read -r place line header; do
        header=$(sed 's/.*"\(.*\)".*/\1/' <<<"$header")
        from=$(floor_of "$place") to=$(floor_of "$header")
        case $place:$header in # generated
        sim/base/version.c:build_facts.h | sim/result/report_assets.c:report_texts.h) continue ;;
        esac
        if [ "$to" = none ] || [ ! -e "$header" ]; then
            echo "$place:$line: \"$header\" is no path from the root of the tree"
        elif [ "$from" = none ]; then
            echo "$place:$line: this folder stands on no floor; lint.sh must know it"
        elif [ "$to" -gt "$from" ]; then
            echo "$place:$line: \"$header\" is on a higher floor"
        elif [ "$to" = "$from" ] && [ "$(dirname "$place")" != "$(dirname "$header")" ]; then
            echo "$place:$line: \"$header\" is a neighbour on the same floor"
        else
            continue
        fi
        red=1
    done < <(grep -nE '^ *# *include *"' $C_FILES)
    # Only the reader sees libconfig; models see no clock, no generator, no files.
    if grep -nE '<libconfig\.h>' $(grep -vE '^(sim/scenario|tests)/' <<<"$C_FILES"); then
        echo "libconfig outside sim/scenario/"
        red=1
    fi
    if grep -nE '<(time|unistd|fcntl|pthread|sys/[a-z]*|Random123/.*|gsl/gsl_r(ng|andist))\.h>' \
        $(grep -E '^models/' <<<"$C_FILES"); then
        echo "a clock, a generator or a file in models/"
        red=1
    fi
    return $red
}

lint_sizes() {
    local file lines red=0
    for file in $C_FILES $SCRIPTS; do
        lines=$(wc -l <"$file")
        if [ "$lines" -gt $FILE_LINES_MAX ]; then
            echo "$file: $lines lines, more than $FILE_LINES_MAX"
            red=1
        fi
    done
    return $red # functions: readability-function-size in .clang-tidy
}

lint_lines() {
    local found
    found=$(LC_ALL=C.UTF-8 grep -nP '^.{101,}$|[[:blank:]]+$|\t' $C_FILES $(files '\.(sh|gp)$') |
        cut -c 1-80)
    complain_if "longer than 100 columns, blanks at the end, or a tab" "$found"
}

# Presets go by folder and name: a company may be a provider and a sender.
lint_names() {
    local twice
    twice=$(files '^(models|sim|tests|scenarios|plots)/' | grep -vE '/(README\.md|\.clang-tidy)$' |
        grep -vE '^tests/(corpus|data)/' | sed -E '/^scenarios\/.*\//!s|.*/||' | sort | uniq -d)
    complain_if "two files of one name" "$twice"
}

lint_licence() {
    local file red=0
    for file in $C_FILES $SCRIPTS Makefile $(files '\.gp$'); do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' && continue
        echo "$file: no SPDX line at its head"
        red=1
    done
    for file in $C_FILES; do
        [ "$(head -n 1 "$file")" = '// SPDX-License-Identifier: GPL-3.0-or-later' ] && continue
        echo "$file:1: the SPDX line is not the first, or not as elsewhere"
        red=1
    done
    return $red
}

lint_readme() {
    local folder red=0
    for folder in . $(files / | sed 's|/[^/]*$||' | grep -vE '^(\.ci|tests/(corpus|data)/.*)$' |
        awk '{ while (1) { print; if (!sub("/[^/]*$", "")) break } }' | sort -u); do
        [ -e "$folder/README.md" ] && continue
        echo "$folder: no README.md"
        red=1
    done
    return $red
}

# Functions that are not reentrant, not bounded, or read the locale where it could matter.
BANNED='gets|strtok|localtime|gmtime|ctime|asctime|rand|srand|random|tmpnam|mktemp|sprintf|vsprintf'
BANNED="$BANNED|alloca|system|popen"
lint_calls() {
    local found
    found=$(grep -nwE "($BANNED) ?\(" $(grep -E '^(models|sim)/' <<<"$C_FILES") |
        grep -vE '^[^:]*:[0-9]*: *(/?\*|//)')
    complain_if "calls that are not allowed" "$found" || return 1
    found=$(grep -nE '# *pragma.*diagnostic' $(grep -E '^(models|sim)/' <<<"$C_FILES"))
    complain_if "warnings switched off" "$found" || return 1
}

lint_commands() { # README and manual name only targets that exist
    local target red=0
    for target in $(files 'README\.md$' | xargs grep -ohE '`make [a-z-]+' 2>/dev/null |
        sed 's/.* //' | sort -u); do
        grep -qE "^([a-z -]* )?$target( [a-z -]*)?:" Makefile && continue
        grep -A 3 '^\.PHONY' Makefile | grep -qw -- "$target" && continue
        echo "a README.md names 'make $target', which does not exist"
        red=1
    done
    return $red
}

# --- objects -------------------------------------------------------------------------------------
# Those of the tests' build with clang: a default in a switch over an enum that already has every
# case is an error there (-Wswitch-enum asks for every case).
facts() {
    make -s BUILD="$OBJECTS" CC=clang "$OBJECTS/generated/build_facts.h" \
        "$OBJECTS/generated/report_texts.h"
}
objects_built=
build_objects() {
    [ -n "$objects_built" ] || make -s -k -j "$JOBS" BUILD="$OBJECTS" CC=clang \
        CPPFLAGS=-Wcovered-switch-default objects >"$CACHE/objects.out" 2>&1 || objects_built=no
    [ "$objects_built" = no ] || objects_built=yes
    [ "$objects_built" = yes ]
}
objects_of() { # FOLDER...: objects whose source still exists
    local source
    for source in $(grep -E "^($1)/" <<<"$SOURCES"); do
        [ ! -e "$OBJECTS/obj/${source%.c}.o" ] || echo "$OBJECTS/obj/${source%.c}.o"
    done
}

lint_switches() {
    build_objects && return 0
    grep -E 'error|warning' "$CACHE/objects.out"
    return 1
}

lint_symbols() {
    local public found
    build_objects
    public=$(nm -A -g --defined-only $(objects_of 'models|sim/.*') 2>/dev/null |
        sed "s|$OBJECTS/obj/||")
    found=$(awk '$3 !~ /^mx_/ && $3 != "main"' <<<"$public")
    complain_if "public symbols without the prefix mx_" "$found" || return 1
    found=$(awk '{ print $3 }' <<<"$public" | sort | uniq -d)
    complain_if "defined twice" "$(grep -wF "${found:-@}" <<<"$public")"
}

# What decides a message's fate uses + - x / sqrt alone: glibc's exp, log, pow, sin differ in the
# last bit between processors. floor, ceil, fmod and the like are exact and allowed.
INEXACT='exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|sin|cos|tan|sincos|asin|acos|atan|atan2'
INEXACT="$INEXACT|sinh|cosh|tanh|asinh|acosh|atanh|cbrt|hypot|erf|erfc|tgamma|lgamma|j0|j1|jn|y0"
INEXACT="($INEXACT|y1|yn)[fl]?"
IMPURE='time|clock|clock_gettime|gettimeofday|rand|random|drand48|getrandom|fopen|open|read|write'
IMPURE="$IMPURE|puts|printf|fputs|fwrite"
lint_exact() {
    local found
    build_objects
    found=$(nm -A -u $(objects_of 'models|sim/base|sim/scheduler|sim/engine') 2>/dev/null |
        grep -E " U (_*$INEXACT(_finite)?|gsl_.*)\$" | sed "s|$OBJECTS/obj/||")
    complain_if "inexact functions on the path of decisions" "$found" || return 1
    found=$(nm -A -u $(objects_of 'models|sim/scheduler') 2>/dev/null |
        grep -E " U ($IMPURE)\$" | sed "s|$OBJECTS/obj/||")
    complain_if "a clock, a generator or a file where none may be" "$found" || return 1
    found=$(grep -nE '\blong double\b' $(grep -E '^(models|sim)/' <<<"$C_FILES"))
    complain_if "long double" "$found" || return 1
}

# --- a run ---------------------------------------------------------------------------------------
CHECKS="format lines licence names readme sizes floors calls commands headers shell switches symbols
    exact tidy cppcheck"
mkdir -p "$CACHE"
find "$CACHE" -maxdepth 1 -type f -mtime +14 -delete
red=
[ $# != 0 ] || set -- $CHECKS
for check in "$@"; do
    start=$SECONDS
    if out=$("lint_$check" 2>&1); then
        printf '  %-9s ok    %3d s\n' "$check" $((SECONDS - start))
    else
        printf '  %-9s FAILED %2d s\n' "$check" $((SECONDS - start))
        sed 's/^/    /' <<<"$out" | head -n "${LINT_LINES_MAX:-60}"
        red="$red $check"
    fi
done
[ -z "$red" ] || { echo "lint failed:$red"; exit 1; }
