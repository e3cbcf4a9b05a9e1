/*
 * IETF Token Status List in CWT form, 2 bits (draft-ietf-oauth-status-list
 * sections 4 and 5.2; docs/formats.md, "Status list"): what other systems read.
 * Our own devices read the same bits from the bundle's blocks.
 */
#pragma once

#include "core/cert/columns.h"
#include "core/cose/cose.h"

#define CWT_URI_MAX     255          /* bytes of claim 2 */
#define CWT_TIME_MAX    253402300799 /* the last second of the year 9999 */
#define STATUS_LIST_MAX (64u << 20)  /* bytes of the decompressed list */

struct status_list {
    int64_t iat, exp;
    uint64_t ttl;    /* seconds */
    struct span uri; /* borrows the message */
    struct buf bits; /* decompressed, owned */
};
void status_list_free(struct status_list *list);

/*
 * The claims map: {2: uri, 4: exp, 6: iat, 65533: {"lst": zlib, "bits": 2}, 65534: ttl}.
 * uri has 1 to CWT_URI_MAX bytes, times are 0 to CWT_TIME_MAX, iat <= exp, ttl is not 0.
 */
MUST_CHECK enum rc status_list_payload_put(struct buf *b, const struct columns *c, const char *uri,
                                           int64_t iat, int64_t exp, uint64_t ttl, struct diag *d);

/*
 * Reads the payload of a message whose signature has been checked.
 * RC_FORMAT  not exactly that map, or what it deflates is not a whole zlib stream
 * RC_LIMIT   more than STATUS_LIST_MAX bytes when inflated
 */
MUST_CHECK enum rc status_list_payload_read(struct span payload, struct status_list *ret,
                                            struct diag *d);

/* RC_NOT_FOUND: index is past the list. RC_FORMAT: the value there is none of ours (3). */
MUST_CHECK enum rc status_list_find(const struct status_list *list, uint64_t index,
                                    enum status_bits *ret, struct diag *d);
