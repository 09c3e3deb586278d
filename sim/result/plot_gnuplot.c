// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_gnuplot.c - fork, exec, and look at what came out. */
#include "sim/result/plot_gnuplot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/check.h"
#include "sim/base/outfile.h"
#include "sim/result/plot_script.h"

#define FONT "DejaVu Sans"
#define CPU_S_MAX 300
#define MESSAGE_SIZE 2048
#define PICTURE_SIZE_MAX (256L * 1024 * 1024)
#define ENVIRONMENT_COUNT_MAX 32

const char *const mx_plot_format_name[MX_PLOT_FORMAT_COUNT] = {"svg", "png", "pdf", "txt"};

extern char **environ;

/* Find an executable on the PATH, by an absolute name. Returns false when there is none. */
static bool find_program(const char *name, char *path, size_t size)
{
    const char *at = getenv("PATH");

    if (at == NULL) {
        at = "/usr/local/bin:/usr/bin:/bin";
    }
    while (*at != '\0') {
        size_t length = strcspn(at, ":");
        struct stat status;
        int written = snprintf(path, size, "%.*s/%s", (int)length, at, name);

        if (length > 0 && at[0] == '/' && written > 0 && (size_t)written < size &&
            stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0) {
            return true;
        }
        at += length + (at[length] == ':' ? 1 : 0);
    }
    return false;
}

/* What the child may see: no GNUPLOT_*, GNUTERM or FIT_* that would change a picture, and a fixed
 * locale. `kept` borrows from environ. */
static void reduced_environment(char *kept[ENVIRONMENT_COUNT_MAX])
{
    static const char *const names[] = {
        "PATH=", "HOME=", "TMPDIR=", "FONTCONFIG_", "XDG_", "LD_LIBRARY_PATH=", "ASAN_OPTIONS="};
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t count = 0;

    kept[count++] = locale;
    for (char **entry = environ; *entry != NULL && count + 1 < ENVIRONMENT_COUNT_MAX; entry++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (strncmp(*entry, names[i], strlen(names[i])) == 0) {
                kept[count++] = *entry;
                break;
            }
        }
    }
    kept[count] = NULL;
}

static bool (*stop_asked)(void);

void mx_gnuplot_stop_when(bool (*is_stopped)(void))
{
    stop_asked = is_stopped;
}

static bool was_stopped(void)
{
    return stop_asked != NULL && stop_asked();
}

/* In the child: streams, folder, limits, program. Only calls that are safe after a fork. */
_Noreturn static void become(const char *program, char *const *arguments, char *const *environment,
                             const char *dir)
{
    struct rlimit limit = {.rlim_cur = CPU_S_MAX, .rlim_max = CPU_S_MAX};
    int nothing = open("/dev/null", O_RDONLY);
    int out, err;

    if (nothing < 0 || chdir(dir) != 0) {
        _exit(127);
    }
    out = open("stdout.txt", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    err = open("stderr.txt", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out < 0 || err < 0 || dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) {
        _exit(127);
    }
    (void)setrlimit(RLIMIT_CPU, &limit);
    (void)execve(program, arguments, environment);
    _exit(127);
}

/* Run it in dir with its streams in stdout.txt and stderr.txt there. Returns false with errno set
 * when it could not be started, else its wait status is in *status. */
static bool run(const char *program, char *const *arguments, const char *dir, int *status)
{
    char *environment[ENVIRONMENT_COUNT_MAX];
    pid_t child;

    reduced_environment(environment);
    child = fork();
    if (child == 0) {
        become(program, arguments, environment, dir);
    }
    if (child < 0) {
        return false;
    }
    while (waitpid(child, status, 0) < 0) {
        if (errno != EINTR) {
            return false;
        }
        if (was_stopped()) {
            (void)kill(child, SIGKILL);
        }
    }
    return true;
}

/* A file of our folder as bytes, owned, NUL behind it; NULL when it cannot be read. */
static char *read_file(const struct mx_gnuplot *gnuplot, const char *name, size_t *size)
{
    char path[MX_PLOT_DIR_SIZE + 128];
    struct stat status;
    FILE *file;
    char *bytes = NULL;

    (void)snprintf(path, sizeof path, "%s/%s", gnuplot->dir, name);
    file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size <= PICTURE_SIZE_MAX) {
        *size = (size_t)status.st_size;
        bytes = calloc(*size + 1, 1);
        if (bytes != NULL && fread(bytes, 1, *size, file) != *size) {
            free(bytes);
            bytes = NULL;
        }
    }
    (void)fclose(file);
    return bytes;
}

/* The first lines of what gnuplot complained about, in one line; "" when it did not. */
static void read_complaint(const struct mx_gnuplot *gnuplot, char *text, size_t text_size)
{
    size_t size = 0, used = 0;
    char *bytes = read_file(gnuplot, "stderr.txt", &size);
    bool is_blank = true;

    for (size_t i = 0; bytes != NULL && i < size && used + 1 < text_size; i++) {
        bool blank = strchr(" \t\r\n", bytes[i]) != NULL;
        if (!blank) {
            if (is_blank && used > 0 && used + 2 < text_size) {
                text[used++] = ' ';
            }
            text[used++] = bytes[i];
        }
        is_blank = blank;
    }
    text[used] = '\0';
    free(bytes);
}

static int check_font(const struct mx_gnuplot *gnuplot, const struct mx_plot_error *error)
{
    char program[4096], name[] = "fc-match", format[] = "--format=%{family}", font[] = FONT;
    char *arguments[] = {name, format, font, NULL};
    size_t size = 0;
    int status = 0;
    char *answer;
    bool found;

    if (!find_program(name, program, sizeof program)) {
        return mx_plot_fail(error, MX_EXIT_FAILURE,
                            "cannot look for the font \"" FONT "\": fc-match is not installed "
                            "(package fontconfig)");
    }
    if (!run(program, arguments, gnuplot->dir, &status)) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "cannot start %s: %s", program,
                            strerror(errno));
    }
    answer = read_file(gnuplot, "stdout.txt", &size);
    found = answer != NULL && strncmp(answer, FONT, strlen(FONT)) == 0;
    free(answer);
    if (!found) {
        return mx_plot_fail(error, MX_EXIT_FAILURE,
                            "the font \"" FONT "\" is not installed (package fonts-dejavu-core)");
    }
    return 0;
}

int mx_gnuplot_init(struct mx_gnuplot *gnuplot, const struct mx_plot_error *error)
{
    const char *parent = getenv("TMPDIR");
    int written, code;

    memset(gnuplot, 0, sizeof *gnuplot);
    if (!find_program("gnuplot", gnuplot->program, sizeof gnuplot->program)) {
        return mx_plot_fail(error, MX_EXIT_FAILURE,
                            "gnuplot is not installed (package gnuplot-nox)");
    }
    if (parent == NULL || parent[0] != '/') {
        parent = "/tmp";
    }
    written = snprintf(gnuplot->dir, sizeof gnuplot->dir, "%s/mxsim-plot-XXXXXX", parent);
    if (written < 0 || (size_t)written >= sizeof gnuplot->dir || mkdtemp(gnuplot->dir) == NULL) {
        code = mx_plot_fail(error, MX_EXIT_FAILURE, "cannot make a folder in %s: %s", parent,
                            strerror(errno));
        gnuplot->dir[0] = '\0';
        return code;
    }
    code = check_font(gnuplot, error);
    if (code != 0) {
        mx_gnuplot_fini(gnuplot);
    }
    return code;
}

void mx_gnuplot_fini(struct mx_gnuplot *gnuplot)
{
    DIR *dir = gnuplot->dir[0] == '\0' ? NULL : opendir(gnuplot->dir);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
        (void)rmdir(gnuplot->dir);
    }
    gnuplot->dir[0] = '\0';
}

static uint32_t big_endian(const char *bytes)
{
    const unsigned char *b = (const unsigned char *)bytes;

    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static const char *png_flaw(const char *bytes, size_t size)
{
    static const char begin[] = "\x89PNG\r\n\x1a\n";
    static const char end[] = "\0\0\0\0IEND\xAE\x42\x60\x82";

    if (size < 45 || memcmp(bytes, begin, 8) != 0 || memcmp(bytes + 12, "IHDR", 4) != 0) {
        return "is no PNG file";
    }
    if (memcmp(bytes + size - 12, end, 12) != 0) {
        return "is cut short: its IEND chunk is missing";
    }
    if (big_endian(bytes + 16) != 2 * (uint32_t)MX_PLOT_WIDTH_PX ||
        big_endian(bytes + 20) != 2 * (uint32_t)MX_PLOT_HEIGHT_PX) {
        return "is not 1920 x 1200 pixels";
    }
    return NULL;
}

static const char *svg_flaw(const char *bytes, size_t size)
{
    static const char begin[] = "<?xml", end[] = "</svg>";
    const size_t end_size = sizeof end - 1;

    if (size < 200 || memcmp(bytes, begin, sizeof begin - 1) != 0) {
        return "is no SVG file";
    }
    while (size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == ' ')) {
        size--;
    }
    if (size < end_size || memcmp(bytes + size - end_size, end, end_size) != 0) {
        return "is cut short: it does not end in </svg>";
    }
    return NULL;
}

static const char *pdf_flaw(const char *bytes, size_t size)
{
    static const char begin[] = "%PDF-", end[] = "%%EOF";
    const size_t end_size = sizeof end - 1;

    if (size < 200 || memcmp(bytes, begin, sizeof begin - 1) != 0) {
        return "is no PDF file";
    }
    while (size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r')) {
        size--;
    }
    return memcmp(bytes + size - end_size, end, end_size) == 0
               ? NULL
               : "is cut short: it does not end in %%EOF";
}

const char *mx_plot_file_flaw(const char *bytes, size_t size, enum mx_plot_format format)
{
    switch (format) {
    case MX_PLOT_SVG:
        return svg_flaw(bytes, size);
    case MX_PLOT_PNG:
        return png_flaw(bytes, size);
    case MX_PLOT_PDF:
        return pdf_flaw(bytes, size);
    case MX_PLOT_TEXT:
        return size > 0 ? NULL : "is empty";
    case MX_PLOT_FORMAT_COUNT:
        break;
    }
    return "is of no known format";
}

/* gnuplot's SVG driver writes the font's name as it was given; a browser wants the weight apart
 * and other families to fall back to. Returns the picture anew, owned, or NULL. */
static char *mend_svg(const char *bytes, size_t *size)
{
    static const char bold[] = "font-family=\"" FONT ":Bold\"",
                      plain[] = "font-family=\"" FONT "\"";
    const char *at = bytes, *end = bytes + *size;
    char *text = NULL;
    size_t text_size = 0;
    FILE *out = open_memstream(&text, &text_size);

    while (out != NULL && at < end) {
        const char *next = strstr(at, "font-family=\"" FONT);
        bool is_bold = next != NULL && strncmp(next, bold, sizeof bold - 1) == 0;
        bool is_plain = next != NULL && strncmp(next, plain, sizeof plain - 1) == 0;

        if (next == NULL) {
            next = end;
        }
        (void)fwrite(at, 1, (size_t)(next - at), out);
        if (is_bold || is_plain) {
            (void)fprintf(out, "font-family=\"" FONT ", Verdana, sans-serif\"%s",
                          is_bold ? " font-weight=\"bold\"" : "");
            next += is_bold ? sizeof bold - 1 : sizeof plain - 1;
        } else if (next < end) {
            (void)fputc(*next, out);
            next++;
        }
        at = next;
    }
    if (out == NULL || fclose(out) != 0) {
        free(text);
        return NULL;
    }
    *size = text_size;
    return text;
}

int mx_gnuplot_deliver(const char *bytes, size_t size, const char *target,
                       const struct mx_plot_error *error)
{
    int error_number = 0;
    struct mx_outfile *out = mx_outfile_open(target, &error_number);

    if (out != NULL) {
        mx_outfile_write(out, bytes, size);
        error_number = mx_outfile_commit(out);
    }
    if (error_number != 0) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "cannot write %s: %s", target,
                            strerror(error_number));
    }
    return 0;
}

/* What gnuplot's end says: 0 or an exit code. */
static int check_end(const struct mx_gnuplot *gnuplot, const char *kind, int status,
                     const struct mx_plot_error *error)
{
    char complaint[MESSAGE_SIZE];

    read_complaint(gnuplot, complaint, sizeof complaint);
    if (WIFSIGNALED(status)) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "%s: gnuplot was ended by signal %d%s%s", kind,
                            WTERMSIG(status), complaint[0] != '\0' ? ": " : "", complaint);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "%s: gnuplot ended with status %d%s%s", kind,
                            WEXITSTATUS(status), complaint[0] != '\0' ? ": " : "", complaint);
    }
    if (complaint[0] != '\0') {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "%s: gnuplot warned: %s", kind, complaint);
    }
    return 0;
}

int mx_gnuplot_make(const struct mx_gnuplot *gnuplot, const char *kind, const char *script_name,
                    const char *picture_name, enum mx_plot_format format, char **bytes,
                    size_t *size, const struct mx_plot_error *error)
{
    char name[] = "gnuplot", no_init[] = "-d", script[128];
    char *arguments[] = {name, no_init, script, NULL};
    const char *flaw;
    int status = 0, code;
    char *made;

    MX_CHECK(format < MX_PLOT_FORMAT_COUNT);
    (void)snprintf(script, sizeof script, "%s", script_name);
    if (!was_stopped() && !run(gnuplot->program, arguments, gnuplot->dir, &status)) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "cannot start %s: %s", gnuplot->program,
                            strerror(errno));
    }
    code = was_stopped() ? mx_plot_fail(error, MX_EXIT_INTERRUPTED, "interrupted")
                         : check_end(gnuplot, kind, status, error);
    if (code != 0) {
        return code;
    }
    *size = 0;
    made = read_file(gnuplot, picture_name, size);
    flaw = made == NULL ? "is missing" : mx_plot_file_flaw(made, *size, format);
    if (flaw != NULL) {
        free(made);
        return mx_plot_fail(error, MX_EXIT_FAILURE, "%s: the %s that gnuplot made %s", kind,
                            mx_plot_format_name[format], flaw);
    }
    *bytes = made;
    if (format == MX_PLOT_SVG) {
        *bytes = mend_svg(made, size);
        free(made);
    }
    return *bytes != NULL ? 0 : mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
}

int mx_gnuplot_draw(const struct mx_gnuplot *gnuplot, const char *kind, const char *script_name,
                    const char *picture_name, enum mx_plot_format format, const char *target,
                    const struct mx_plot_error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    int code =
        mx_gnuplot_make(gnuplot, kind, script_name, picture_name, format, &bytes, &size, error);

    if (code == 0) {
        code = mx_gnuplot_deliver(bytes, size, target, error);
    }
    free(bytes);
    return code;
}
