#include "issuer/rendering/sheet.h"

#include <assert.h>
#include <stdio.h>

#include "core/cert/token.h"

void sheet_free(struct sheet *s)
{
    buf_free(&s->token);
    buf_free(&s->proof);
    buf_free(&s->photo);
    *s = (struct sheet){ 0 };
}

bool sheet_may_be_copied(enum state state)
{
    return state == STATE_VALID || state == STATE_DUE;
}

static enum rc gather_token(struct reg *r, const struct reg_version *v, struct sheet *s,
                            struct diag *d)
{
    struct reg_log_entry entry;
    const enum rc rc = register_log_entry(r, v->log_index, &entry, d);
    if (rc != RC_OK)
        return rc;
    if (entry.pending)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "version %u of '%s' is being signed",
                        v->version, s->number);
    buf_put_span(&s->token, entry.data);
    return buf_rc(&s->token, d);
}

static enum rc gather_proof(struct reg *r, const struct tlog_source *log, uint64_t index,
                            struct sheet *s, struct diag *d)
{
    struct span note;
    uint64_t size = 0;
    size_t count = 0;
    struct tlog_hash hashes[TLOG_PROOF_MAX];
    enum rc rc = register_checkpoint_covering(r, index, &size, &note, d);
    if (rc == RC_NOT_FOUND)
        return diag_set(d, rc, DIAG_NO_OFFSET,
                        "version %u of '%s' is in no checkpoint yet: run 'sitecert publish' first",
                        s->version, s->number);
    if (rc == RC_OK)
        rc = tlog_prove_inclusion(log, index, size, hashes, &count, d);
    if (rc != RC_OK)
        return rc;
    tlog_proof_put(&s->proof, index, hashes, count, note);
    return buf_rc(&s->proof, d);
}

/* The photo that the token binds: one that came later stands in later versions alone. */
static enum rc gather_photo(struct reg *r, uint64_t person, struct sheet *s, struct diag *d)
{
    struct token t;
    struct span file;
    uint8_t digest[TOKEN_PHOTO_LEN];
    enum rc rc = token_parse(buf_span(&s->token), &t, d);
    if (rc != RC_OK || t.photo.len == 0)
        return rc;
    rc = register_photo(r, person, &file, d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK)
        token_photo_digest(t.number, t.iat, t.log_index, file, digest);
    if (rc == RC_NOT_FOUND || !span_equal(span_of(digest, sizeof digest), t.photo))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "the photo of '%s' is not the one that was signed: run 'sitecert audit'",
                        s->number);
    buf_put_span(&s->photo, file);
    return buf_rc(&s->photo, d);
}

static enum rc gather_state(struct reg *r, const struct home *home, const struct reg_cert *cert,
                            struct sheet *s, struct diag *d)
{
    const int32_t today = date_of_time(home->now);
    return register_state(r, cert, today, policy_at(home->policy, cert->unit, today), &s->state, d);
}

enum rc sheet_gather(const struct sheet_source *from, const struct reg_cert *cert, uint32_t version,
                     struct sheet *ret, struct diag *d)
{
    assert(from && from->reg && from->home && cert && ret);

    struct reg *const r = from->reg;
    struct reg_version v;
    buf_clear(&ret->token);
    buf_clear(&ret->proof);
    buf_clear(&ret->photo);
    (void)snprintf(ret->number, sizeof ret->number, "%s", cert->number);
    ret->version = version == 0 ? cert->version : version;
    ret->current = ret->version == cert->version;
    ret->as_of = from->home->now;
    if (ret->version > cert->version)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "certificate '%s' has versions 1 to %u",
                        cert->number, cert->version);

    enum rc rc = register_version(r, cert->id, ret->version, &v, d);
    if (rc == RC_OK)
        rc = gather_state(r, from->home, cert, ret, d);
    if (rc == RC_OK)
        rc = gather_token(r, &v, ret, d);
    if (rc == RC_OK)
        rc = gather_proof(r, &from->log, v.log_index, ret, d);
    return rc == RC_OK ? gather_photo(r, cert->person, ret, d) : rc;
}
