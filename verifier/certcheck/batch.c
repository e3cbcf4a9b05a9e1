#include "verifier/certcheck/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_SMALL  2048u /* of what stays in the processor's caches */
#define PIECE_LEN    16u   /* judged in one go, where a block has far more */
#define BLOCK_WHOLE  256u  /* up to so many of one block are one piece */
#define PIECES_AHEAD 4u    /* are fetched by the disk while others are judged */
#define NO_ROW       UINT64_MAX
#define ANSWER_LEN   1024u /* bytes, about, to begin with */

enum rc batch_open(const struct cli_call *call, const struct device *dev, uint32_t cap,
                   struct batch *ret, struct diag *d)
{
    assert(call && dev && ret && cap >= 1 && cap <= BATCH_MAX);

    struct batch b = { .call = call, .dev = dev, .cap = cap };
    b.items = calloc(cap, sizeof *b.items);
    b.order = calloc(cap, sizeof *b.order);
    b.pieces = calloc((size_t)cap + 1, sizeof *b.pieces);
    if (!b.items || !b.order || !b.pieces) {
        batch_close(&b);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "%u inputs", cap);
    }
    *ret = b;
    return RC_OK;
}

static void item_clear(struct batch_item *item)
{
    input_free(&item->in);
    buf_free(&item->name);
    free(item->why);
    *item = (struct batch_item){ .row = NO_ROW };
}

void batch_close(struct batch *b)
{
    for (uint32_t i = 0; b->items && i < b->cap; i++)
        item_clear(&b->items[i]);
    for (unsigned i = 0; i < b->member_count; i++) {
        bundle_free(b->members[i].own);
        buf_free(&b->members[i].text);
    }
    free(b->items);
    free(b->order);
    free(b->pieces);
    *b = (struct batch){ 0 };
}

struct span batch_answer(const struct batch *b, const struct batch_item *item)
{
    return span_of(b->members[item->member].text.ptr + item->at, item->len);
}

/* --- reading --- */

/* Most inputs have nothing to explain, so the room for it is not theirs from the start. */
static void explain(struct batch_item *item, enum rc rc, const struct diag *d)
{
    item->rc = rc;
    if (rc == RC_OK)
        return;
    item->why = malloc(sizeof *item->why);
    if (item->why)
        *item->why = *d;
    else
        item->rc = RC_NOMEM;
}

/* With one block there is nothing to put in order. */
static bool order_matters(const struct device *dev)
{
    return dev->bundle && bundle_times(dev->bundle).rows > COLUMN_BLOCK;
}

uint32_t batch_best(const struct device *dev)
{
    assert(dev);
    return order_matters(dev) ? BATCH_MAX : BATCH_SMALL;
}

/* Some hundred KB each: what is to be known of a file is taken out of it at once. */
static void read_pdf(const struct batch *b, struct batch_item *item)
{
    struct diag d = DIAG_INIT;
    if (b->dev->answer == DEVICE_READY) {
        enum rc rc = judge_pdf_file(buf_span(&item->in.pdf), &b->dev->evidence, &item->pdf, &d);
        buf_put_span(&item->in.token, item->pdf.token);
        if (rc == RC_OK)
            rc = buf_rc(&item->in.token, &d);
        explain(item, rc, &d);
    }
    item->pdf.token = (struct span){ 0 };
    buf_free(&item->in.pdf);
}

static void read_item(const struct batch *b, struct batch_item *item)
{
    struct token token;
    struct diag d = DIAG_INIT;
    explain(item, input_read(buf_cstr(&item->name), &item->in, &d), &d);
    if (item->rc == RC_OK && item->in.pdf.len > 0)
        read_pdf(b, item);
    if (item->rc == RC_OK && order_matters(b->dev) &&
        token_parse(buf_span(&item->in.token), &token, NULL) == RC_OK)
        item->row = token.status_index;
}

static bool is_standard_input(const struct batch_item *item)
{
    return span_equal(buf_span(&item->name), SPAN_LITERAL("-"));
}

static void read_piece(void *ctx, unsigned member, uint32_t piece)
{
    struct batch *const b = ctx;
    (void)member;
    if (b->items[piece].rc == RC_OK && !is_standard_input(&b->items[piece]))
        read_item(b, &b->items[piece]);
}

/* There is one standard input: whoever stands first in the line gets it. */
static void read_standard_input(const struct batch *b, const struct names *names,
                                struct batch_item *item)
{
    struct diag d = DIAG_INIT;
    if (names->from && strcmp(names->from, "-") == 0)
        explain(item, diag_set(&d, RC_FORMAT, DIAG_NO_OFFSET, "standard input is the list"), &d);
    else
        read_item(b, item);
}

static enum rc take_names(struct batch *b, struct names *names, struct diag *d)
{
    for (b->count = 0; b->count < b->cap; b->count++) {
        struct batch_item *const item = &b->items[b->count];
        item_clear(item);
        struct diag why = DIAG_INIT;
        const enum rc rc = names_next(names, &item->name, &why);
        if (rc == RC_NOT_FOUND)
            return RC_OK;
        if (rc != RC_OK && rc != RC_LIMIT)
            return diag_set(d, rc, DIAG_NO_OFFSET, "%s", why.text);
        explain(item, rc, &why);
        if (rc == RC_OK && is_standard_input(item))
            read_standard_input(b, names, item);
    }
    return RC_OK;
}

/* --- order and pieces --- */

static int compare_keys(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sort_by_block(struct batch *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const uint64_t row = b->items[i].row;
        const uint64_t block = row == NO_ROW ? UINT32_MAX : row / COLUMN_BLOCK;
        b->order[i] = block << 32 | i;
    }
    qsort(b->order, b->count, sizeof *b->order, compare_keys);
}

/* Where the items of the block that begins at i end. */
static uint32_t block_end(const struct batch *b, uint32_t i)
{
    const uint64_t block = b->order[i] >> 32;
    while (i < b->count && b->order[i] >> 32 == block)
        i++;
    return i;
}

/* A piece stays in one block, and a block in one piece unless it has many: no two threads undo the
 * same one for a few look-ups each. */
static void cut_pieces(struct batch *b)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < b->count;) {
        const uint32_t end = block_end(b, i);
        const uint32_t len = end - i > BLOCK_WHOLE ? PIECE_LEN : end - i;
        while (i < end) {
            b->pieces[count++] = i;
            i += end - i < len ? end - i : len;
        }
    }
    b->pieces[count] = b->count;
    b->piece_count = count;
}

/* --- judging --- */

static bool could_not_read(enum rc rc)
{
    return rc == RC_FORMAT || rc == RC_LIMIT || rc == RC_NOT_FOUND || rc == RC_IO;
}

static struct verdict unreadable(const struct device *dev, const struct diag *d)
{
    struct verdict v = { .authentic = AUTH_UNREADABLE, .now = dev->evidence.now };
    v.offset = d->offset;
    verdict_add(&v, PROBLEM_UNREADABLE);
    return v;
}

static struct verdict verdict_of(const struct batch *b, const struct batch_member *me,
                                 struct batch_item *item)
{
    struct verdict v = { .offset = DIAG_NO_OFFSET };
    struct diag d = DIAG_INIT;
    if (could_not_read(item->rc))
        v = unreadable(b->dev, item->why);
    else if (item->rc == RC_OK && b->dev->answer != DEVICE_READY)
        v = device_no_judgement(b->dev);
    else if (item->rc == RC_OK && item->pdf.copy.is_pdf)
        explain(item, judge_pdf_token(buf_span(&item->in.token), &item->pdf, &me->evidence, &v, &d),
                &d);
    else if (item->rc == RC_OK)
        explain(item, judge(buf_span(&item->in.token), item->in.host, &me->evidence, &v, &d), &d);
    for (size_t i = 0; i < b->dev->note_count; i++)
        verdict_add(&v, b->dev->notes[i]);
    return v;
}

static void judge_item(const struct batch *b, unsigned member, struct batch_member *me,
                       struct batch_item *item)
{
    const struct verdict v = verdict_of(b, me, item);
    item->status = verdict_exit(&v);
    item->member = member;
    item->at = me->text.len;
    struct diag d = DIAG_INIT;
    item->failed =
        answer_put(&me->text, b->call, b->several ? buf_cstr(&item->name) : NULL, &v, &d);
    item->len = me->text.len - item->at;
}

/* Only where the rows are known, which is where a block may not be in memory yet. */
static void expect_piece(const struct batch *b, uint32_t piece)
{
    if (piece >= b->piece_count)
        return;
    const uint32_t at = b->pieces[piece];
    const uint64_t row = b->items[(uint32_t)b->order[at]].row;
    const bool new_block = at == 0 || b->order[at] >> 32 != b->order[at - 1] >> 32;
    if (row != NO_ROW && new_block)
        device_expect(b->dev, row);
}

static void judge_piece(void *ctx, unsigned member, uint32_t piece)
{
    struct batch *const b = ctx;
    expect_piece(b, piece + PIECES_AHEAD);
    for (uint32_t i = b->pieces[piece]; i < b->pieces[piece + 1]; i++)
        judge_item(b, member, &b->members[member], &b->items[(uint32_t)b->order[i]]);
}

/* A crew of as many as have work. A bundle's look-up cache is one thread's alone. */
static enum rc hire(struct batch *b, uint32_t pieces, struct diag *d)
{
    const unsigned wanted = pieces < crew_size() ? pieces : crew_size();
    for (; b->member_count < wanted; b->member_count++) {
        struct batch_member *const m = &b->members[b->member_count];
        *m = (struct batch_member){ .evidence = b->dev->evidence };
        if (b->member_count == 0 || !b->dev->bundle)
            continue;
        const enum rc rc = bundle_share(b->dev->bundle, &m->own, d);
        if (rc != RC_OK)
            return rc;
        m->evidence.bundle = m->own;
    }
    return RC_OK;
}

enum rc batch_run(struct batch *b, struct names *names, struct diag *d)
{
    assert(b && b->items && names);

    enum rc rc = take_names(b, names, d);
    if (rc == RC_OK)
        rc = hire(b, b->count, d);
    if (rc != RC_OK || b->count == 0)
        return rc;
    for (unsigned i = 0; i < b->member_count; i++) {
        buf_clear(&b->members[i].text);
        (void)buf_reserve(&b->members[i].text, (size_t)b->count / b->member_count * ANSWER_LEN);
    }
    crew_run(b->member_count, b->count, read_piece, b);
    sort_by_block(b);
    cut_pieces(b);
    for (uint32_t i = 0; i < PIECES_AHEAD; i++)
        expect_piece(b, i);
    crew_run(b->member_count, b->piece_count, judge_piece, b);
    return RC_OK;
}
