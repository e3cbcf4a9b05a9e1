/*
 * The line to sitecert-digests: one thread and one socket. Whoever has a question leaves it there;
 * the thread asks for all that have come while the last answer was under way by one message, so
 * that many questions cost no more turns between the processes than one. Threads: any.
 */
#pragma once

#include "core/lookup/digests_many.h"

#define LINE_WAITING_MAX 1024u /* questions; for more there is no room */

struct digests_line;

/* A question that waits. Its room is the asker's, and the line's from line_ask() until `answered`.
 */
struct line_question {
    struct line_question *next;
    struct digests_question ask;  /* without a key; its spans stay where they are meanwhile */
    struct digests_answer answer; /* DIGESTS_NONE: no helper answers, or it was not asked */
    /* On the line's thread, one at a time, right before it is asked. False: it is not to be. */
    bool (*still)(struct line_question *q);
    void (*answered)(struct line_question *q); /* likewise; the line has no use for q any more */
};

/* socket: copied; nobody need listen there yet. */
MUST_CHECK enum rc line_open(const char *socket, struct digests_line **ret, struct diag *d);
/* When nobody asks any more; what still waits is answered first. NULL is fine. */
void line_close(struct digests_line *l);
/* False: too many wait, and q stays the caller's. */
MUST_CHECK bool line_ask(struct digests_line *l, struct line_question *q);
