#include "issuer/core/state_text.h"

#include <assert.h>
#include <inttypes.h>

#include "core/base/dates.h"
#include "core/crypto/hash.h"
#include "core/json/json.h"

static void put_time(struct buf *to, const char *name, int64_t time)
{
    char text[TIME_TEXT_LEN + 1];
    if (time == 0) {
        buf_printf(to, ",\"%s\":null", name);
        return;
    }
    time_format(time, text);
    buf_printf(to, ",\"%s\":\"%s\"", name, text);
}

static void put_counts(struct buf *to, const uint64_t counts[OUTCOME_COUNT])
{
    static const enum row_outcome all[] = {
        OUTCOME_ISSUED,    OUTCOME_RENEWED, OUTCOME_EXCHANGED, OUTCOME_RECORDED,
        OUTCOME_DUPLICATE, OUTCOME_REFUSED, OUTCOME_CONFLICT,
    };
    buf_put_text(to, ",\"counts\":");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        buf_printf(to, "%c\"%s\":%" PRIu64, i == 0 ? '{' : ',', outcome_name(all[i]),
                   counts[all[i]]);
    buf_put_u8(to, '}');
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

/* Words of ours about somebody's body: the one text that needs to be escaped. */
static enum rc put_error(struct buf *to, const struct reg_batch *b, struct diag *d)
{
    if (b->state != BATCH_FAILED) {
        buf_put_text(to, "null");
        return RC_OK;
    }
    ON_EXIT(json_decref_at)
    json_t *error = json_pack("{s:s,s:s}", "code", "body_invalid", "text", b->error);
    return error ? json_write(error, 0, to, d)
                 : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the state of a batch");
}

/* By hand: every acknowledgement has one, and ids, kinds and states hold nothing to escape. */
enum rc state_text_put(struct buf *to, const struct reg_batch *b, bool done, struct diag *d)
{
    assert(to && b);

    char id[2 * BATCH_ID_BYTES + 1];
    hex_encode(b->id, sizeof b->id, id);
    buf_printf(to, "{\"id\":\"%s\",\"sender\":\"%s\",\"kind\":\"%s\",\"state\":\"%s\"", id,
               b->sender, kind_name(b->kind), state_of(b, done));
    put_time(to, "received_at", b->received_at);
    put_time(to, "done_at", done ? b->done_at : 0);
    buf_printf(to, ",\"bytes\":%" PRIu64 ",\"rows\":%" PRIu64, b->bytes, b->done);
    put_counts(to, b->counts);
    buf_put_text(to, ",\"error\":");
    const enum rc rc = put_error(to, b, d);
    buf_put_u8(to, '}');
    return rc == RC_OK ? buf_rc(to, d) : rc;
}
