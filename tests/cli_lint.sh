#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mxtest: no-asan
# cli_lint.sh - each rule of lint turns red on a planted breach, in a small tree of its own.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tests" "$work/sim" "$work/models" "$work/plots"
cp -r tests/tools tests/.clang-tidy "$work/tests/"
mv "$work/tests/.clang-tidy" "$work/tests/.clang-tidy.kept"
cp -r sim/base "$work/sim/"
cp plots/report.css plots/report.js "$work/plots/"
cp Makefile .clang-format .clang-tidy "$work/"
cd "$work"
mv tests/.clang-tidy.kept tests/.clang-tidy
for folder in . sim sim/base models plots tests tests/tools; do
    echo "# a folder" >"$folder/README.md"
done

spdx='// SPDX-License-Identifier: GPL-3.0-or-later'
red=0
lint() {
    BUILD=build JOBS=2 tests/tools/lint.sh "$@" >out 2>&1
}
# breach CHECK FILE TEXT [PATTERN]: with FILE added, CHECK must fail and name the file.
breach() {
    mkdir -p "$(dirname "$2")"
    printf '%b' "$3" >"$2"
    if lint "$1" || ! grep -q "${4:-$(basename "${2%.*}")}" out; then
        echo "a breach of '$1' was not seen: $3"
        cat out
        red=1
    fi
    rm -f "$2"
}

if ! lint format lines licence names readme sizes floors calls commands headers shell switches \
    symbols exact; then
    echo "the small tree is not clean to start with:"
    cat out
    exit 1
fi

breach format sim/base/a.c "$spdx\nint  mx_a;\n"
breach lines sim/base/a.c "$spdx\n// $(printf 'x%.0s' {1..99})\n"
breach lines sim/base/a.c "$spdx\nint mx_a; \n"
breach licence sim/base/a.c "int mx_a;\n"
breach licence tests/tools/a.sh "#!/bin/bash\n"
breach names models/random.c "$spdx\n"
breach readme sim/new/a.h "$spdx\n" 'sim/new: no README'
rmdir sim/new
breach sizes sim/base/a.c "$spdx\n$(printf '%.0s\\n' {1..800})"
breach floors models/a.c "$spdx\n#include \"sim/base/check.h\"\n" higher
breach floors sim/base/a.c "$spdx\n#include \"check.h\"\n" 'no path from the root'
breach floors sim/observe/a.c "$spdx\n#include \"sim/scheduler/x.h\"\n" 'no path from the root'
mkdir -p sim/scheduler
echo "$spdx" >sim/scheduler/x.h
breach floors sim/observe/a.c "$spdx\n#include \"sim/scheduler/x.h\"\n" neighbour
rm -r sim/scheduler sim/observe
breach floors sim/base/a.c "$spdx\n#include <libconfig.h>\n" libconfig
breach floors models/a.c "$spdx\n#include <time.h>\n" 'in models'
breach calls sim/base/a.c "$spdx\nint mx_a(void) { return rand(); }\n"
breach commands models/README.md 'Run `make nonsense`.\n' nonsense
echo "# a folder" >models/README.md
breach headers sim/base/a.h "$spdx\nstatic inline size_t mx_a(void) { return 0; }\n"
breach shell tests/tools/a.sh '#!/bin/bash\nif true; then\n' 'syntax error'
switching='int mx_a(enum e e) { switch (e) { case A: default: return 1; } }\n'
raising='double mx_a(double x) { return exp(x); }\n'
lines_75=$(printf '    x += x;\\n%.0s' {1..75})
breach switches sim/base/a.c \
    "$spdx\nenum e { A };\nint mx_a(enum e e);\n$switching"
breach switches sim/base/a.c \
    "$spdx\nenum e { A, B };\nint mx_a(enum e e);\n$switching"
breach symbols sim/base/a.c "$spdx\nextern int shared;\nint shared;\n" shared
breach symbols models/a.c "$spdx\nextern int mx_version;\nint mx_version;\n" 'defined twice'
breach exact models/a.c \
    "$spdx\n#include <math.h>\ndouble mx_a(double x);\n$raising" exp
breach exact models/a.c "$spdx\nextern long double mx_a;\n" 'long double'
breach exact models/a.c \
    "$spdx\n#include <stdio.h>\nvoid mx_a(void);\nvoid mx_a(void) { puts(\"x\"); }\n" puts
breach tidy sim/base/a.c \
    "$spdx\nint mx_a(int x);\nint mx_a(int x)\n{\n$lines_75    return x;\n}\n" \
    function-size
breach cppcheck sim/base/a.c \
    "$spdx\nint mx_a(void);\nint mx_a(void)\n{\n    int a[2] = {0};\n    return a[2];\n}\n"
exit $red
