/*
 * Some thousands of INPUTs at once, on all processors: each is read, then they
 * are judged in the order of their status indexes, so that every block of the
 * bundle is undone once and not once a look-up. What comes out stands in the
 * order of the INPUTs.
 */
#pragma once

#include "core/cert/judge_pdf.h"
#include "verifier/certcheck/answer.h"
#include "verifier/certcheck/crew.h"
#include "verifier/certcheck/device.h"
#include "verifier/certcheck/input.h"
#include "verifier/certcheck/names.h"

#define BATCH_MAX 16384u /* inputs held at a time; some 1.4 KB each */

struct batch_item {
    struct buf name;
    struct input in;
    struct pdf_finding pdf; /* when it is one: the file itself is not kept */
    enum rc rc;             /* of reading it */
    enum rc failed;         /* RC_OK, or why there is no answer */
    struct diag *why;       /* of that; owned, NULL: RC_OK */
    uint64_t row;           /* status index it asks for; UINT64_MAX: none */
    int status;             /* exit status of its verdict */
    unsigned member;        /* whose text holds the answer */
    size_t at, len;
};

/* What one thread has to itself. */
struct batch_member {
    struct evidence evidence;
    struct bundle *own; /* NULL: it uses the device's */
    struct buf text;    /* answers, in the order in which they were judged */
};

struct batch {
    const struct cli_call *call;
    const struct device *dev;
    bool several; /* each answer says whose it is */
    uint32_t count, cap;
    struct batch_item *items;
    uint64_t *order;  /* cap: block of the row, then item */
    uint32_t *pieces; /* cap + 1: where in order each piece begins */
    uint32_t piece_count;
    unsigned member_count;
    struct batch_member members[CREW_MAX];
};

/* How many at a time suit this device's bundle, at most BATCH_MAX. */
uint32_t batch_best(const struct device *dev);

/* cap  1 to BATCH_MAX. RC_NOMEM */
MUST_CHECK enum rc batch_open(const struct cli_call *call, const struct device *dev, uint32_t cap,
                              struct batch *ret, struct diag *d);
void batch_close(struct batch *b); /* leaves it zeroed; for ON_EXIT too */

/*
 * Takes the next names, up to cap, and judges them: count items with their answers; 0: there were
 * no more. RC_IO, RC_NOMEM: names could not be had.
 */
MUST_CHECK enum rc batch_run(struct batch *b, struct names *names, struct diag *d);

/* The answer's text; borrows b until the next batch_run(). */
struct span batch_answer(const struct batch *b, const struct batch_item *item);
