/*
 * What an HTML form sends: multipart/form-data (RFC 7578) and application/x-www-form-urlencoded
 * (WHATWG URL section 5.1). Strict: what two readers could understand differently is refused. Pure.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define FORM_FIELDS_MAX 12u
#define FORM_NAME_MAX   64u   /* bytes of a name */
#define FORM_HEAD_MAX   1024u /* bytes of a part's headers */

struct form_field {
    struct span name, value; /* borrow the body, or the room */
};
struct form {
    size_t count;
    struct form_field fields[FORM_FIELDS_MAX];
};

/*
 * content_type  the whole header: "multipart/form-data; boundary=…"
 * ret           borrows body
 *
 * RC_FORMAT  another type, no usable boundary (RFC 2046 section 5.1.1), a part without a name or
 *            with a transfer encoding, a name twice, bytes before the first or behind the last
 * RC_LIMIT   over one of the bounds above
 */
MUST_CHECK enum rc form_multipart_read(struct span content_type, struct span body, struct form *ret,
                                       struct diag *d);
/*
 * room  at least body.len bytes, for what is decoded; ret borrows it
 * RC_FORMAT  '%' without two digits, a name twice; RC_LIMIT
 */
MUST_CHECK enum rc form_urlencoded_read(struct span body, uint8_t *room, struct form *ret,
                                        struct diag *d);

/* Empty: no such field. */
struct span form_find(const struct form *f, const char *name);
