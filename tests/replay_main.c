// SPDX-License-Identifier: GPL-3.0-or-later
/* replay_main.c - run a fuzz target over files that were kept, with any compiler.
 *
 * Usage: replay_fuzz_NAME FILE-OR-FOLDER... Ends with 0 when the target returned from each of
 * them; a target that finds something aborts. At least one file must be found. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_SIZE_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed_count;

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    size_t size;

    if (file == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    data = malloc(INPUT_SIZE_MAX);
    if (data == NULL) {
        (void)fclose(file);
        return 1;
    }
    size = fread(data, 1, INPUT_SIZE_MAX, file);
    (void)fclose(file);
    (void)printf("%s: %zu bytes\n", path, size);
    (void)fflush(stdout); /* the last line names the culprit */
    /* An exact copy, so that a sanitizer sees a read past the end. */
    if (size > 0) {
        uint8_t *shrunk = realloc(data, size);

        data = shrunk != NULL ? shrunk : data;
    }
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    replayed_count++;
    return 0;
}

static int replay_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    int failed = count < 0;

    for (int i = 0; i < count; i++) {
        char file[4096];

        if (entries[i]->d_name[0] != '.' &&
            (size_t)snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name) < sizeof file) {
            failed |= replay_file(file);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return failed;
}

int main(int count, char **arguments)
{
    int failed = 0;

    for (int i = 1; i < count; i++) {
        struct stat status;

        if (stat(arguments[i], &status) == 0 && S_ISDIR(status.st_mode)) {
            failed |= replay_folder(arguments[i]);
        } else {
            failed |= replay_file(arguments[i]);
        }
    }
    (void)printf("%u inputs\n", replayed_count);
    return failed != 0 || replayed_count == 0;
}
