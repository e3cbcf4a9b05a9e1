/*
 * A message between processes as a table: a deterministic CBOR map {0: version, 1: what, …} with
 * one small integer key for each field of a struct. Pure; threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

/* One row a field, keys ascending: what is empty, zero or false is left out. */
enum cbor_field_type {
    FIELD_BYTES,
    FIELD_TEXT,
    FIELD_CHARS,
    FIELD_BOOL,
    FIELD_U32,
    FIELD_U64,
    FIELD_I32,
    FIELD_I64
};

struct cbor_field {
    uint8_t key;
    enum cbor_field_type type;
    const char *name; /* NULL ends a table */
    size_t offset;
    uint64_t max; /* bytes, or the largest value */
};

/* Appends the message; fields begin at key 2. */
void cbor_record_put(struct buf *to, unsigned version, unsigned what, const void *from,
                     const struct cbor_field *fields);
/*
 * into  zeroed by the caller; spans borrow bytes. May be half filled after an error
 *
 * RC_REFUSED  of another version
 * RC_FORMAT   not exactly such a message: strict as core/cose/cbor.h, no key but the table's, no
 *             value over its max; offset says where
 */
MUST_CHECK enum rc cbor_record_read(struct span bytes, unsigned version, uint64_t max_what,
                                    uint64_t *ret_what, void *into, const struct cbor_field *fields,
                                    struct diag *d);
