/*
 * Structured field values for HTTP (RFC 8941), as far as signatures need them: dictionaries of
 * items and inner lists with parameters. Stricter than the RFC where it lets a later value replace
 * an earlier one: a key that comes twice is refused, and so is base64 that is not written in its
 * one way (RFC 4648 section 4 with padding, zero spare bits).
 *
 * Everything borrows the text that was read. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

#define FIELD_TEXT_MAX    8192u /* bytes of a field's value; longer is RC_LIMIT */
#define FIELD_MEMBERS_MAX 16u   /* members of a dictionary */
#define FIELD_PARAMS_MAX  12u   /* parameters of one item or list */
#define FIELD_INNER_MAX   32u   /* items of an inner list */

enum field_kind {
    FIELD_NONE = 0,
    FIELD_INTEGER, /* number */
    FIELD_DECIMAL, /* raw alone */
    FIELD_STRING,  /* raw holds its quotes */
    FIELD_TOKEN,   /* raw */
    FIELD_BYTES,   /* raw holds its colons; checked to be base64 */
    FIELD_BOOLEAN  /* number: 0 or 1 */
};

struct field_item {
    enum field_kind kind;
    struct span raw; /* as written; empty for a parameter without a value, which is true */
    int64_t number;
};

struct field_param {
    struct span key;
    struct field_item value;
};

struct field_params {
    size_t count;
    struct field_param at[FIELD_PARAMS_MAX];
};

/* One member: an item, or an inner list whose items stand in inner. */
struct field_member {
    struct span key;
    struct span raw; /* value with parameters, as written */
    bool is_list;
    struct field_item item; /* is_list false */
    struct field_params params;
};

struct field_inner_item {
    struct field_item item;
    struct field_params params;
};

struct field_inner {
    size_t count;
    struct field_inner_item at[FIELD_INNER_MAX];
};

struct field_dictionary {
    size_t count;
    struct field_member at[FIELD_MEMBERS_MAX];
};

/*
 * Reads a dictionary. An empty text is an empty dictionary.
 *
 * RC_FORMAT  not a dictionary, or a key twice; the offset says where
 * RC_LIMIT   over one of the limits above
 *
 * RFC 8941 section 4.2.2
 */
MUST_CHECK enum rc field_dictionary_read(struct span text, struct field_dictionary *ret,
                                         struct diag *d);

/* The items of a member that is an inner list. Errors as above, never for one that was read. */
MUST_CHECK enum rc field_inner_read(const struct field_member *member, struct field_inner *ret,
                                    struct diag *d);

/* NULL: it has none of that name. */
const struct field_member *field_member_find(const struct field_dictionary *dictionary,
                                             struct span key);
const struct field_item *field_param_find(const struct field_params *params, const char *key);

/* Appends what a string says, without quotes and escapes. item is a FIELD_STRING. */
void field_string_put(struct buf *to, const struct field_item *item);
/* Appends the bytes that a byte sequence stands for. item is a FIELD_BYTES. */
void field_bytes_put(struct buf *to, const struct field_item *item);

/* Appends ";key=value" for each, in its one form (RFC 8941 section 4.1.1.2). */
void field_params_put(struct buf *to, const struct field_params *params);
void field_item_put(struct buf *to, const struct field_item *item);
/* Appends text as a string; false, nothing written: it holds what no string may. RFC 8941 section
 * 4.1.6 */
MUST_CHECK bool field_text_put(struct buf *to, struct span text);
