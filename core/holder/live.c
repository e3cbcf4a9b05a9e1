#include "core/holder/live.h"

#include <assert.h>

#include "core/cose/cbor.h"
#include "core/ipc/ipc.h"

enum key { KEY_VERSION = 0, KEY_WHAT = 1, KEY_BODY = 2 };
#define BODY_MAX 256u /* bytes of a staple, with room */

static void put_version(struct buf *to, uint64_t keys)
{
    cbor_put_map(to, keys);
    cbor_put_uint(to, KEY_VERSION);
    cbor_put_uint(to, LIVE_VERSION);
}

void live_question_put(struct buf *to, struct span token)
{
    assert(to && token.len > 0 && token.len <= LIVE_TOKEN_MAX);

    put_version(to, 2);
    cbor_put_uint(to, KEY_BODY);
    cbor_put_bytes(to, token);
}

void live_answer_put(struct buf *to, const struct live_answer *a)
{
    assert(to && a && a->reply != LIVE_REPLY_NONE && a->body.len <= BODY_MAX);

    put_version(to, a->body.len > 0 ? 3 : 2);
    cbor_put_uint(to, KEY_WHAT);
    cbor_put_uint(to, a->reply);
    if (a->body.len == 0)
        return;
    cbor_put_uint(to, KEY_BODY);
    cbor_put_bytes(to, a->body);
}

static bool read_version(struct cbor_reader *c, struct cbor_map *m)
{
    uint64_t version = 0;
    return cbor_map(c, "message", 3, m) && cbor_map_need(c, m, KEY_VERSION, "version") &&
           cbor_uint(c, "version", UINT32_MAX, &version) &&
           (version == LIVE_VERSION || cbor_fail(c, "it is of another version of the programs"));
}

static bool read_end(struct cbor_reader *c, struct cbor_map *m)
{
    return cbor_map_end(c, m, "message") && cbor_end(c);
}

enum rc live_question_read(struct span bytes, struct span *ret_token, struct diag *d)
{
    assert(ret_token);

    struct cbor_map m;
    struct span token;
    struct cbor_reader c = cbor_reader_over(bytes, d);
    if (!read_version(&c, &m) || !cbor_map_need(&c, &m, KEY_BODY, "token") ||
        !cbor_bytes(&c, "token", 1, LIVE_TOKEN_MAX, &token) || !read_end(&c, &m))
        return RC_FORMAT;
    *ret_token = token;
    return RC_OK;
}

static bool read_answer(struct cbor_reader *c, struct live_answer *a)
{
    struct cbor_map m;
    uint64_t reply = 0;
    if (!read_version(c, &m) || !cbor_map_need(c, &m, KEY_WHAT, "reply") ||
        !cbor_uint(c, "reply", LIVE_REPLY_LAST, &reply) ||
        (reply == LIVE_REPLY_NONE && !cbor_fail(c, "it says nothing")) ||
        (cbor_map_key(c, &m, KEY_BODY) && !cbor_bytes(c, "staple", 1, BODY_MAX, &a->body)) ||
        !read_end(c, &m))
        return false;
    a->reply = (enum live_reply)reply;
    return (reply == LIVE_OK) == (a->body.len > 0) || cbor_fail(c, "no staple where one belongs");
}

enum rc live_answer_read(struct span bytes, struct live_answer *ret, struct diag *d)
{
    assert(ret);

    struct live_answer a = { 0 };
    struct cbor_reader c = cbor_reader_over(bytes, d);
    if (!read_answer(&c, &a))
        return RC_FORMAT;
    *ret = a;
    return RC_OK;
}

enum rc live_call(const char *path, struct span token, uint32_t timeout_ms, struct buf *message,
                  struct live_answer *ret, struct diag *d)
{
    assert(path && message && ret);

    buf_clear(message);
    live_question_put(message, token);
    const enum rc rc = ipc_call(path, timeout_ms, message, d);
    return rc == RC_OK ? live_answer_read(buf_span(message), ret, d) : rc;
}
