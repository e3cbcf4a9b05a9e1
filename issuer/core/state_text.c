#include "issuer/core/state_text.h"

#include <assert.h>

#include "core/base/dates.h"
#include "core/crypto/hash.h"
#include "core/json/json.h"

static json_t *time_or_null(int64_t time)
{
    char text[TIME_TEXT_LEN + 1];
    if (time == 0)
        return json_null();
    time_format(time, text);
    return json_string(text);
}

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *counts(const struct batch_counts *c)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "issued", number(c->issued), "renewed",
                     number(c->renewed), "exchanged", number(c->exchanged), "recorded",
                     number(c->recorded), "duplicate", number(c->duplicate), "refused",
                     number(c->refused), "conflict", number(c->conflict));
}

static const char *state_of(const struct reg_batch *b, bool done)
{
    static const char *const names[] = {
        [BATCH_QUEUED] = "queued",
        [BATCH_WORKING] = "working",
        [BATCH_DONE] = "done",
        [BATCH_FAILED] = "failed",
    };
    const bool over = b->state == BATCH_DONE || b->state == BATCH_FAILED;
    return names[over && !done ? BATCH_WORKING : b->state];
}

static json_t *error_of(const struct reg_batch *b)
{
    return b->state == BATCH_FAILED
               ? json_pack("{s:s,s:s}", "code", "body_invalid", "text", b->error)
               : json_null();
}

enum rc state_text_put(struct buf *to, const struct reg_batch *b, bool done, struct diag *d)
{
    assert(to && b);

    char id[2 * BATCH_ID_BYTES + 1];
    hex_encode(b->id, sizeof b->id, id);
    ON_EXIT(json_decref_at)
    json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o}", "id", id, "sender",
                          b->sender, "kind", kind_name(b->kind), "state", state_of(b, done),
                          "received_at", time_or_null(b->received_at), "done_at",
                          time_or_null(done ? b->done_at : 0), "bytes", number(b->bytes), "rows",
                          number(b->done), "counts", counts(&b->counts), "error", error_of(b));
    return o ? json_write(o, 0, to, d)
             : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the state of a batch");
}
