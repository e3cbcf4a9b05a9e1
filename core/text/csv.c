#include "core/text/csv.h"

#include <assert.h>
#include <inttypes.h>

enum state {
    AT_ROW,  /* before the first byte of a row */
    AT_CELL, /* after a comma */
    IN_PLAIN,
    IN_QUOTES,
    AT_QUOTE, /* after a quote inside quotes: the closing one, or the first of two */
    AT_CR,    /* after a CR that must be a line end's */
    AT_EMPTY, /* the same, in a line that holds nothing */
    STATES
};

enum class { ORDINARY, COMMA, QUOTE, CR, LF, NUL, CLASSES };

enum action { PASS, OPEN, ADD, END_CELL, END_ROW, STRAY, TRAILING, LONE_CR, NUL_BYTE };

static const uint8_t classes[256] = {
    ['\0'] = NUL, [','] = COMMA, ['"'] = QUOTE, ['\r'] = CR, ['\n'] = LF,
};

/* clang-format off */
static const struct step {
    uint8_t next, action;
} steps[STATES][CLASSES] = {
    /*              ORDINARY                COMMA                  QUOTE                  CR                     LF                    NUL */
    [AT_ROW]    = { { IN_PLAIN, ADD },      { AT_CELL, END_CELL }, { IN_QUOTES, OPEN },   { AT_EMPTY, PASS },    { AT_ROW, PASS },     { 0, NUL_BYTE } },
    [AT_CELL]   = { { IN_PLAIN, ADD },      { AT_CELL, END_CELL }, { IN_QUOTES, OPEN },   { AT_CR, PASS },       { AT_ROW, END_ROW },  { 0, NUL_BYTE } },
    [IN_PLAIN]  = { { IN_PLAIN, ADD },      { AT_CELL, END_CELL }, { 0, STRAY },          { AT_CR, PASS },       { AT_ROW, END_ROW },  { 0, NUL_BYTE } },
    [IN_QUOTES] = { { IN_QUOTES, ADD },     { IN_QUOTES, ADD },    { AT_QUOTE, PASS },    { IN_QUOTES, ADD },    { IN_QUOTES, ADD },   { 0, NUL_BYTE } },
    [AT_QUOTE]  = { { 0, TRAILING },        { AT_CELL, END_CELL }, { IN_QUOTES, ADD },    { AT_CR, PASS },       { AT_ROW, END_ROW },  { 0, NUL_BYTE } },
    [AT_CR]     = { { 0, LONE_CR },         { 0, LONE_CR },        { 0, LONE_CR },        { 0, LONE_CR },        { AT_ROW, END_ROW },  { 0, NUL_BYTE } },
    [AT_EMPTY]  = { { 0, LONE_CR },         { 0, LONE_CR },        { 0, LONE_CR },        { 0, LONE_CR },        { AT_ROW, PASS },     { 0, NUL_BYTE } },
};
/* clang-format on */

void csv_begin(struct csv *c, uint64_t offset, uint64_t line)
{
    assert(c && line > 0);

    c->offset = offset;
    c->line = line;
    c->state = AT_ROW;
    c->count = c->cell_start = 0;
    buf_clear(&c->text);
}

void csv_free(struct csv *c)
{
    buf_free(&c->text);
}

static enum rc refuse(const struct csv *c, enum action why, struct diag *d)
{
    const char *const what = why == STRAY ? "a quote inside a cell that does not begin with one"
                             : why == TRAILING
                                 ? "something other than a comma after a closing quote"
                             : why == LONE_CR ? "a carriage return without a line feed"
                                              : "a NUL byte: not a text file";
    return diag_set(d, RC_FORMAT, (size_t)c->offset, "line %" PRIu64 ": %s", c->line, what);
}

static enum rc refuse_size(const struct csv *c, const char *what, struct diag *d)
{
    if (c->state == IN_QUOTES)
        return diag_set(d, RC_LIMIT, (size_t)c->offset,
                        "line %" PRIu64 ": %s; is the quote of line %" PRIu64 " never closed?",
                        c->row_line, what, c->quote_line);
    return diag_set(d, RC_LIMIT, (size_t)c->offset, "line %" PRIu64 ": %s", c->row_line, what);
}

static size_t row_room(const struct csv *c)
{
    const uint64_t len = c->offset - c->row_offset;
    return len < CSV_ROW_MAX ? (size_t)(CSV_ROW_MAX - len) : 0;
}

/* How many of these bytes the cell takes as they are, from the first, which it does. */
static size_t run_length(const struct csv *c, struct span bytes)
{
    const size_t cell = CSV_CELL_MAX - (c->text.len - c->cell_start), row = row_room(c);
    const size_t room = cell < row ? cell : row;
    const size_t max = bytes.len < room ? bytes.len : room;

    size_t n = 1;
    if (c->state == IN_QUOTES)
        while (n < max && bytes.ptr[n] != '"' && bytes.ptr[n] != '\n' && bytes.ptr[n] != '\0')
            n++;
    else
        while (n < max && classes[bytes.ptr[n]] == ORDINARY)
            n++;
    return n;
}

static enum rc add(struct csv *c, struct span bytes, size_t *ret_n, struct diag *d)
{
    if (c->text.len - c->cell_start == CSV_CELL_MAX)
        return refuse_size(c, "a cell is over 64 KiB", d);

    const size_t n = run_length(c, bytes);
    buf_put(&c->text, bytes.ptr, n);
    *ret_n = n;
    return buf_rc(&c->text, d);
}

static enum rc end_cell(struct csv *c, struct diag *d)
{
    if (c->count == CSV_CELLS_MAX)
        return refuse_size(c, "a row has over 256 cells", d);

    c->ends[c->count++] = c->cell_start = c->text.len;
    return RC_OK;
}

static struct csv_row give_row(struct csv *c)
{
    size_t start = 0;
    for (size_t i = 0; i < c->count; i++) {
        c->cells[i] =
            span_of(c->text.ptr ? (const char *)c->text.ptr + start : "", c->ends[i] - start);
        start = c->ends[i];
    }
    return (struct csv_row){
        .line = c->row_line, .offset = c->row_offset, .count = c->count, .cells = c->cells
    };
}

static void start_row(struct csv *c)
{
    c->row_offset = c->offset;
    c->row_line = c->line;
    c->count = c->cell_start = 0;
    buf_clear(&c->text);
}

/* One step over bytes, of which there is at least one. */
static enum rc take(struct csv *c, struct span bytes, size_t *ret_n, bool *ret_row, struct diag *d)
{
    const struct step s = steps[c->state][classes[bytes.ptr[0]]];
    enum rc rc = RC_OK;
    *ret_n = 1;

    switch ((enum action)s.action) {
    case PASS:
        break;
    case OPEN:
        c->quote_offset = c->offset;
        c->quote_line = c->line;
        break;
    case ADD:
        rc = add(c, bytes, ret_n, d);
        break;
    case END_ROW:
        *ret_row = true;
        rc = end_cell(c, d);
        break;
    case END_CELL:
        rc = end_cell(c, d);
        break;
    case STRAY:
    case TRAILING:
    case LONE_CR:
    case NUL_BYTE:
        return refuse(c, (enum action)s.action, d);
    }
    c->state = s.next;
    return rc;
}

static bool ends_line(const struct csv *c, uint8_t byte)
{
    return byte == '\n' || (byte == '\r' && c->state != IN_QUOTES);
}

enum rc csv_push(struct csv *c, struct span bytes, size_t *ret_used, struct csv_row *ret,
                 bool *ret_row, struct diag *d)
{
    assert(c && ret_used && ret && ret_row);

    size_t used = 0;
    bool whole = false;
    while (used < bytes.len && !whole) {
        const uint8_t *const at = bytes.ptr + used;
        if (c->state == AT_ROW)
            start_row(c);
        if (row_room(c) == 0 && !ends_line(c, *at))
            return refuse_size(c, "a row is over 1 MiB", d);

        size_t n;
        const enum rc rc = take(c, span_of(at, bytes.len - used), &n, &whole, d);
        if (rc != RC_OK)
            return rc;
        c->line += *at == '\n';
        c->offset += n;
        used += n;
    }
    if (whole)
        *ret = give_row(c);
    *ret_row = whole;
    *ret_used = used;
    return RC_OK;
}

enum rc csv_finish(struct csv *c, struct csv_row *ret, bool *ret_row, struct diag *d)
{
    assert(c && ret && ret_row);

    if (c->state == IN_QUOTES)
        return diag_set(d, RC_FORMAT, (size_t)c->quote_offset,
                        "line %" PRIu64 ": a quote that is never closed", c->quote_line);
    if (c->state == AT_CR || c->state == AT_EMPTY)
        return refuse(c, LONE_CR, d);

    const bool whole = c->state != AT_ROW;
    const enum rc rc = whole ? end_cell(c, d) : RC_OK;
    if (rc != RC_OK)
        return rc;

    c->state = AT_ROW;
    if (whole)
        *ret = give_row(c);
    *ret_row = whole;
    return RC_OK;
}
