// SPDX-License-Identifier: GPL-3.0-or-later
/* intake.c - files of a folder into the spool. See intake.h. */
#include "sim/live/intake.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/live/message_file.h"
#include "sim/scenario/reader.h"

struct names {
    char **item;
    size_t count, capacity;
};

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->item[i]);
    }
    free(names->item);
}

static bool add_name(struct names *names, const char *name)
{
    if (names->count == names->capacity) {
        size_t capacity = names->capacity > 0 ? names->capacity * 2 : 64;
        char **grown = realloc(names->item, capacity * sizeof *grown);

        if (grown == NULL) {
            return false;
        }
        names->item = grown;
        names->capacity = capacity;
    }
    names->item[names->count] = strdup(name);
    return names->item[names->count] != NULL && ++names->count > 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Returns 0 or an errno value; names are the caller's to free in any case. */
static int list_folder(const char *folder, struct names *names)
{
    DIR *directory = opendir(folder);
    int error_number = 0;

    if (directory == NULL) {
        return errno;
    }
    while (error_number == 0) {
        const struct dirent *found;

        errno = 0;
        found = readdir(directory);
        if (found == NULL) {
            error_number = errno;
            break;
        }
        if (found->d_name[0] != '.' && !add_name(names, found->d_name)) {
            error_number = ENOMEM;
        }
    }
    (void)closedir(directory);
    if (names->count > 0) {
        qsort(names->item, names->count, sizeof *names->item, compare_names);
    }
    return error_number;
}

static enum mx_intake_status add_recipient(struct mx_spool *spool, int64_t message,
                                           const char *address, struct mx_intake_count *count)
{
    char domain[MX_ADDRESS_SIZE];
    uint32_t destination;

    mx_address_domain(address, domain);
    if (!mx_spool_destination(spool, domain, &destination) ||
        !mx_spool_add_recipient(spool, message, address, destination)) {
        return MX_INTAKE_SPOOL;
    }
    count->recipients++;
    return MX_INTAKE_OK;
}

static enum mx_intake_status add_message(struct mx_spool *spool, const char *file,
                                         const struct mx_message *message,
                                         const struct mx_intake *intake,
                                         struct mx_intake_count *count)
{
    size_t to_count = intake->to_count > 0 ? intake->to_count : message->recipient_count;
    enum mx_intake_status status = MX_INTAKE_OK;
    int64_t id;

    if (!mx_spool_add_message(spool, file, intake->from != NULL ? intake->from : message->sender,
                              message->text, message->size, &id)) {
        return MX_INTAKE_SPOOL;
    }
    for (size_t i = 0; i < to_count && status == MX_INTAKE_OK; i++) {
        status = add_recipient(
            spool, id, intake->to_count > 0 ? intake->to[i] : message->recipients[i], count);
    }
    count->messages++;
    return status;
}

static enum mx_intake_status take_file(struct mx_spool *spool, const char *path,
                                       const struct mx_intake *intake,
                                       struct mx_intake_count *count)
{
    struct mx_message message;
    enum mx_intake_status status = MX_INTAKE_OK;
    char error[MX_MESSAGE_ERROR_SIZE];
    char *raw = NULL;
    size_t size = 0;
    int error_number = mx_file_access_disk.read(mx_file_access_disk.context, path, &raw, &size);

    if (error_number == ENOMEM) {
        return MX_INTAKE_NO_MEMORY;
    }
    if (error_number == EFBIG) {
        intake->refuse(intake->context, path, "is larger than 16 MiB");
        count->refused++;
    } else if (error_number != 0) {
        intake->refuse(intake->context, path, strerror(error_number));
        count->refused++;
    } else if (!mx_message_parse(&message, raw, size, intake->to_count == 0, error)) {
        if (error[0] == '\0') {
            status = MX_INTAKE_NO_MEMORY;
        } else {
            intake->refuse(intake->context, path, error);
            count->refused++;
        }
    } else {
        status = add_message(spool, path, &message, intake, count);
        mx_message_fini(&message);
    }
    free(raw);
    return status;
}

static bool is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) != 0 || S_ISREG(status.st_mode); /* reading says what is wrong */
}

enum mx_intake_status mx_intake_folder(struct mx_spool *spool, const char *folder,
                                       const struct mx_intake *intake,
                                       struct mx_intake_count *count, int *error_number)
{
    struct names names = {.count = 0};
    enum mx_intake_status status = MX_INTAKE_OK;

    *count = (struct mx_intake_count){0};
    *error_number = list_folder(folder, &names);
    if (*error_number != 0) {
        status = *error_number == ENOMEM ? MX_INTAKE_NO_MEMORY : MX_INTAKE_FOLDER;
    }
    for (size_t i = 0; i < names.count && status == MX_INTAKE_OK; i++) {
        size_t size = strlen(folder) + strlen(names.item[i]) + 2;
        char *path = malloc(size);

        if (path == NULL) {
            status = MX_INTAKE_NO_MEMORY;
            break;
        }
        (void)snprintf(path, size, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/",
                       names.item[i]);
        if (is_file(path)) {
            status = take_file(spool, path, intake, count);
        }
        free(path);
    }
    free_names(&names);
    return status;
}
