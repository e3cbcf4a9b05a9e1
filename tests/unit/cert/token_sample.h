/* Tokens for tests: one full sample, and random ones within the ranges of docs/formats.md. */
#pragma once

#include "tests/unit/dice.h"
#include "tests/unit/signing.h"

#include "core/base/dates.h"
#include "core/cert/token.h"

/* Two CE years, a photo, a name of three characters, a number of 17 digits, small indexes. */
static inline struct token token_sample(void)
{
    return (struct token){
        .number = SPAN_LITERAL("03301202300012349"),
        .iat = 1678348800,
        .name = SPAN_LITERAL("张示例"),
        .id_type = 111,
        .id_tail = SPAN_LITERAL("002X"),
        .post = 1,
        .unit = 33,
        .provider = 415,
        .issued = 19425,
        .deadline = 20885,
        .version = 3,
        .status_index = 43415,
        .log_index = 61007,
        .ce_count = 2,
        .ce = { { 1, 32, 22 }, { 2, 40, 24 } },
        .photo = SPAN_LITERAL("\x01\x02\x03\x04\x05\x06\x07\x08"),
    };
}

/* Where a random token's texts live. */
struct token_texts {
    uint8_t number[TOKEN_NUMBER_MAX], name[TOKEN_NAME_MAX], tail[4], photo[TOKEN_PHOTO_LEN];
};

static inline struct span token_random_code(struct dice *d, uint8_t *to, size_t max, bool hyphen)
{
    static const char set[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-";
    const size_t len = (size_t)dice_between(d, 1, max);
    for (size_t i = 0; i < len; i++)
        to[i] = (uint8_t)set[dice_between(d, 0, hyphen ? 36 : 35)];
    return span_of(to, len);
}

/* Names of 1 to 4 bytes a character, short ones and the longest. */
static inline struct span token_random_name(struct dice *d, uint8_t *to)
{
    static const char *const characters[] = { "a", "·", "示", "𰻝", "王", "Z", "é" };
    const size_t want = dice_between(d, 0, 9) ? 12 : TOKEN_NAME_MAX;
    size_t len = 0;
    do {
        const char *c = characters[dice_between(d, 0, 6)];
        if (len + strlen(c) > want)
            break;
        memcpy(to + len, c, strlen(c));
        len += strlen(c);
    } while (dice_between(d, 0, 30));
    return span_of(to, len);
}

/* Small and large values alike: every head length gets its turn. */
static inline uint64_t token_random_number(struct dice *d, uint64_t min, uint64_t max)
{
    const uint64_t v = dice_roll(d) >> dice_between(d, 0, 63);
    switch (dice_between(d, 0, 9)) {
    case 0:
        return min;
    case 1:
        return max;
    default:
        return min + v % (max - min + 1);
    }
}

static inline void token_random_ce(struct dice *d, struct token *t)
{
    uint32_t k = 0;
    t->ce_count = (size_t)dice_between(d, 0, TOKEN_CE_YEARS);
    for (size_t i = 0; i < t->ce_count; i++) {
        k += (uint32_t)dice_between(d, 1, 30);
        t->ce[i].k = k;
        t->ce[i].hours = (uint32_t)dice_between(d, 0, 64);
        t->ce[i].post_hours = (uint32_t)dice_between(d, 0, t->ce[i].hours);
    }
}

static inline struct token token_random(struct dice *d, struct token_texts *texts)
{
    struct token t = {
        .number = token_random_code(d, texts->number, TOKEN_NUMBER_MAX, true),
        .iat = (int64_t)token_random_number(d, 1, (UINT64_C(1) << 40) - 1),
        .name = token_random_name(d, texts->name),
        .id_type = (uint32_t)token_random_number(d, 1, 999),
        .id_tail = token_random_code(d, texts->tail, 4, false),
        .post = (uint32_t)token_random_number(d, 1, 9999),
        .unit = (uint32_t)token_random_number(d, 1, 999),
        .provider = (uint32_t)token_random_number(d, 0, UINT32_MAX),
        .issued = (int32_t)token_random_number(d, 0, DATE_MAX),
        .version = (uint32_t)token_random_number(d, 1, TOKEN_VERSION_MAX),
        .status_index = (uint32_t)token_random_number(d, 0, (1u << 28) - 1),
        .log_index = token_random_number(d, 0, (UINT64_C(1) << 53) - 1),
    };
    t.deadline = (int32_t)token_random_number(d, (uint64_t)t.issued, DATE_MAX);
    token_random_ce(d, &t);
    if (dice_between(d, 0, 1)) {
        dice_fill(d, texts->photo, TOKEN_PHOTO_LEN);
        t.photo = span_of(texts->photo, TOKEN_PHOTO_LEN);
    }
    return t;
}

static inline void token_sign(const struct test_key *k, const struct token *t, struct buf *to)
{
    struct buf payload = { 0 };
    token_payload_put(&payload, t);
    test_sign1(k, NULL, buf_span(&payload), to);
    buf_free(&payload);
}

static inline void tokens_are_equal(const struct token *a, const struct token *b)
{
    assert_true(span_equal(a->number, b->number));
    assert_true(span_equal(a->name, b->name));
    assert_true(span_equal(a->id_tail, b->id_tail));
    assert_true(span_equal(a->photo, b->photo));
    assert_true(a->iat == b->iat && a->log_index == b->log_index);
    assert_int_equal(a->id_type, b->id_type);
    assert_int_equal(a->post, b->post);
    assert_int_equal(a->unit, b->unit);
    assert_int_equal(a->provider, b->provider);
    assert_int_equal(a->issued, b->issued);
    assert_int_equal(a->deadline, b->deadline);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->status_index, b->status_index);
    assert_int_equal(a->ce_count, b->ce_count);
    for (size_t i = 0; i < a->ce_count; i++)
        assert_memory_equal(&a->ce[i], &b->ce[i], sizeof a->ce[i]);
}
