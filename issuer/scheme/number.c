#include "issuer/scheme/number.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/base/ids.h"

/* The words of a template; check comes last and has no value of its own. */
enum part { PART_UNIT, PART_POST, PART_YEAR, PART_SERIAL, PART_CHECK, PART_COUNT };

static const struct part_name {
    const char *name;
    unsigned width_max;
} parts[PART_COUNT] = {
    [PART_UNIT] = { "unit", 9 },      [PART_POST] = { "post", 9 },   [PART_YEAR] = { "year", 9 },
    [PART_SERIAL] = { "serial", 15 }, [PART_CHECK] = { "check", 1 },
};

struct making {
    const char *template;
    const char *at; /* in template */
    uint64_t values[PART_COUNT];
    bool seen[PART_COUNT];
    char number[NUMBER_MAX + 1], digits[NUMBER_MAX + 1];
    size_t len, digit_count;
    struct diag *d;
};

static enum rc refuse(const struct making *m, const char *why)
{
    return diag_set(m->d, RC_FORMAT, (size_t)(m->at - m->template), "number template '%.63s': %s",
                    m->template, why);
}

static enum rc put(struct making *m, char c)
{
    if (m->len == NUMBER_MAX)
        return refuse(m, "the number is too long");
    m->number[m->len++] = c;
    if (c >= '0' && c <= '9')
        m->digits[m->digit_count++] = c;
    return RC_OK;
}

/* Letters and digits alone: what an e-licence identifier can carry too. */
static enum rc put_literal(struct making *m)
{
    for (m->at++; *m->at != '"'; m->at++) {
        const char c = *m->at;
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')))
            return refuse(m, "a literal has 0-9 and A-Z between its quotes");
        const enum rc rc = put(m, c);
        if (rc != RC_OK)
            return rc;
    }
    m->at++;
    return RC_OK;
}

static enum rc put_value(struct making *m, enum part part, unsigned width)
{
    char text[24];
    const int len =
        snprintf(text, sizeof text, "%0*llu", (int)width, (unsigned long long)m->values[part]);
    if (len < 0 || (unsigned)len > width)
        return diag_set(m->d, RC_LIMIT, DIAG_NO_OFFSET, "%s %llu is wider than %u digits",
                        parts[part].name, (unsigned long long)m->values[part], width);
    for (int i = 0; i < len; i++) {
        const enum rc rc = put(m, text[i]);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc put_check(struct making *m)
{
    return put(m, check_mod_11_10(span_of(m->digits, m->digit_count)));
}

/* NAME(WIDTH) */
static enum rc read_word(struct making *m, enum part *ret_part, unsigned *ret_width)
{
    for (unsigned p = 0; p < PART_COUNT; p++) {
        const size_t len = strlen(parts[p].name);
        if (strncmp(m->at, parts[p].name, len) != 0 || m->at[len] != '(')
            continue;

        const char *at = m->at + len + 1;
        unsigned width = 0;
        while (*at >= '0' && *at <= '9' && width < 100)
            width = width * 10 + (unsigned)(*at++ - '0');
        if (*at != ')' || width == 0 || width > parts[p].width_max)
            return refuse(m, "not a width");
        if (m->seen[p])
            return refuse(m, "a word stands twice");

        m->seen[p] = true;
        m->at = at + 1;
        *ret_part = (enum part)p;
        *ret_width = width;
        return RC_OK;
    }
    return refuse(m, "not unit, post, year, serial or check with its width");
}

static enum rc put_piece(struct making *m)
{
    if (m->seen[PART_CHECK])
        return refuse(m, "check is not last");
    if (*m->at == '"')
        return put_literal(m);

    enum part part = PART_UNIT;
    unsigned width = 0;
    const enum rc rc = read_word(m, &part, &width);
    if (rc != RC_OK)
        return rc;
    return part == PART_CHECK ? put_check(m) : put_value(m, part, width);
}

static void skip_spaces(struct making *m)
{
    while (*m->at == ' ')
        m->at++;
}

/* NOLINTNEXTLINE(readability-function-size): the four values of a number, each its own argument */
enum rc number_format(const char *template, uint32_t unit, uint32_t post, int year, uint64_t serial,
                      char ret[NUMBER_MAX + 1], struct diag *d)
{
    assert(template && ret && year >= 0);

    struct making m = { .template = template, .at = template, .d = d };
    m.values[PART_UNIT] = unit;
    m.values[PART_POST] = post;
    m.values[PART_YEAR] = (uint64_t)year;
    m.values[PART_SERIAL] = serial;

    for (skip_spaces(&m); *m.at != '\0'; skip_spaces(&m)) {
        const enum rc rc = put_piece(&m);
        if (rc != RC_OK)
            return rc;
    }
    /* Serials run apart for each unit, post and year: without all three, numbers would repeat. */
    if (!m.seen[PART_UNIT] || !m.seen[PART_POST] || !m.seen[PART_YEAR] || !m.seen[PART_SERIAL])
        return refuse(&m, "unit, post, year and serial must all stand in it");

    memcpy(ret, m.number, sizeof m.number);
    return RC_OK;
}
