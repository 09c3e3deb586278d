// SPDX-License-Identifier: GPL-3.0-or-later
/* digest.c - see digest.h. */
#include "sim/scenario/digest.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct mx_digest {
    EVP_MD_CTX *state;
    bool failed;
};

struct mx_digest *mx_digest_create(void)
{
    struct mx_digest *digest = calloc(1, sizeof *digest);
    if (digest == NULL) {
        return NULL;
    }
    digest->state = EVP_MD_CTX_new();
    if (digest->state == NULL || EVP_DigestInit_ex(digest->state, EVP_sha256(), NULL) != 1) {
        mx_digest_destroy(digest);
        return NULL;
    }
    return digest;
}

void mx_digest_destroy(struct mx_digest *digest)
{
    if (digest != NULL) {
        EVP_MD_CTX_free(digest->state);
        free(digest);
    }
}

void mx_digest_add(struct mx_digest *digest, const char *text, size_t size)
{
    char head[32];
    int head_size = snprintf(head, sizeof head, "%zu\n", size);
    if (EVP_DigestUpdate(digest->state, head, (size_t)head_size) != 1 ||
        EVP_DigestUpdate(digest->state, text, size) != 1) {
        digest->failed = true;
    }
}

/* Nothing where there are not 32 bytes. */
static void put_digits(const unsigned char *bytes, unsigned size, char text[65])
{
    size = size == 32 ? size : 0;
    for (unsigned i = 0; i < size; i++) {
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    text[2 * size] = '\0';
}

void mx_digest_put(struct mx_digest *digest, char text[65])
{
    unsigned char bytes[EVP_MAX_MD_SIZE] = {0};
    unsigned size = 0;
    if (digest->failed || EVP_DigestFinal_ex(digest->state, bytes, &size) != 1) {
        size = 0;
    }
    put_digits(bytes, size, text);
}

bool mx_digest_of(const char *text, size_t size, char digest[65])
{
    unsigned char bytes[EVP_MAX_MD_SIZE] = {0};
    unsigned length = 0;
    if (EVP_Digest(text, size, bytes, &length, EVP_sha256(), NULL) != 1) {
        length = 0;
    }
    put_digits(bytes, length, digest);
    return length == 32;
}
