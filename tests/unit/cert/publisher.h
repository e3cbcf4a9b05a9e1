/*
 * A small made-up deployment that publishes: its keys come from a seed, and
 * everything it signs is good until a test changes what goes in.
 */
#pragma once

#include "tests/unit/signing.h"

#include "core/cert/bundle.h"

#define PUBLISHER_NOW    INT64_C(1717214400) /* 2024-06-01 12:00 in UTC+8 */
#define PUBLISHER_UNTIL  (PUBLISHER_NOW + INT64_C(604800))
#define PUBLISHER_ORIGIN "log.example/sitecert"
#define PUBLISHER_URI    "https://certs.example/publish/status.cwt"

struct publisher {
    struct test_key root, publish, log, token;
    struct root_set roots;
    struct buf trust_bytes;
    struct trust_list *trust; /* as read back */
};

void publisher_make(struct publisher *p, unsigned seed);
void publisher_drop(struct publisher *p);

/* Signs payload with the publish key; to is emptied first. */
void publisher_sign(const struct publisher *p, const char *typ, struct span payload,
                    struct buf *to);
/* What a reader does first: form, signature, use and dates at PUBLISHER_NOW. */
enum rc publisher_check(const struct publisher *p, const char *typ, struct span message,
                        struct cose_sign1 *ret);

/* A bundle's parts: good ones, owned, to be changed by a test before it is made. */
struct parcel {
    struct buf sections[BUNDLE_SECTIONS + 1];
    struct bundle_parts parts; /* its sections are taken from above when the bundle is made */
    struct columns columns;
    const char *typ;
    const struct test_key *signer;
};
void parcel_fill(struct parcel *q, const struct publisher *p, uint32_t rows);
void parcel_free(struct parcel *q);
void parcel_make(struct parcel *q, struct buf *to); /* the file; to is emptied first */

/* The sections that have a form of their own, appended. */
void publisher_trust(const struct publisher *p, uint64_t sequence, struct buf *to);
void publisher_directory(const struct publisher *p, struct buf *to);
void publisher_checkpoint(const struct publisher *p, uint64_t size, struct buf *to);
