#include "core/sys/log.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/dates.h"

static const char *const level_names[] = { "error", "warn", "info", "debug" };
#define LEVELS (sizeof level_names / sizeof level_names[0])

static const char *_Atomic program_name;
static atomic_int highest = -1;

void log_open(const char *program, enum log_level level)
{
    assert(program);
    program_name = program;
    log_set_level(level);
}

void log_set_level(enum log_level level)
{
    highest = (int)level;
}

bool log_level_from_name(const char *name, enum log_level *ret)
{
    for (size_t i = 0; i < LEVELS; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* One byte stays free for the line's end. */
static void put(struct log_line *l, const char *text)
{
    while (*text && l->len + 1 < sizeof l->text)
        l->text[l->len++] = *text++;
}

struct log_line log_begin(enum log_level level, const char *event)
{
    struct log_line l;
    l.len = 0;
    if ((int)level > highest)
        return l;

    char now[TIME_TEXT_LEN + 1];
    time_format((int64_t)time(NULL), now);
    put(&l, "time=");
    put(&l, now);
    log_word(&l, "level", level_names[level]);
    log_word(&l, "program", program_name);
    log_word(&l, "event", event);
    return l;
}

static bool is_word(const char *value)
{
    if (!value[0])
        return false;
    for (; *value; value++) {
        if ((unsigned char)*value <= ' ' || strchr("\"=\\\x7f", *value))
            return false;
    }
    return true;
}

static void put_quoted(struct log_line *l, const char *value)
{
    put(l, "\"");
    for (; *value; value++) {
        char c[3] = { *value, '\0', '\0' };
        if ((unsigned char)c[0] < ' ' || c[0] == '\x7f')
            c[0] = '?';
        if (c[0] == '"' || c[0] == '\\') {
            c[1] = c[0];
            c[0] = '\\';
        }
        put(l, c);
    }
    put(l, "\"");
}

void log_word(struct log_line *l, const char *key, const char *value)
{
    if (l->len == 0)
        return;
    put(l, " ");
    put(l, key);
    put(l, "=");
    if (value && is_word(value))
        put(l, value);
    else
        put_quoted(l, value ? value : "");
}

void log_number(struct log_line *l, const char *key, int64_t value)
{
    char text[24];
    if (l->len == 0)
        return;
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    log_word(l, key, text);
}

void log_cause(struct log_line *l, enum rc rc, const struct diag *d)
{
    log_word(l, "rc", rc_name(rc));
    if (d && d->text[0])
        log_word(l, "cause", d->text);
}

/* One write a line: the lines of several processes stay whole. There is nobody to tell when it
 * fails. */
void log_end(struct log_line *l)
{
    if (l->len == 0)
        return;
    l->text[l->len++] = '\n';
    const ssize_t n = write(STDERR_FILENO, l->text, l->len);
    (void)n;
    l->len = 0;
}

void log_event(enum log_level level, const char *event)
{
    struct log_line l = log_begin(level, event);
    log_end(&l);
}

void log_failure(enum log_level level, const char *event, enum rc rc, const struct diag *d)
{
    struct log_line l = log_begin(level, event);
    log_cause(&l, rc, d);
    log_end(&l);
}

void log_take_up(const char *what, enum rc rc, uint64_t sequence, const struct diag *d)
{
    char event[LOG_WHAT_MAX + sizeof "_not_taken"];
    assert(strlen(what) <= LOG_WHAT_MAX);
    (void)snprintf(event, sizeof event, "%s%s", what, rc == RC_OK ? "_taken" : "_not_taken");
    struct log_line l = log_begin(rc == RC_OK ? LEVEL_INFO : LEVEL_ERROR, event);
    if (rc == RC_OK)
        log_number(&l, "sequence", (int64_t)sequence);
    else
        log_cause(&l, rc, d);
    log_end(&l);
}
