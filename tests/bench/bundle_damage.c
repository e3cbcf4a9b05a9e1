/*
 * Flips random bits in a bundle, cuts it and grows it: no verdict may become another one. What may
 * happen is that it does not open, or that the row's block is damaged and nobody says more than
 * that.
 *
 *   bundle_damage [ROWS [FLIPS [SEED]]]     default 3000 rows, 1000 flips, seed 1
 *
 * After each flip the token of the row nearest to the flipped byte is judged, and one of a random
 * row. A failure names the flip, so that it can be had again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/big_scene.h"
#include "tests/unit/dice.h"

#define ISSUED INT64_C(1717214400) /* 2024-06-01 12:00 in UTC+8 */
#define DAY_S  INT64_C(86400)
#define TOKENS 160u /* about one a block of ten million rows */
#define CUTS   200u

struct sample {
    uint32_t row;
    struct buf token;
    struct verdict good;
};

struct damage {
    struct big_scene scene;
    struct buf file;
    struct trust_list *trust; /* of the whole bundle */
    struct bundle *whole;
    struct sample samples[TOKENS];
    struct dice dice;
    unsigned refused, damaged, same;
};

static struct evidence at_hand(struct bundle *b)
{
    return (struct evidence){
        .trust = bundle_trust(b), .bundle = b, .now = ISSUED + DAY_S, .max_age_s = 30 * DAY_S
    };
}

static struct verdict look(struct bundle *b, const struct sample *s)
{
    struct verdict v = { 0 };
    struct diag d = DIAG_INIT;
    const struct evidence e = at_hand(b);
    if (judge(buf_span(&s->token), (struct span){ 0 }, &e, &v, &d) != RC_OK)
        fail_msg("row %u: %s", s->row, d.text);
    return v;
}

static void make(struct damage *w, uint32_t rows)
{
    big_scene_make(rows, ISSUED, &w->scene);
    big_scene_bundle(&w->scene, &w->file);
    assert_int_equal(bundle_open(buf_span(&w->file), NULL, &w->whole, NULL), RC_OK);
    for (uint32_t i = 0; i < TOKENS; i++) {
        struct sample *const s = &w->samples[i];
        s->row =
            (uint32_t)((uint64_t)i * rows / TOKENS + dice_between(&w->dice, 0, rows / TOKENS)) %
            rows;
        big_scene_token(&w->scene, s->row, &s->token);
        s->good = look(w->whole, s);
        assert_int_equal(s->good.authentic, AUTH_TRUE);
        assert_int_not_equal(s->good.state, STATE_UNKNOWN);
    }
}

static void drop(struct damage *w)
{
    for (uint32_t i = 0; i < TOKENS; i++)
        buf_free(&w->samples[i].token);
    bundle_free(w->whole);
    buf_free(&w->file);
    big_scene_free(&w->scene);
}

static bool same_answer(const struct verdict *a, const struct verdict *b)
{
    return a->authentic == b->authentic && a->state == b->state && a->in_force == b->in_force &&
           a->current_version == b->current_version && a->deadline == b->deadline &&
           a->replaced == b->replaced && a->problem_count == b->problem_count &&
           memcmp(a->problems, b->problems, sizeof a->problems) == 0 &&
           span_equal(a->post_name, b->post_name) && span_equal(a->unit_name, b->unit_name) &&
           span_equal(a->provider_name, b->provider_name) &&
           memcmp(a->deployment, b->deployment, DEPLOYMENT_LEN) == 0;
}

static bool says_nothing(const struct verdict *v)
{
    return v->state == STATE_UNKNOWN && v->in_force == TRI_UNKNOWN &&
           verdict_has(v, PROBLEM_BLOCK_DAMAGED);
}

static void compare(struct damage *w, struct bundle *b, const struct sample *s, size_t at)
{
    const struct verdict v = look(b, s);
    if (same_answer(&v, &s->good))
        w->same++;
    else if (says_nothing(&v))
        w->damaged++;
    else
        fail_msg("a wrong verdict on row %u after damage at byte %zu", s->row, at);
}

/* Opens as a device does: what is signed, and the bundle's own vectors. */
static struct bundle *open_damaged(struct span file)
{
    struct bundle *b = NULL;
    struct diag d = DIAG_INIT;
    if (bundle_open(file, NULL, &b, &d) != RC_OK) {
        assert_string_not_equal(d.text, "");
        return NULL;
    }
    if (judge_selftest(b, &d) != RC_OK) {
        bundle_free(b);
        return NULL;
    }
    return b;
}

/* The blocks stand in the order of their rows, at the end: the row near a byte is about there. */
static const struct sample *nearest(const struct damage *w, size_t at)
{
    return &w->samples[(uint64_t)at * TOKENS / w->file.len];
}

static void flip_one(struct damage *w)
{
    const uint64_t bit = dice_between(&w->dice, 0, w->file.len * 8 - 1);
    const size_t at = (size_t)(bit / 8);
    const uint8_t mask = (uint8_t)(1u << bit % 8);
    w->file.ptr[at] ^= mask;
    struct bundle *const b = open_damaged(buf_span(&w->file));
    if (b) {
        compare(w, b, nearest(w, at), at);
        compare(w, b, &w->samples[dice_between(&w->dice, 0, TOKENS - 1)], at);
        bundle_free(b);
    } else {
        w->refused++;
    }
    w->file.ptr[at] ^= mask;
}

static void cut_and_grow(struct damage *w)
{
    const size_t whole = w->file.len;
    for (unsigned i = 0; i < CUTS; i++) {
        const size_t len = i < 64 ? i : (size_t)dice_between(&w->dice, 0, whole - 1);
        if (open_damaged(span_of(w->file.ptr, len)))
            fail_msg("%zu of %zu bytes opened", len, whole);
    }
    for (unsigned i = 0; i < 16; i++) {
        buf_put_u8(&w->file, (uint8_t)dice_roll(&w->dice));
        if (open_damaged(buf_span(&w->file)))
            fail_msg("%u bytes more opened", i + 1);
    }
    w->file.len = whole;
}

int main(int argc, char *argv[])
{
    static struct damage w;
    const unsigned long rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 3000;
    const unsigned long flips = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    w.dice.state = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    if (rows == 0 || rows > BIG_ROWS_MAX || w.dice.state == 0)
        return 2;
    make(&w, (uint32_t)rows);
    cut_and_grow(&w);
    for (unsigned long i = 0; i < flips; i++)
        flip_one(&w);
    (void)printf("%lu rows, %zu bytes: %lu flips, %u not opened, of the rest %u verdicts the same "
                 "and %u of a "
                 "damaged block; no cut or grown file opened; no wrong verdict\n",
                 rows, w.file.len, flips, w.refused, w.same, w.damaged);
    drop(&w);
    return 0;
}
