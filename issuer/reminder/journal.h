/*
 * What became of each reminder, durable: HOME/reminders/journal, a line for each event, the last
 * one of a reminder counts (docs/operations.md, "Reminders"). A reminder is named by certificate,
 * deadline and how many days before it is sent. Files; one process at a time (the caller's lock).
 */
#pragma once

#include "core/base/rc.h"
#include "issuer/scheme/number.h"

struct journal;

enum reminder_state {
    REMINDER_NEW = 0,    /* nothing is known of it */
    REMINDER_TRYING = 1, /* it was being handed over: whether it went is not known */
    REMINDER_FAILED = 2, /* it was not taken; it will be tried again */
    REMINDER_SENT = 3,
    REMINDER_DEAD = 4, /* given up: never tried again */
};

struct reminder_key {
    char number[NUMBER_MAX + 1];
    int32_t deadline; /* date */
    uint32_t days;    /* before it */
};

struct reminder_fate {
    enum reminder_state state;
    uint32_t attempts; /* that failed */
    int64_t at;        /* Unix seconds of the last event; 0: none */
};

/*
 * Reads the journal, drops what is about deadlines before `oldest`, and opens it for writing. A
 * last line that a crash cut short is dropped.
 *
 * RC_FORMAT  a line is not as it should be; d names it
 */
MUST_CHECK enum rc journal_open(const char *path, int32_t oldest, struct journal **ret,
                                struct diag *d);
void journal_close(struct journal *j); /* NULL is fine */

struct reminder_fate journal_find(const struct journal *j, const struct reminder_key *k);
/* On disk when it returns. A failure is for good: nothing more is to be handed over. */
MUST_CHECK enum rc journal_put(struct journal *j, const struct reminder_key *k,
                               const struct reminder_fate *f, struct diag *d);

/* Every reminder with this state, in no order. */
size_t journal_count(const struct journal *j);
const struct reminder_key *journal_at(const struct journal *j, size_t i, struct reminder_fate *ret);
