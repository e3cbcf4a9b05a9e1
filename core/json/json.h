/*
 * jansson, included from here alone: one strict way to read JSON. Duplicate
 * keys, NUL characters, depth over 32 and bytes after the value are refused.
 */
#pragma once

#include <jansson.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

static inline void json_decref_at(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

/* From here on what JSON was read into is zeroed when it is freed. Before threads. */
void json_wipe_freed(void);

/*
 * Reads one object or array. *ret is owned.
 * RC_FORMAT  d names line and column, and never quotes the input: it may hold identity numbers
 */
MUST_CHECK enum rc json_read(struct span text, json_t **ret, struct diag *d);

/* Appends the value as text: compact, keys in the order of insertion, reals with 15 digits; indent
 * 0 to 8. After an error *to is as long as before. */
MUST_CHECK enum rc json_write(const json_t *value, unsigned indent, struct buf *to, struct diag *d);
