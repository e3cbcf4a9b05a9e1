/*
 * Publication: everything the world may read, in one folder of static files
 * (docs/operations.md, "What publish writes"). Each file appears by rename; what
 * others point at is written before what points at it; the bundle comes last.
 */
#pragma once

#include "issuer/register/register.h"

struct published {
    uint64_t sequence, log_size;
    uint32_t rows;
    size_t bundle_bytes, status_bytes, deadline_bytes;
    size_t delta_bytes; /* of the one from the publication before; 0: there is none */
    uint32_t delta_rows;
};

/* folder is made when it is not there; its own last bundle is what the new one starts from. Holds
 * the register's writer lock while it runs. */
MUST_CHECK enum rc publish(struct home *h, const char *folder, struct published *ret,
                           struct diag *d);

/* Asks witnesses to cosign the checkpoint, a note: appends their lines. log: all of its tree. */
struct publish_cosigner {
    enum rc (*cosign)(void *arg, const struct trust_list *trust, const struct tlog_source *log,
                      struct buf *checkpoint, struct diag *d);
    void *arg;
};
/* The same with a cosigner. RC_REFUSED, of either: fewer witnesses have cosigned than the trust
 * list asks for; nothing was published. */
MUST_CHECK enum rc publish_cosigned(struct home *h, const char *folder,
                                    const struct publish_cosigner *cosigner, struct published *ret,
                                    struct diag *d);
