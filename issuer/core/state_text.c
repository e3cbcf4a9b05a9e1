#include "issuer/core/state_text.h"

#include <assert.h>

#include "core/base/dates.h"
#include "core/crypto/hash.h"
#include "core/json/json.h"

/* `first` begins a member or an object, up to its name. */
static void put_name(struct buf *to, const char *first, const char *name)
{
    buf_put_text(to, first);
    buf_put_text(to, name);
    buf_put_text(to, "\":");
}

static void put_text(struct buf *to, const char *first, const char *name, const char *text)
{
    put_name(to, first, name);
    buf_put_u8(to, '"');
    buf_put_text(to, text);
    buf_put_u8(to, '"');
}

static void put_number(struct buf *to, const char *first, const char *name, uint64_t number)
{
    put_name(to, first, name);
    buf_put_int(to, (int64_t)number);
}

static void put_time(struct buf *to, const char *name, int64_t time)
{
    char text[TIME_TEXT_LEN + 1];
    if (time == 0) {
        put_name(to, ",\"", name);
        buf_put_text(to, "null");
        return;
    }
    time_format(time, text);
    put_text(to, ",\"", name, text);
}

static void put_counts(struct buf *to, const uint64_t counts[OUTCOME_COUNT])
{
    static const enum row_outcome all[] = {
        OUTCOME_ISSUED,    OUTCOME_RENEWED, OUTCOME_EXCHANGED, OUTCOME_RECORDED,
        OUTCOME_DUPLICATE, OUTCOME_REFUSED, OUTCOME_CONFLICT,
    };
    buf_put_text(to, ",\"counts\":");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        put_number(to, i == 0 ? "{\"" : ",\"", outcome_name(all[i]), counts[all[i]]);
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

/* By hand, and without printf: every acknowledgement has one, and ids, kinds and states hold
 * nothing to escape. */
enum rc state_text_put(struct buf *to, const struct reg_batch *b, bool done, struct diag *d)
{
    assert(to && b);

    char id[2 * BATCH_ID_BYTES + 1];
    hex_encode(b->id, sizeof b->id, id);
    put_text(to, "{\"", "id", id);
    put_text(to, ",\"", "sender", b->sender);
    put_text(to, ",\"", "kind", kind_name(b->kind));
    put_text(to, ",\"", "state", state_of(b, done));
    put_time(to, "received_at", b->received_at);
    put_time(to, "done_at", done ? b->done_at : 0);
    put_number(to, ",\"", "bytes", b->bytes);
    put_number(to, ",\"", "rows", b->done);
    put_counts(to, b->counts);
    buf_put_text(to, ",\"error\":");
    const enum rc rc = put_error(to, b, d);
    buf_put_u8(to, '}');
    return rc == RC_OK ? buf_rc(to, d) : rc;
}
