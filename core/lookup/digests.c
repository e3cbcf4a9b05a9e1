#include "core/lookup/digests.h"

#include <string.h>

#include "core/cose/cbor.h"

#define QUESTION_CELLS 3
#define ANSWER_CELLS   4
#define RETRY_MAX      86400

void digests_question_put(struct buf *to, const struct digests_question *q)
{
    cbor_put_array(to, QUESTION_CELLS);
    cbor_put_bytes(to, q->number);
    cbor_put_bytes(to, span_of(q->person, sizeof q->person));
    cbor_put_bytes(to, q->key);
}

enum rc digests_question_read(struct span message, struct digests_question *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(message, d);
    struct span person;
    uint64_t cells;
    if (!cbor_array(&c, "question", QUESTION_CELLS, &cells) || cells != QUESTION_CELLS ||
        !cbor_bytes(&c, "number", 0, LOOKUP_NUMBER_MAX, &ret->number) ||
        !cbor_bytes(&c, "person", LOOKUP_PERSON_LEN, LOOKUP_PERSON_LEN, &person) ||
        !cbor_bytes(&c, "key", 0, LOOKUP_KEY_TEXT_MAX, &ret->key) || !cbor_end(&c))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not a question");
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
    if ((!given && !empty) || reply != (given ? DIGESTS_GIVEN : DIGESTS_CLOSED))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not an answer");
    *ret =
        (struct digests_answer){ .reply = (enum digests_reply)reply, .retry_s = (uint32_t)retry_s };
    if (given) {
        memcpy(ret->keys.digest, digest.ptr, LOOKUP_DIGEST_LEN);
        memcpy(ret->keys.seal, seal.ptr, SEALED_KEY_LEN);
    }
    return RC_OK;
}
