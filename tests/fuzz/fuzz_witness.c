/*
 * Any bytes as a request to a witness, by a rule in place of signatures: what is read is written
 * again as the same bytes; whoever cosigns has been shown that the log only grew. Also as a size
 * that a witness answers, and as a note with witnesses' lines.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/cosignature.h"
#include "core/cert/witness.h"
#include "tests/fuzz/signature_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ORIGIN  "log.example/sitecert"
#define WITNESS "witness.example/w1"
#define LEAVES  7

/* The size that is answered is that text and no other. */
static void read_size(struct span body)
{
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    uint64_t size;
    if (!witness_size_read(body, &size))
        return;
    buf_printf(&again, "%" PRIu64 "\n", size);
    if (!span_equal(buf_span(&again), body))
        abort();
}

static void find_cosignature(struct span note)
{
    struct checkpoint c;
    int64_t time_s = -1;
    if (checkpoint_parse(note, &c, NULL) != RC_OK)
        return;
    const enum rc rc = cosignature_find(note, &c, WITNESS, fuzz_key_ed25519(), &time_s, NULL);
    if ((rc == RC_OK) != (time_s >= 0))
        abort();
}

/* Of one witness's line and a stranger's: at most the one, and only when it is found. */
static void count_cosignatures(struct span note)
{
    struct checkpoint c;
    unsigned held = 0;
    int64_t time_s = -1;
    static struct pubkey *own[2];
    static struct trust_list list = { .witness_count = 2 };
    for (size_t i = 0; i < 2; i++) {
        struct witness *const w = &list.witnesses[i];
        if (!own[i] && pubkey_new(pubkey_numbers(fuzz_key_ed25519()), &own[i], NULL) != RC_OK)
            abort();
        (void)strcpy(w->name, i == 0 ? WITNESS : "witness.example/w3");
        w->key = own[i];
    }
    if (checkpoint_parse(note, &c, NULL) != RC_OK)
        return;
    const enum rc rc = cosignatures_count(note, &c, &list, &held, NULL);
    const enum rc one = cosignature_find(note, &c, WITNESS, fuzz_key_ed25519(), &time_s, NULL);
    if ((rc != RC_OK && rc != RC_CRYPTO) || held > 2 || (one == RC_OK && rc == RC_OK && held == 0))
        abort();
}

static void decide(const struct witness_request *q, const struct witness_seen *seen)
{
    const struct pubkey *const keys[] = { fuzz_key_p256(), fuzz_key_ed25519() };
    enum witness_answer answer = WITNESS_UNDECIDED;
    struct checkpoint c = { 0 };
    const enum rc rc = witness_decide(q, ORIGIN, keys, 2, seen, &answer, &c, NULL);
    if ((rc == RC_OK) != (answer != WITNESS_UNDECIDED))
        abort();
    if (answer == WITNESS_COSIGNS && (c.size < seen->size || q->old != seen->size ||
                                      !span_equal(c.origin, SPAN_LITERAL(ORIGIN))))
        abort();
}

/* Of a log whose leaves are "0", "1", … */
static struct tlog_hash root_before(uint64_t size)
{
    struct tlog_hash leaves[LEAVES];
    if (size == 0 || size > LEAVES)
        return tlog_empty();
    for (size_t i = 0; i < size; i++) {
        const char digit = (char)('0' + i);
        leaves[i] = tlog_leaf(span_of(&digit, 1));
    }
    return tlog_root_of(leaves, (size_t)size);
}

/* Nothing seen yet; just what is asked; that size with another root; another size. */
static void decide_each(const struct witness_request *q)
{
    struct checkpoint c;
    const struct witness_seen nothing = { 0 };
    if (checkpoint_parse(q->checkpoint, &c, NULL) != RC_OK)
        abort();
    const struct witness_seen same = { .size = c.size, .root = c.root };
    const struct witness_seen split = { .size = c.size, .root = tlog_empty() };
    const struct witness_seen before = { .size = q->old, .root = root_before(q->old) };
    decide(q, &nothing);
    decide(q, &same);
    decide(q, &split);
    decide(q, &before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct witness_request q;
    const struct span bytes = span_of(data, size);
    read_size(bytes);
    find_cosignature(bytes);
    count_cosignatures(bytes);
    if (witness_request_parse(bytes, &q, NULL) != RC_OK)
        return 0;

    ON_EXIT(buf_free_at) struct buf again = { 0 };
    witness_request_put(&again, q.old, q.proof, q.count, q.checkpoint);
    if (!span_equal(buf_span(&again), bytes))
        abort();
    find_cosignature(q.checkpoint);
    count_cosignatures(q.checkpoint);
    decide_each(&q);
    return 0;
}
