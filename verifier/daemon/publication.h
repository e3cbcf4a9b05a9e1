/*
 * What is published, as it stands now: the folder that `sitecert publish` writes, its bundle opened
 * by the roots that are believed. A new one takes the place of the old as soon as it is seen; who
 * works with the old one goes on with it. Threads: any, store_refresh() one at a time.
 */
#pragma once

#include "core/cert/judge.h"

#define PUBLICATION_MAX ((size_t)1 << 30) /* bytes of a bundle */

struct publication; /* one state of it; read-only */
struct store;       /* which is the present one */

struct store_options {
    const char *folder; /* copied */
    const char *root;   /* file of the root set; NULL: that which the first bundle names */
};

/*
 * RC_FORMAT and others as bundle_open(); RC_REFUSED also: this build disagrees with the bundle's
 * self-test, or SITECERT_CLOCK is set and this is no demonstration
 */
MUST_CHECK enum rc store_open(const struct store_options *o, struct store **ret, struct diag *d);
void store_close(struct store *s); /* nobody holds a publication any more; NULL is fine */

/*
 * Looks whether there is a newer one, and takes it.
 *
 * ret_changed  another one stands there: it was taken, or d says why not
 * RC_REFUSED   it is older than the present one, or of another deployment; others as store_open().
 *              The present one stays. The same file is complained of once
 */
MUST_CHECK enum rc store_refresh(struct store *s, bool *ret_changed, struct diag *d);

/* The present one, to be given back. Never NULL. */
struct publication *store_get(struct store *s);
void publication_put(struct publication *p);
static inline void publication_put_at(struct publication **p)
{
    if (*p)
        publication_put(*p);
    *p = NULL;
}

int publication_folder(const struct publication *p); /* descriptor of the folder; borrowed */
const struct bundle *publication_bundle(const struct publication *p);
/* What a token is to be judged by, now. RC_REFUSED, RC_FORMAT: as clock_now(). */
MUST_CHECK enum rc publication_evidence(const struct publication *p, struct evidence *ret,
                                        struct diag *d);
