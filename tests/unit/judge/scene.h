/*
 * One small deployment, one certificate and what a device has at hand: good in
 * every way until a test changes the thing it is about. Everything is signed
 * with OpenSSL directly, by keys that come from seeds.
 */
#pragma once

#include "tests/unit/signing.h"

#include "core/cert/judge.h"
#include "core/cert/staple.h"

#define SCENE_NOW     INT64_C(1717214400) /* 2024-06-01 12:00 in UTC+8 */
#define SCENE_TODAY   19875
#define SCENE_HOST    "ZS.EXAMPLE.GOV.CN"
#define SCENE_NUMBER  "03301202400000012"
#define SCENE_NAME    "张示例"
#define SCENE_ID_TAIL "123X"

enum scene_key {
    KEY_TOKEN,
    KEY_PUBLISH,
    KEY_LOG,
    KEY_STRANGER,
    KEY_DOCUMENT,
    KEY_STAPLE,
    SCENE_KEYS
};

/* What the bundle says of the leaf at the token's log index, when key.cut_off is given. */
enum scene_survivor {
    SURVIVOR_ABSENT = 0, /* no set of the key at all */
    SURVIVOR_TOKEN,      /* the token */
    SURVIVOR_ANOTHER,    /* another token */
    SURVIVOR_NO_TOKEN,   /* none of the key's: zeros */
    SURVIVOR_DAMAGED,    /* the token, in a set that is not the one of the trust list */
};

struct scene {
    /* what the issuer made */
    struct token token;
    enum scene_key signer;       /* of the token */
    struct trusted_key key;      /* the token key as listed: use, dates, range, scope */
    struct trusted_key document; /* the document key as listed; USE_NONE: it is not */
    struct trusted_key staple;   /* the key of live codes as listed; USE_NONE: it is not */
    bool demo;
    unsigned root_seed; /* another one: another deployment */
    int64_t trust_issued, trust_next_update;
    uint64_t sequence;
    int64_t issued, status_exp, deadlines_exp;
    uint32_t rows; /* of the lists; the row is at token.status_index when that is below */
    struct column_row row;
    bool selftest_lies;
    unsigned witnesses, quorum; /* of the trust list: at most 3; 0: none */
    unsigned cosigned;          /* so many of them, the first ones, have cosigned */
    bool cosigned_twice;        /* the first one again */
    bool cosigned_wrongly;      /* the first one, over another text */
    enum scene_survivor survivor;

    /* what the device has */
    int64_t now, max_age_s;
    bool keys_only;
    enum problem refused;
    const char *host;       /* as the QR text named it */
    size_t flip_token;      /* byte of the token to flip, from 1; 0: none */
    size_t flip_bundle_end; /* byte of the bundle to flip, counted from its end, from 1; 0: none */
};

struct scene scene_good(void);

/* The same with a key for live codes. */
struct scene scene_stapled(void);

/* A live code, good in every way until a test changes the thing it is about. */
struct live {
    enum state state;
    int32_t deadline;
    int64_t iat;
    enum scene_key signer;
    unsigned root_seed; /* whose key; 0: the scene's */
    bool of_other_token;
    size_t flip; /* byte to flip, from 1; 0: none */
};
struct live live_good(void);
void live_make(const struct scene *s, const struct live *l, struct span token, struct buf *to);

/* The files, as an issuer publishes them; all appended. */
struct scene_files {
    struct buf token, trust, roots, bundle, survivors;
};
void scene_make(const struct scene *s, struct scene_files *to);
void scene_files_free(struct scene_files *files);

/* The deployment's key of this use: free with test_key_free(). */
struct test_key scene_key(const struct scene *s, enum scene_key which);

/* Makes the files and opens them: what a device has at hand, until the next call. */
struct evidence scene_open(const struct scene *s);
struct span scene_token(void); /* of the files that are open */

/* Makes the files and judges the token. The verdict borrows them until the next call. */
struct verdict scene_look(const struct scene *s);
void scene_forget(void);
