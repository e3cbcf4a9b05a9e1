/*
 * What one copy of a certificate is made of, out of the register: one version's signed token, the
 * proof that the log has it, the holder's photo. Owned bytes, so that one thread may gather what
 * others print.
 */
#pragma once

#include "issuer/register/register.h"

struct sheet {
    char number[NUMBER_MAX + 1];
    uint32_t version;
    enum state state; /* of the certificate on the day of gathering */
    bool current;     /* this is its current version */
    int64_t as_of;    /* the moment of gathering (home->now), which is that of copies made of it */
    struct buf token, proof, photo; /* photo empty: none was there when the version was signed */
};
void sheet_free(struct sheet *s); /* leaves it zeroed; for ON_EXIT too */

/* All borrowed. */
struct sheet_source {
    struct reg *reg;
    const struct home *home;
    struct tlog_source log; /* of reg: register_log_source(), or a cache of it where many are
                               gathered */
};

/*
 * Gathers one version. The proof is that of the first checkpoint that covers the version, so that
 * a copy can be drawn again, byte for byte, whatever the log has grown to.
 *
 * version  from 1; 0: the current one
 * ret      its memory is used again; what it holds after an error is nothing to go by
 *
 * RC_NOT_FOUND  no such version; or no checkpoint covers it yet: publishing makes one
 * RC_BUSY       it is not signed yet
 * RC_FORMAT     the register contradicts itself: `sitecert audit` says how
 */
MUST_CHECK enum rc sheet_gather(const struct sheet_source *from, const struct reg_cert *cert,
                                uint32_t version, struct sheet *ret, struct diag *d);

/*
 * True: copies of a certificate in this state are given out. Not of a suspended, revoked, withdrawn
 * or cancelled one, which the signer refuses too; not of a lapsed one either: its copy would be
 * past its last day from the start.
 */
bool sheet_may_be_copied(enum state state);
