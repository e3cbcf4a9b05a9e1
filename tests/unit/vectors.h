/* Replays the cases of tests/vectors: one folder a case, with input.hex and expected.txt. */
#pragma once

#include "tests/unit/check.h"

#include <dirent.h>
#include <stdbool.h>

#include <stdlib.h>

#include "core/cose/cose.h"
#include "core/crypto/hash.h"
#include "core/sys/file.h"

/* Makes of an input the text that expected.txt should hold. */
typedef void vector_describe(struct span input, struct buf *to);

static inline void vector_read(const char *folder, const char *name, struct buf *to)
{
    char path[PATH_LEN];
    struct diag d = DIAG_INIT;
    if (path_join(folder, name, path, &d) != RC_OK || file_read(path, 1u << 20, to, &d) != RC_OK)
        fail_msg("%s", d.text);
}

/* Hex digits with line ends between. */
static inline void vector_unhex(struct span text, struct buf *to)
{
    uint8_t pair[2], byte;
    size_t have = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n')
            continue;
        pair[have++] = text.ptr[i];
        if (have < 2)
            continue;
        assert_true(hex_decode(span_of(pair, 2), &byte, 1));
        buf_put_u8(to, byte);
        have = 0;
    }
    assert_int_equal(have, 0);
}

/* keys.txt of a folder: a COSE_Key in hex a line, comments behind '#'; exactly count of them. */
static inline void vector_keys(const char *folder, struct pubkey **ret, size_t count)
{
    struct buf text = { 0 };
    size_t have = 0;
    vector_read(folder, "keys.txt", &text);
    char *rest = NULL;
    char *copy = strdup(buf_cstr(&text));
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct buf bytes = { 0 };
        struct public_numbers numbers;
        if (line[0] == '#')
            continue;
        assert_true(have < count);
        vector_unhex(span_text(line), &bytes);
        assert_int_equal(cose_key_parse(buf_span(&bytes), &numbers, NULL), RC_OK);
        assert_int_equal(pubkey_new(&numbers, &ret[have++], NULL), RC_OK);
        buf_free(&bytes);
    }
    assert_int_equal(have, count);
    free(copy);
    buf_free(&text);
}

static inline bool vector_replay(const char *folder, const char *name, vector_describe *describe)
{
    char path[PATH_LEN];
    struct buf hex = { 0 }, input = { 0 }, expected = { 0 }, actual = { 0 };
    assert_int_equal(path_join(folder, name, path, NULL), RC_OK);
    vector_read(path, "input.hex", &hex);
    vector_read(path, "expected.txt", &expected);
    vector_unhex(buf_span(&hex), &input);
    describe(buf_span(&input), &actual);
    const bool same = strcmp(buf_cstr(&actual), buf_cstr(&expected)) == 0;
    if (!same)
        print_error("%s\n--- expected\n%s--- actual\n%s", path, buf_cstr(&expected),
                    buf_cstr(&actual));
    buf_free(&hex);
    buf_free(&input);
    buf_free(&expected);
    buf_free(&actual);
    return same;
}

/* Every case of a folder; at least `least`, so that an empty folder is no success. */
static inline void vectors_replay(const char *folder, size_t least, vector_describe *describe)
{
    size_t count = 0, wrong = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (e->d_name[0] == '.')
            continue;
        wrong += !vector_replay(folder, e->d_name, describe);
        count++;
    }
    (void)closedir(dir);
    assert_int_equal(wrong, 0);
    assert_true(count >= least);
}
