#include "core/lookup/digests.h"

#include <string.h>

#include "core/cose/cbor.h"

#define QUESTION_CELLS 4
#define ANSWER_CELLS   4
#define TOLD_CELLS     5
#define ASKER_CELLS    4
#define RETRY_MAX      86400
#define DAY_MAX        65535 /* days since 1970 */

void digests_question_put(struct buf *to, const struct digests_question *q)
{
    cbor_put_array(to, QUESTION_CELLS);
    cbor_put_uint(to, (uint64_t)q->ask);
    cbor_put_bytes(to, q->number);
    cbor_put_bytes(to, span_of(q->person, sizeof q->person));
    cbor_put_bytes(to, q->key);
}

enum rc digests_question_read(struct span message, struct digests_question *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(message, d);
    struct span person;
    uint64_t cells, ask;
    if (!cbor_array(&c, "question", QUESTION_CELLS, &cells) || cells != QUESTION_CELLS ||
        !cbor_uint(&c, "ask", DIGESTS_ASK_LAST, &ask) ||
        !cbor_bytes(&c, "number", 0, LOOKUP_NUMBER_MAX, &ret->number) ||
        !lookup_number_is_plain(ret->number) ||
        !cbor_bytes(&c, "person", LOOKUP_PERSON_LEN, LOOKUP_PERSON_LEN, &person) ||
        !cbor_bytes(&c, "key", 0, LOOKUP_KEY_TEXT_MAX, &ret->key) || !cbor_end(&c))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not a question");
    ret->ask = (enum digests_ask)ask;
    memcpy(ret->person, person.ptr, sizeof ret->person);
    return RC_OK;
}

void digests_answer_put(struct buf *to, const struct digests_answer *a)
{
    const bool given = a->reply == DIGESTS_GIVEN;
    cbor_put_array(to, ANSWER_CELLS);
    cbor_put_uint(to, (uint64_t)a->reply);
    cbor_put_uint(to, a->retry_s);
    cbor_put_bytes(to, given ? span_of(a->keys.digest, LOOKUP_DIGEST_LEN) : (struct span){ 0 });
    cbor_put_bytes(to, given ? span_of(a->keys.seal, SEALED_KEY_LEN) : (struct span){ 0 });
}

enum rc digests_answer_read(struct span message, struct digests_answer *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(message, d);
    struct span digest, seal;
    uint64_t cells, reply, retry_s;
    if (!cbor_array(&c, "answer", ANSWER_CELLS, &cells) || cells != ANSWER_CELLS ||
        !cbor_uint(&c, "reply", DIGESTS_GIVEN, &reply) ||
        !cbor_uint(&c, "retry", RETRY_MAX, &retry_s) ||
        !cbor_bytes(&c, "digest", 0, LOOKUP_DIGEST_LEN, &digest) ||
        !cbor_bytes(&c, "seal", 0, SEALED_KEY_LEN, &seal) || !cbor_end(&c))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not an answer");
    const bool given = digest.len == LOOKUP_DIGEST_LEN && seal.len == SEALED_KEY_LEN;
    const bool empty = digest.len == 0 && seal.len == 0;
    if ((!given && !empty) || given != (reply == DIGESTS_GIVEN) ||
        (empty && reply != DIGESTS_CLOSED && reply != DIGESTS_FAILED))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not an answer");
    *ret =
        (struct digests_answer){ .reply = (enum digests_reply)reply, .retry_s = (uint32_t)retry_s };
    if (given) {
        memcpy(ret->keys.digest, digest.ptr, LOOKUP_DIGEST_LEN);
        memcpy(ret->keys.seal, seal.ptr, SEALED_KEY_LEN);
    }
    return RC_OK;
}

/* --- which employers have asked --- */

static void put_asker(struct buf *to, const struct digests_asker *a)
{
    cbor_put_array(to, ASKER_CELLS);
    cbor_put_uint(to, (uint64_t)a->day);
    cbor_put_bool(to, a->watched);
    cbor_put_text(to, a->employer);
    cbor_put_text(to, a->purpose);
}

void digests_told_put(struct buf *to, const struct digests_told *t)
{
    cbor_put_array(to, TOLD_CELLS);
    cbor_put_uint(to, (uint64_t)t->reply);
    cbor_put_uint(to, t->retry_s);
    cbor_put_uint(to, (uint64_t)t->since);
    cbor_put_bool(to, t->more);
    cbor_put_array(to, t->count);
    for (size_t i = 0; i < t->count; i++)
        put_asker(to, &t->at[i]);
}

static bool read_asker(struct cbor_reader *c, struct digests_asker *ret)
{
    uint64_t cells, day;
    if (!cbor_array(c, "asker", ASKER_CELLS, &cells) || cells != ASKER_CELLS ||
        !cbor_uint(c, "day", DAY_MAX, &day) || !cbor_bool(c, "watched", &ret->watched) ||
        !cbor_text(c, "employer", 1, DIGESTS_EMPLOYER_MAX, &ret->employer) ||
        !cbor_text(c, "purpose", 1, DIGESTS_PURPOSE_MAX, &ret->purpose))
        return false;
    ret->day = (int32_t)day;
    return true;
}

static bool read_told(struct cbor_reader *c, struct digests_told *ret)
{
    uint64_t cells, reply, retry_s, since, count;
    if (!cbor_array(c, "answer", TOLD_CELLS, &cells) || cells != TOLD_CELLS ||
        !cbor_uint(c, "reply", DIGESTS_GIVEN, &reply) ||
        !cbor_uint(c, "retry", RETRY_MAX, &retry_s) || !cbor_uint(c, "since", DAY_MAX, &since) ||
        !cbor_bool(c, "more", &ret->more) || !cbor_array(c, "askers", DIGESTS_ASKERS_MAX, &count) ||
        (reply != DIGESTS_GIVEN && reply != DIGESTS_CLOSED && reply != DIGESTS_FAILED) ||
        (reply != DIGESTS_GIVEN && count > 0))
        return false;
    ret->reply = (enum digests_reply)reply;
    ret->retry_s = (uint32_t)retry_s;
    ret->since = (int32_t)since;
    for (ret->count = 0; ret->count < count; ret->count++)
        if (!read_asker(c, &ret->at[ret->count]))
            return false;
    return cbor_end(c);
}

enum rc digests_told_read(struct span message, struct digests_told *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(message, d);
    if (read_told(&c, ret))
        return RC_OK;
    ret->reply = DIGESTS_NONE;
    ret->count = 0;
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not an answer");
}
