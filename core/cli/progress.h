/*
 * How far a long work is: rate and time left on standard error, when that is a
 * terminal and --quiet was not given. Otherwise silent.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/cli/say.h"

struct progress {
    const struct say *say; /* borrowed */
    const char *zh, *en;   /* what is being done; borrowed */
    uint64_t of;           /* 0: not known beforehand */
    double began_s, shown_s;
    bool on, shown;
};

void progress_begin(struct progress *p, const struct say *say, const char *zh, const char *en,
                    uint64_t of);
/* done: how many of them so far. Draws at most ten times a second. */
void progress_step(struct progress *p, uint64_t done);
/* Takes the line away again. */
void progress_end(struct progress *p);

/* The line itself: label, count, share, rate, time left. */
void progress_line_put(struct buf *to, const struct progress *p, uint64_t done, double elapsed_s);
