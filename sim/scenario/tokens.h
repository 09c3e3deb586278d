// SPDX-License-Identifier: GPL-3.0-or-later
/* tokens.h - the words of a libconfig file, with @include carried out.
 *
 * Debian 12's libconfig 1.5 reads 5000000000 as 705032704, clamps larger numbers, turns 1.0e400
 * into inf, opens included files itself and knows only lines of the file it is in. So numbers,
 * strings and includes are read here, and libconfig gets the structure alone. */
#ifndef MX_TOKENS_H
#define MX_TOKENS_H

#include "sim/scenario/arena.h"
#include "sim/scenario/digest.h"
#include "sim/scenario/reader.h"

enum mx_token_kind {
    MX_TOKEN_MARK,   /* one of = : , ; { } [ ] ( ) */
    MX_TOKEN_NAME,   /* a key, true or false */
    MX_TOKEN_TEXT,   /* a string, decoded */
    MX_TOKEN_NUMBER, /* a number's literal, as written, without the L of a long one */
    MX_TOKEN_KIND_COUNT
};

struct mx_token {
    enum mx_token_kind kind;
    const char *file;
    int line;
    const char *text;
    const char *comment; /* at the end of the token's line, NULL: none */
};

struct mx_tokens {
    size_t count, size;
    struct mx_token *token;
};

#define MX_NESTING_MAX 64
#define MX_INCLUDES_MAX 10
#define MX_TOKENS_MAX 4000000
#define MX_TEXT_SIZE_MAX ((size_t)16 << 20)

/* What reading needs; mistakes NULL: they are not reported (values of --set). digest may be
 * NULL. text_size: bytes read so far, over all files. */
struct mx_source {
    struct mx_arena *arena;
    const struct mx_file_access *access;
    struct mx_mistakes *mistakes;
    struct mx_digest *digest;
    size_t text_size;
};

/* Append the tokens of a file, or of a text called `file`. false: there was a mistake. */
bool mx_tokens_read_file(struct mx_source *source, const char *file, struct mx_tokens *tokens);
bool mx_tokens_read_text(struct mx_source *source, const char *file, const char *text,
                         struct mx_tokens *tokens);

/* The folder of a file with its slash, "" for one without. */
const char *mx_path_folder(struct mx_arena *arena, const char *file);
/* name as seen from the folder of `file`; absolute names stay. */
const char *mx_path_beside(struct mx_arena *arena, const char *file, const char *name);

#endif
