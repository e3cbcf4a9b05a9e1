#include "core/holder/holder.h"

#include <assert.h>
#include <string.h>

#include "core/cose/cbor.h"
#include "core/ipc/ipc.h"

/* Keys of both maps: what is empty, zero or false is left out. */
enum key {
    KEY_VERSION = 0,
    KEY_WHAT = 1,
    KEY_CHINESE = 2,
    KEY_NUMBER = 3,
    KEY_NAME = 4,
    KEY_ID_TYPE = 5,
    KEY_ID_NUMBER = 6,
    KEY_PICKUP = 7,

    KEY_RETRY = 2,
    KEY_DETAIL = 3,
    KEY_BODY = 4,
};
#define ID_TYPE_MAX 999u

/* --- writing --- */

static void put_head(struct buf *to, uint64_t more, unsigned what)
{
    cbor_put_map(to, 2 + more);
    cbor_put_uint(to, KEY_VERSION);
    cbor_put_uint(to, HOLDER_VERSION);
    cbor_put_uint(to, KEY_WHAT);
    cbor_put_uint(to, what);
}

/* As bytes: what was typed may be no UTF-8. */
static void put_span(struct buf *to, enum key key, struct span s)
{
    if (s.len == 0)
        return;
    cbor_put_uint(to, key);
    cbor_put_bytes(to, s);
}

void holder_question_put(struct buf *to, const struct holder_question *q)
{
    assert(to && q && q->ask != HOLDER_ASK_NONE);

    put_head(to,
             (uint64_t)q->chinese + (q->number.len > 0) + (q->name.len > 0) + (q->id_type > 0) +
                 (q->id_number.len > 0) + (q->pickup.len > 0),
             q->ask);
    if (q->chinese) {
        cbor_put_uint(to, KEY_CHINESE);
        cbor_put_bool(to, true);
    }
    put_span(to, KEY_NUMBER, q->number);
    put_span(to, KEY_NAME, q->name);
    if (q->id_type > 0) {
        cbor_put_uint(to, KEY_ID_TYPE);
        cbor_put_uint(to, q->id_type);
    }
    put_span(to, KEY_ID_NUMBER, q->id_number);
    put_span(to, KEY_PICKUP, q->pickup);
}

void holder_answer_put(struct buf *to, const struct holder_answer *a)
{
    assert(to && a && a->reply != HOLDER_REPLY_NONE);

    put_head(to, (uint64_t)(a->retry_s > 0) + (a->detail[0] != '\0') + (a->body.len > 0), a->reply);
    if (a->retry_s > 0) {
        cbor_put_uint(to, KEY_RETRY);
        cbor_put_uint(to, a->retry_s);
    }
    if (a->detail[0]) {
        cbor_put_uint(to, KEY_DETAIL);
        cbor_put_cstr(to, a->detail);
    }
    put_span(to, KEY_BODY, a->body);
}

/* --- reading --- */

static bool read_head(struct cbor_reader *c, struct cbor_map *m, uint64_t last, uint64_t *ret_what)
{
    uint64_t version = 0;
    if (!cbor_map(c, "message", 8, m) || !cbor_map_need(c, m, KEY_VERSION, "version") ||
        !cbor_uint(c, "version", UINT32_MAX, &version))
        return false;
    if (version != HOLDER_VERSION)
        return cbor_fail(c, "it is of another version of the programs");
    return cbor_map_need(c, m, KEY_WHAT, "what") && cbor_uint(c, "what", last, ret_what) &&
           (*ret_what > 0 || cbor_fail(c, "it says nothing"));
}

static bool read_span(struct cbor_reader *c, struct cbor_map *m, enum key key, size_t max,
                      struct span *ret)
{
    return !cbor_map_key(c, m, key) || cbor_bytes(c, "text", 1, max, ret);
}

static bool read_number(struct cbor_reader *c, struct cbor_map *m, enum key key, uint64_t max,
                        uint64_t *ret)
{
    return !cbor_map_key(c, m, key) || cbor_uint(c, "number", max, ret);
}

static bool read_question(struct cbor_reader *c, struct holder_question *q)
{
    struct cbor_map m;
    uint64_t what = 0, id_type = 0;
    if (!read_head(c, &m, HOLDER_ASK_LAST, &what) ||
        (cbor_map_key(c, &m, KEY_CHINESE) && !cbor_bool(c, "chinese", &q->chinese)) ||
        !read_span(c, &m, KEY_NUMBER, HOLDER_NUMBER_MAX, &q->number) ||
        !read_span(c, &m, KEY_NAME, HOLDER_NAME_MAX, &q->name) ||
        !read_number(c, &m, KEY_ID_TYPE, ID_TYPE_MAX, &id_type) ||
        !read_span(c, &m, KEY_ID_NUMBER, HOLDER_ID_MAX, &q->id_number) ||
        !read_span(c, &m, KEY_PICKUP, HOLDER_PICKUP_MAX, &q->pickup) ||
        !cbor_map_end(c, &m, "question") || !cbor_end(c))
        return false;
    q->ask = (enum holder_ask)what;
    q->id_type = (unsigned)id_type;
    return true;
}

enum rc holder_question_read(struct span bytes, struct holder_question *ret, struct diag *d)
{
    assert(ret);

    struct holder_question q = { 0 };
    struct diag why = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(bytes, &why);
    if (!read_question(&c, &q))
        return diag_set(d, RC_FORMAT, why.offset, "question: %s", why.text);
    *ret = q;
    return RC_OK;
}

static bool read_detail(struct cbor_reader *c, struct cbor_map *m, struct holder_answer *a)
{
    struct span s = { 0 };
    if (!cbor_map_key(c, m, KEY_DETAIL))
        return true;
    if (!cbor_text(c, "detail", 1, sizeof a->detail - 1, &s))
        return false;
    memcpy(a->detail, s.ptr, s.len);
    return memchr(s.ptr, '\0', s.len) == NULL || cbor_fail(c, "'detail' holds a NUL");
}

static bool read_answer(struct cbor_reader *c, struct holder_answer *a)
{
    struct cbor_map m;
    uint64_t what = 0, retry = 0;
    if (!read_head(c, &m, HOLDER_REPLY_LAST, &what) ||
        !read_number(c, &m, KEY_RETRY, UINT32_MAX, &retry) || !read_detail(c, &m, a) ||
        !read_span(c, &m, KEY_BODY, IPC_MESSAGE_MAX, &a->body) || !cbor_map_end(c, &m, "answer") ||
        !cbor_end(c))
        return false;
    a->reply = (enum holder_reply)what;
    a->retry_s = (uint32_t)retry;
    return true;
}

enum rc holder_answer_read(struct span bytes, struct holder_answer *ret, struct diag *d)
{
    assert(ret);

    struct holder_answer a = { 0 };
    struct diag why = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(bytes, &why);
    if (!read_answer(&c, &a))
        return diag_set(d, RC_FORMAT, why.offset, "answer: %s", why.text);
    *ret = a;
    return RC_OK;
}

/* --- asking --- */

enum rc holder_call(const char *path, const struct holder_question *q, uint32_t timeout_ms,
                    struct buf *message, struct holder_answer *ret, struct diag *d)
{
    assert(path && q && message && ret);

    buf_clear(message);
    holder_question_put(message, q);
    const enum rc rc = ipc_call(path, timeout_ms, message, d);
    return rc == RC_OK ? holder_answer_read(buf_span(message), ret, d) : rc;
}
