/*
 * Lines for whoever runs a daemon, on standard error: `time=… level=info program=… event=…
 * key=value …`, one write a line, so that several processes may share it. What is logged is the
 * caller's choice: never a person's data, never a request's path or body. Threads: any.
 *
 *     struct log_line l = log_begin(LEVEL_INFO, "helper_ended");
 *     log_word(&l, "helper", name);
 *     log_number(&l, "status", status);
 *     log_end(&l);
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/rc.h"

enum log_level { LEVEL_ERROR = 0, LEVEL_WARN = 1, LEVEL_INFO = 2, LEVEL_DEBUG = 3 };

/* program: borrowed for the process's life. Before this nothing is logged. */
void log_open(const char *program, enum log_level level);
void log_set_level(enum log_level level);
/* "error", "warn", "info", "debug"; false, nothing written: none of them. */
MUST_CHECK bool log_level_from_name(const char *name, enum log_level *ret);

#define LOG_LINE_MAX 1000 /* bytes; what is longer is cut */

struct log_line {
    size_t len; /* 0: of a level that is not logged */
    char text[LOG_LINE_MAX];
};

/* event and keys: words of ours. */
struct log_line log_begin(enum log_level level, const char *event);
/* In quotes when it is more than a word; controls become '?'. NULL: "". */
void log_word(struct log_line *l, const char *key, const char *value);
void log_number(struct log_line *l, const char *key, int64_t value);
/* The class and the cause of a failure: rc=RC_IO cause="…". */
void log_cause(struct log_line *l, enum rc rc, const struct diag *d);
void log_end(struct log_line *l);

/* A whole line that says no more than what happened. */
void log_event(enum log_level level, const char *event);
/* A whole line about a failure. */
void log_failure(enum log_level level, const char *event, enum rc rc, const struct diag *d);
/*
 * A whole line about a file that was to be taken up: WHAT_taken with its sequence, or
 * WHAT_not_taken and why. what: at most LOG_WHAT_MAX characters
 */
void log_take_up(const char *what, enum rc rc, uint64_t sequence, const struct diag *d);
#define LOG_WHAT_MAX 30
