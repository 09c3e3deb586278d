#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run_tests.sh check|test|test-long|--groups GROUP... - run groups of tests, say how long each
# took, show what a failing test printed, and close with "N passed, N failed".
#
# From the environment: BUILD (build), CC (gcc), JOBS (all processors), V=1 (show all output).
# tests/README.md says what a test is and which marks it can carry.
set -u
export LC_ALL=C TZ=UTC
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR PREFIX

BUILD=${BUILD:-build}
CC=${CC:-gcc}
JOBS=${JOBS:-$(nproc)}
TESTS=${MX_TESTS_DIR:-tests} # another folder when the runner itself is tested
MAKE="make --no-print-directory -j$JOBS"
logs_root=$BUILD/test-logs
passed_sum=0 failed_sum=0 red_groups=
started=$SECONDS

# --- marks: a comment "mxtest: WORD..." within the first 20 lines of a test ----------------------
has_mark() { # FILE WORD
    head -n 20 "$1" | grep -qE "mxtest:(.* )?$2( |=|$)"
}
mark_value() { # FILE WORD DEFAULT - of "mxtest: WORD=number"
    local value
    value=$(head -n 20 "$1" | sed -n "s/.*mxtest:.* $2=\([0-9]*\).*/\1/p" | head -n 1)
    echo "${value:-$3}"
}

# --- running -------------------------------------------------------------------------------------
# tests_of PATTERN... [+MARK] [-MARK]: sources that match, with or without a mark, one a line.
tests_of() {
    local file word keep
    local patterns=() words=()
    for word in "$@"; do
        case $word in
        [+-]*) words+=("$word") ;;
        *) patterns+=("$word") ;;
        esac
    done
    for file in $(cd "$TESTS" && for word in "${patterns[@]}"; do compgen -G "$word"; done |
        sort -u); do
        keep=yes
        for word in ${words[@]+"${words[@]}"}; do
            if has_mark "$TESTS/$file" "${word#?}"; then
                [ "${word:0:1}" = + ] || keep=no
            else
                [ "${word:0:1}" = - ] || keep=no
            fi
        done
        [ $keep = no ] || echo "$TESTS/$file"
    done
}

# run_sources GROUP PROGRAMS-DIR MXSIM FACTOR: the tests on standard input, JOBS at a time. FACTOR
# stretches their time limits. Writes logs and results under logs_root/GROUP.
run_sources() {
    local group=$1 programs=$2 mxsim=$3 factor=$4 source name seconds running=0
    local logs=$logs_root/$group
    mkdir -p "$logs"
    while read -r source; do
        name=$(basename "$source")
        name=${name%.c}
        seconds=$(($(mark_value "$source" timeout 120) * factor))
        local command=("$programs/$name")
        case $source in
        *.sh) command=(bash "$source") ;;
        esac
        if [ "$running" -ge "$JOBS" ]; then
            wait -n || true
            running=$((running - 1))
        fi
        MXSIM=$mxsim BUILD=$(dirname "$mxsim") CC=$CC "$tools/run_one.sh" "$logs" "$name" \
            "$seconds" "${command[@]}" &
        running=$((running + 1))
    done
    wait
}
tools=$(cd "$(dirname "$0")" && pwd)

# run_command GROUP NAME SECONDS-MAX COMMAND...: one test that is no file of tests/.
run_command() {
    local group=$1 name=$2 seconds=$3
    shift 3
    mkdir -p "$logs_root/$group"
    CC=$CC "$tools/run_one.sh" "$logs_root/$group" "$name" "$seconds" "$@"
}

# build GROUP VARIABLE=VALUE... TARGET...: as a test of its own; false when it failed, for then
# there is nothing to run.
build() {
    local group=$1
    shift
    run_command "$group" "build" 1200 $MAKE -k "$@"
}

# replay GROUP PROGRAMS-DIR: each fuzz target over its kept corpus.
replay() {
    local group=$1 programs=$2 source name
    for source in $(tests_of 'fuzz_*.c'); do
        name=$(basename "$source" .c)
        run_command "$group" "replay_$name" 120 "$programs/replay_$name" \
            "$TESTS/corpus/${name#fuzz_}"
    done
}

# --- groups --------------------------------------------------------------------------------------
SANITIZED="CFLAGS=-O1 -g"
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}

group_build() { build build BUILD="$BUILD" CC="$CC" all tests; }
group_unit() { tests_of 'test_*.c' | run_sources unit "$BUILD/tests" "$BUILD/mxsim" 1; }
group_cli() { tests_of 'cli_*.sh' | run_sources cli "$BUILD/tests" "$BUILD/mxsim" 1; }
group_quick() {
    { tests_of 'test_*.c' -no-check && tests_of 'cli_*.sh' +check; } |
        run_sources quick "$BUILD/tests" "$BUILD/mxsim" 1
}
group_corpus() { replay corpus "$BUILD/tests"; }
# Path analysis costs ten times all other checks of clang-tidy: in the long run, and `make lint`.
group_lint() {
    BUILD=$BUILD JOBS=$JOBS LINT_PATHS=no run_command lint lint 900 "$tools/lint.sh"
}
group_tidy() { BUILD=$BUILD JOBS=$JOBS run_command tidy tidy 1800 "$tools/lint.sh" tidy; }
group_man() {
    local page
    for page in sim/*/*.[1-9]; do
        [ -e "$page" ] || continue
        run_command man "$(basename "$page")" 30 bash -c \
            'out=$(mandoc -T lint -W warning "$1" 2>&1); echo "$out"; [ -z "$out" ]' mandoc "$page"
    done
}
group_clang() {
    # With the warning that lint asks of clang's objects: it looks at these.
    build clang BUILD="$BUILD/clang" CC=clang CPPFLAGS=-Wcovered-switch-default all tests ||
        return
    { tests_of 'test_*.c' -no-check && tests_of 'cli_*.sh' +check; } |
        CC=clang run_sources clang "$BUILD/clang/tests" "$BUILD/clang/mxsim" 2
}
group_asan() {
    build asan BUILD="$BUILD/asan" CC="$CC" "$SANITIZED" SANITIZE=address,undefined all tests ||
        return
    { tests_of 'test_*.c' -no-asan -long-asan && tests_of 'cli_*.sh' +check -no-asan; } |
        run_sources asan "$BUILD/asan/tests" "$BUILD/asan/mxsim" 5
    replay asan "$BUILD/asan/tests"
}
# thread_targets BUILD: what there is to build for the tests that use threads.
thread_targets() {
    echo "$1/mxsim"
    tests_of 'test_*.c' +tsan | sed "s|^$TESTS/\(.*\)\.c\$|$1/tests/\1|"
}
group_tsan() {
    [ -n "$(tests_of 'test_*.c' 'cli_*.sh' +tsan)" ] || return 0
    build tsan BUILD="$BUILD/tsan" CC="$CC" "$SANITIZED" SANITIZE=thread \
        $(thread_targets "$BUILD/tsan") || return
    tests_of 'test_*.c' 'cli_*.sh' +tsan |
        run_sources tsan "$BUILD/tsan/tests" "$BUILD/tsan/mxsim" 10
}

# FUZZ_SECONDS for scenarios, a twelfth of that for each other target. New inputs stay under BUILD;
# a finding is printed and kept there.
FUZZ_SECONDS=${FUZZ_SECONDS:-60}
group_fuzz() {
    local sources source name work share
    sources=$(tests_of 'fuzz_*.c')
    [ -n "$sources" ] || return 0
    build fuzz BUILD="$BUILD/fuzz" CC=clang CFLAGS="-O1 -g" \
        SANITIZE=address,undefined,fuzzer-no-link fuzzers || return
    for source in $sources; do
        name=$(basename "$source" .c)
        share=$FUZZ_SECONDS
        [ "$name" = fuzz_reader ] || share=$((FUZZ_SECONDS / 12))
        work=$BUILD/fuzz/corpus/$name
        mkdir -p "$work"
        run_command fuzz "$name" $((share + 120)) "$BUILD/fuzz/tests/$name" \
            -max_total_time="$share" -max_len=8192 -timeout=10 -rss_limit_mb=4096 \
            -artifact_prefix="$BUILD/fuzz/" -verbosity=0 -print_final_stats=1 \
            "$work" "$TESTS/corpus/${name#fuzz_}"
    done
}

# --- the long ones: full counts (MX_FULL=1) once, and every compiler and sanitizer ----------------
group_long() {
    tests_of 'long_*.c' 'long_*.sh' |
        MX_FULL=1 run_sources long "$BUILD/tests" "$BUILD/mxsim" 10
}
group_full() {
    tests_of 'test_*.c' 'cli_*.sh' +full |
        MX_FULL=1 run_sources full "$BUILD/tests" "$BUILD/mxsim" 10
}
group_optimised() {
    build optimised BUILD="$BUILD/o3" CC="$CC" CFLAGS="-O3 -g" NATIVE=1 all tests || return
    tests_of 'test_*.c' | run_sources optimised "$BUILD/o3/tests" "$BUILD/o3/mxsim" 2
}
group_plain() {
    build plain BUILD="$BUILD/o0" CC="$CC" CFLAGS="-O0 -g" all tests || return
    tests_of 'test_*.c' -no-asan | run_sources plain "$BUILD/o0/tests" "$BUILD/o0/mxsim" 5
}
group_clang_asan() {
    build clang_asan BUILD="$BUILD/clang-asan" CC=clang "$SANITIZED" \
        SANITIZE=address,undefined all tests || return
    tests_of 'test_*.c' 'cli_*.sh' -no-asan |
        CC=clang run_sources clang_asan "$BUILD/clang-asan/tests" "$BUILD/clang-asan/mxsim" 10
    replay clang_asan "$BUILD/clang-asan/tests"
}
group_clang_tsan() {
    [ -n "$(tests_of 'test_*.c' 'cli_*.sh' +tsan)" ] || return 0
    build clang_tsan BUILD="$BUILD/clang-tsan" CC=clang "$SANITIZED" SANITIZE=thread \
        $(thread_targets "$BUILD/clang-tsan") || return
    tests_of 'test_*.c' 'cli_*.sh' +tsan |
        CC=clang run_sources clang_tsan "$BUILD/clang-tsan/tests" "$BUILD/clang-tsan/mxsim" 10
}
group_valgrind() {
    local source name
    for source in $(tests_of 'test_*.c' +valgrind); do
        name=$(basename "$source" .c)
        run_command valgrind "$name" 900 valgrind -q --error-exitcode=99 --leak-check=full \
            "$BUILD/tests/$name"
    done
}

# --- a run ---------------------------------------------------------------------------------------
show_group() { # GROUP: one line, and the output of what failed
    local group=$1 seconds result name passed failed took sum_passed=0 sum_failed=0 red=
    seconds=$(cat "$logs_root/$group/seconds")
    for result in "$logs_root/$group"/*.result; do
        [ -e "$result" ] || continue
        read -r passed failed took <"$result"
        name=$(basename "$result" .result)
        sum_passed=$((sum_passed + passed))
        sum_failed=$((sum_failed + failed))
        [ "$failed" = 0 ] || red="$red $name"
        if [ "${V:-0}" = 1 ]; then
            echo "    $name: $passed passed, $failed failed, $took s"
        fi
    done
    case $group:$((sum_passed + sum_failed)) in
    unit:0 | quick:0 | build:0)
        echo "$group: there is nothing to run, which is a failure"
        sum_failed=1
        ;;
    esac
    for name in $red; do
        echo "---- $group: $name failed; it printed ($logs_root/$group/$name.log):"
        grep -vE '^\[ RUN  |^\[       OK|^  (CC|LD|AR) ' "$logs_root/$group/$name.log" |
            awk '{ line[NR] = $0 }
                END { for (i = 1; i <= NR; i++)
                    if (i <= 60 || i > NR - 30) print line[i]; else if (i == 61) print "[...]" }'
        echo "----"
    done
    printf '%-12s %5d passed %5d failed %7d s\n' "$group" "$sum_passed" "$sum_failed" "$seconds"
    passed_sum=$((passed_sum + sum_passed))
    failed_sum=$((failed_sum + sum_failed))
    [ "$sum_failed" = 0 ] || red_groups="$red_groups $group"
}

run_group() {
    local group=$1 start=$SECONDS
    rm -rf "${logs_root:?}/$group"
    mkdir -p "$logs_root/$group"
    "group_$group"
    echo $((SECONDS - start)) >"$logs_root/$group/seconds"
}

case ${1-} in
check) groups="build quick corpus" ;;
# Fuzzing needs one core for a fixed time: beside the others. clang before cli and lint: a script
# compares what both compilers' programs print, lint looks at its objects.
test) groups="build fuzz& unit clang cli corpus man lint asan tsan" ;;
test-long)
    FUZZ_SECONDS=300
    groups="build fuzz& clang long full optimised plain clang_asan clang_tsan valgrind tidy"
    ;;
--groups)
    shift
    groups=$*
    ;;
*)
    echo "usage: $0 check|test|test-long|--groups GROUP..." >&2
    exit 2
    ;;
esac

for group in $groups; do
    if ! declare -F "group_${group%&}" >/dev/null; then
        echo "$0: there is no group '${group%&}'" >&2
        exit 2
    fi
done
# A group with & runs beside those that follow, and is shown after them.
beside='' beside_pids=''
for group in $groups; do
    if [ "$group" != "${group%&}" ]; then
        run_group "${group%&}" &
        beside="$beside ${group%&}" beside_pids="$beside_pids $!"
        continue
    fi
    (run_group "$group") # in a shell of its own: its waits are not for the groups beside
    show_group "$group"
    if [ "$group" = build ] && [ ! -e "$BUILD/libmxsim.a" ]; then
        echo "The program was not built, so nothing else can run."
        break
    fi
done
[ -z "$beside" ] || wait $beside_pids
for group in $beside; do
    show_group "$group"
done
[ -z "$red_groups" ] || echo "failed:$red_groups"
echo "$((SECONDS - started)) seconds in all"
echo "$passed_sum passed, $failed_sum failed"
[ "$failed_sum" = 0 ] && [ "$passed_sum" != 0 ]
