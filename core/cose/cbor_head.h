/* The first bytes of a data item, for the files of the CBOR codec alone. */
#pragma once

#include "core/cose/cbor.h"

enum cbor_major {
    CBOR_UINT = 0,
    CBOR_NEGATIVE = 1,
    CBOR_BYTES = 2,
    CBOR_TEXT = 3,
    CBOR_ARRAY = 4,
    CBOR_MAP = 5,
    CBOR_TAG = 6,
    CBOR_SIMPLE = 7,
};

#define CBOR_HEAD_MAX 9 /* bytes */

#define CBOR_FALSE 20
#define CBOR_TRUE  21
#define CBOR_NULL  22

struct cbor_head {
    unsigned major;
    uint64_t arg;
};

/* Takes one head. False: failed, and the reader stands where the item begins. */
MUST_CHECK bool cbor_head(struct cbor_reader *c, const char *name, struct cbor_head *ret);
/* The same, and its major type must be this. */
MUST_CHECK bool cbor_head_of(struct cbor_reader *c, const char *name, enum cbor_major major,
                             uint64_t *ret_arg);
/* The shortest head; returns its length. */
size_t cbor_head_encode(enum cbor_major major, uint64_t arg, uint8_t ret[CBOR_HEAD_MAX]);
/* Takes the content of a string whose head said len, as it stands; `at` is where the item begins.
 */
MUST_CHECK bool cbor_content(struct cbor_reader *c, const char *name, size_t at,
                             const struct cbor_head *head, struct span *ret);
/* Takes a key, an integer or a text, that must sort after *last (empty: none yet) and replaces it.
 */
MUST_CHECK bool cbor_next_key(struct cbor_reader *c, const char *name, struct span *last);
