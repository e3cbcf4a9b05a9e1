/*
 * The operator's page: a whole HTML document without scripts, fonts or pictures of others, Chinese
 * or English, light or dark. Figures alone: nothing in it is about a person. Pure.
 */
#pragma once

#include <stdint.h>

#include "core/base/buf.h"

struct overview_part {
    const char *name, *reason; /* reason: "" when it is ready */
};
struct overview_key {
    const char *use, *kid; /* kid: hex; "": the trust list itself */
    int64_t until;         /* Unix seconds */
};
struct overview_refusal {
    const char *code, *title;
    uint64_t count;
};

struct overview {
    bool english, demo;
    int64_t now; /* Unix seconds, as all times here; 0: none yet */
    const struct overview_part *parts;
    size_t part_count;
    bool has_core; /* the figures of the core are known */
    uint64_t queued, working, done, failed, rows_taken, rows_refused;
    int64_t last_commit, last_signing;
    uint64_t holders_given, holders_no_match, holders_closed;
    const struct overview_key *keys;
    size_t key_count;
    const struct overview_refusal *refusals; /* those that happened */
    size_t refusal_count;
    struct span report;    /* HTML of ours, as the reader made it; empty: there is none */
    const char *no_report; /* why not: a word of ours */
};

/* The style of the page, and what a Content-Security-Policy calls it: "'sha256-…'". */
struct span overview_style(void);
#define OVERVIEW_STYLE_HASH_LEN 64
void overview_style_hash(char ret[OVERVIEW_STYLE_HASH_LEN]);

void overview_page(struct buf *to, const struct overview *o);

/* "2022-12-20 10:00:00（3 小时前）", or that it has not been yet: a row of a table. */
void overview_put_moment(struct buf *to, int64_t moment, int64_t now, bool english);
