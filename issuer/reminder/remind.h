/*
 * Reminders of deadlines: for each certificate in force, one message when 90, 30 and 7 days are
 * left, handed to the operator's command (docs/operations.md, "Reminders"). The register is read;
 * what became of each message is in HOME/reminders.
 */
#pragma once

#include "issuer/register/register.h"

#define REMIND_DAYS(X) X(7) X(30) X(90) /* ascending */

#define REMIND_ATTEMPTS   5u     /* after so many failures a message is given up */
#define REMIND_RETRY_S    900    /* after the first; twice as long after each */
#define REMIND_TIMEOUT_MS 60000u /* for the command */

struct remind_options {
    const char *command; /* NULL: a dry run, which hands nothing over */
    uint64_t limit;      /* messages of one run; 0: all */
    void *arg;
    /* Each message that is due, before it is handed over; may be NULL. message: a JSON object. */
    enum rc (*due)(void *arg, struct span message, struct diag *d);
};

struct remind_counts {
    uint64_t due;                /* now: waiting ones not counted */
    uint64_t sent, failed, dead; /* of those, by what became of them */
    uint64_t waiting;            /* failed before, and their time has not come */
    uint64_t buried; /* given up, in this run or earlier, and their deadline has not come */
};

/*
 * ret  written also on errors
 *
 * RC_BUSY       another run is under way
 * RC_NOT_FOUND  the shell finds no such command: nothing was sent
 * others        of the register, the journal
 */
MUST_CHECK enum rc remind_run(const struct home *home, struct reg *r,
                              const struct remind_options *o, struct remind_counts *ret,
                              struct diag *d);

/* A message that was given up, and whose deadline has not come. */
struct dead_letter {
    const char *number;
    int32_t deadline; /* date */
    uint32_t days;
    uint32_t attempts; /* fewer than REMIND_ATTEMPTS: cut off, it may have gone out */
    int64_t at;        /* Unix seconds */
};
/* tell: its error ends the walk. RC_BUSY as above. */
MUST_CHECK enum rc remind_dead(const struct home *home, void *arg,
                               enum rc (*tell)(void *arg, const struct dead_letter *l,
                                               struct diag *d),
                               struct diag *d);
