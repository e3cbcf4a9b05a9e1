/* What the files of one publication are made of. Nobody outside publish*.c includes this. */
#pragma once

#include "core/cert/bundle.h"
#include "issuer/publication/delta_files.h"
#include "issuer/publication/previous.h"
#include "issuer/publication/publish.h"

/* Everything of one publication, made before the first file is written. */
struct material {
    struct home *home;
    struct reg *reg;
    struct signer *signer;
    const struct publish_cosigner *cosigner; /* NULL: nobody is asked */
    const struct policy_values *policy;
    uint64_t sequence;
    struct previous before; /* the last publication in this folder */
    struct columns columns;
    struct delta_made delta;
    uint8_t root[SHA256_LEN]; /* of the deadline list's blocks */
    struct buf directory, status, deadlines, checkpoint, selftest, bundle;
};

int64_t material_expires(const struct material *m); /* until when the lists hold */
MUST_CHECK enum rc material_sign(struct material *m, const char *typ, const struct buf *payload,
                                 struct buf *to, struct diag *d);

/*
 * Two messages that a sound device tells apart: one that holds, and the same with one bit turned.
 * The same ones for as long as the trust list is the same.
 */
MUST_CHECK enum rc material_make_selftest(struct material *m, struct diag *d);
/* Of the lists and the checkpoint, which are made before. */
MUST_CHECK enum rc material_make_bundle(struct material *m, struct diag *d);
/*
 * With the reader's code, from its own bytes, by the pinned roots: nobody else is first to find
 * out. Makes the delta to it.
 */
MUST_CHECK enum rc material_check_bundle(struct material *m, struct diag *d);
