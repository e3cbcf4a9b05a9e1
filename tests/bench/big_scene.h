/*
 * A demonstration deployment of any size, and its bundle: as tests/unit/judge/scene.h,
 * but with rows by the million, the directory of a country, and as many token
 * keys as its log has millions of leaves. Signed by keys that come from seeds.
 */
#pragma once

#include "core/cert/judge.h"
#include "tests/unit/signing.h"

#define BIG_HOST      "ZS.EXAMPLE.GOV.CN"
#define BIG_KEYS_MAX  100 /* token keys: seeds are one byte */
#define BIG_ROWS_MAX  20000000u
#define BIG_POSTS     13u
#define BIG_UNITS     26u
#define BIG_PROVIDERS 416u

struct big_scene {
    int64_t issued; /* of every list, Unix seconds; good for 30 days */
    struct columns columns;
    uint64_t leaves; /* of the log: every version of every row */
    struct test_key root, publish, log;
    size_t token_key_count;
    struct test_key token_keys[BIG_KEYS_MAX]; /* the i-th signs the i-th million of leaves */
    struct root_set roots;
    uint8_t deployment[SHA256_LEN];
    uint64_t dice;
};

/* rows  1 to BIG_ROWS_MAX; every status index is assigned */
void big_scene_make(uint32_t rows, int64_t issued, struct big_scene *ret);
void big_scene_free(struct big_scene *s); /* leaves it zeroed; for ON_EXIT too */

/* The current version of this row's token, complete: name, education, photo. Appended. */
void big_scene_token(struct big_scene *s, uint32_t row, struct buf *to);
void big_scene_trust(const struct big_scene *s, struct buf *to);
void big_scene_bundle(const struct big_scene *s, struct buf *to);
