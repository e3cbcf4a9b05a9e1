#include "tests/unit/scheme/rows.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/dates.h"

static size_t put_utf8(unsigned long c, char *to)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    const size_t tail = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned lead[] = { 0, 0xC0, 0xE0, 0xF0 };
    to[0] = (char)(lead[tail] | c >> 6 * tail);
    for (size_t i = 1; i <= tail; i++)
        to[i] = (char)(0x80 | (c >> 6 * (tail - i) & 0x3F));
    return tail + 1;
}

/* One escape, from behind its backslash; returns where it ends. */
static const char *take_escape(const char *at, char **to)
{
    char *end = NULL;
    if (*at == 's') {
        *(*to)++ = ' ';
        return at + 1;
    }
    assert_true((*at == 'u' || *at == 'x') && at[1] == '{');
    const unsigned long c = strtoul(at + 2, &end, 16);
    assert_true(*end == '}');
    if (*at == 'u')
        *to += put_utf8(c, *to);
    else
        *(*to)++ = (char)c;
    return end + 1;
}

/* An escape is never shorter than what it stands for, so the cell is undone in its place. */
static size_t undo_escapes(char *cell)
{
    const char *at = cell;
    char *to = cell;
    while (*at != '\0') {
        if (*at == '\\')
            at = take_escape(at + 1, &to);
        else
            *to++ = *at++;
    }
    *to = '\0';
    return (size_t)(to - cell);
}

static char *trim(char *text)
{
    while (*text == ' ')
        text++;
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\n'))
        text[--len] = '\0';
    return text;
}

static void split(char *line, struct row *r)
{
    for (char *cell = line; cell;) {
        char *const bar = strchr(cell, '|');
        if (bar)
            *bar = '\0';
        assert_true(r->count < ROW_CELLS_MAX);
        r->cells[r->count] = trim(cell);
        r->lens[r->count] = undo_escapes(r->cells[r->count]);
        r->count++;
        cell = bar ? bar + 1 : NULL;
    }
}

void each_row(const char *file, size_t cells, void (*check)(const struct row *r))
{
    char path[512], line[4096];
    (void)snprintf(path, sizeof path, VECTORS "/%s", file);
    FILE *const in = fopen(path, "r");
    assert_non_null(in);

    unsigned number = 0, rows = 0;
    while (fgets(line, sizeof line, in)) {
        struct row r = { .file = file, .line = ++number };
        if (line[0] == '#' || trim(line)[0] == '\0')
            continue;
        split(line, &r);
        if (r.count != cells)
            fail_msg("%s:%u: %zu cells, not %zu", file, number, r.count, cells);
        check(&r);
        rows++;
    }
    (void)fclose(in);
    assert_true(rows > 0);
}

struct span row_span(const struct row *r, size_t cell)
{
    return span_of(r->cells[cell], r->lens[cell]);
}

long row_long(const struct row *r, size_t cell)
{
    char *end = NULL;
    const long v = strtol(r->cells[cell], &end, 10);
    row_assert(r, end != r->cells[cell] && *end == '\0');
    return v;
}

int row_date(const struct row *r, size_t cell)
{
    int32_t date = 0;
    row_assert(r, date_parse(row_span(r, cell), &date));
    return date;
}
