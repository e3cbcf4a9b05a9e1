/*
 * The audit: recomputes every number, state, deadline, index, leaf and signature
 * from the records as they arrived, with a model of its own that shares only the
 * scheme's arithmetic (issuer/scheme) with the engine, and compares; and counts
 * every table, so that nothing stands in the register that no record explains.
 * What it cannot see: docs/operations.md, "Audit".
 */
#pragma once

#include "core/json/json.h"
#include "issuer/register/register.h"

#define AUDIT_FINDINGS_MAX 1000 /* kept in words; all are counted */

struct audit_finding {
    char subject[64]; /* "certificate 03301…", "log 77" */
    char text[160];
};

struct audit {
    uint64_t certificates, versions, orders, voids, rows, persons, log_size, checkpoints;
    char root[65]; /* hex of the log's root */
    uint64_t finding_count;
    size_t kept;
    struct audit_finding *findings; /* owned */
};
void audit_free(struct audit *a);

/*
 * r         open for reading, or an engine's with nothing uncommitted
 * threads   for signatures, at least 1: home_settings' sign_threads is
 * progress  may be NULL
 * RC_OK     it ran to its end; all agree only if ret->finding_count is 0
 */
MUST_CHECK enum rc audit_run(struct reg *r, const struct home *h, unsigned threads,
                             void (*progress)(void *ctx, uint64_t done, uint64_t of), void *ctx,
                             struct audit *ret, struct diag *d);

/* Another's findings, behind those that there are. */
void audit_join(struct audit *to, const struct audit *from);

uint64_t audit_length(struct reg *r); /* steps that progress counts */

json_t *audit_json(const struct audit *a);
