#include "issuer/intake/ndjson.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define NUMBER_ROOM 32 /* bytes of a number as text */

void ndjson_begin(struct ndjson *n, uint64_t offset, uint64_t line)
{
    assert(n && line > 0);

    n->offset = n->row_offset = offset;
    n->line = n->row_line = line;
    n->given = false;
    buf_clear(&n->text);
}

void ndjson_free(struct ndjson *n)
{
    buf_free(&n->text);
}

static bool is_blank(struct span line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t')
            return false;
    return true;
}

static struct span line_of(const struct ndjson *n)
{
    struct span s = buf_span(&n->text);
    if (s.len > 0 && s.ptr[s.len - 1] == '\r')
        s.len--;
    return s;
}

static void start_line(struct ndjson *n)
{
    n->row_offset = n->offset;
    n->row_line = n->line;
    n->given = false;
    buf_clear(&n->text);
}

/* Adds what lies before the line's end. */
static enum rc add(struct ndjson *n, struct span bytes, struct diag *d)
{
    const size_t room = NDJSON_LINE_MAX - n->text.len;
    const size_t len = bytes.len < room ? bytes.len : room;
    const uint8_t *const nul = len > 0 ? memchr(bytes.ptr, '\0', len) : NULL;
    if (nul) {
        const uint64_t at = n->offset + (uint64_t)(nul - bytes.ptr);
        return diag_set(d, RC_FORMAT, (size_t)at, "line %" PRIu64 ": a NUL byte: not a text file",
                        n->row_line);
    }
    if (bytes.len > room)
        return diag_set(d, RC_LIMIT, (size_t)(n->offset + room),
                        "line %" PRIu64 ": a line is over 1 MiB", n->row_line);
    buf_put_span(&n->text, bytes);
    n->offset += bytes.len;
    return buf_rc(&n->text, d);
}

enum rc ndjson_push(struct ndjson *n, struct span bytes, size_t *ret_used, struct span *ret,
                    bool *ret_line, struct diag *d)
{
    assert(n && ret_used && ret && ret_line);

    size_t used = 0;
    bool whole = false;
    while (used < bytes.len && !whole) {
        if (n->given)
            start_line(n);
        const uint8_t *const at = bytes.ptr + used;
        const uint8_t *const end = memchr(at, '\n', bytes.len - used);
        const size_t len = end ? (size_t)(end - at) : bytes.len - used;
        const enum rc rc = add(n, span_of(at, len), d);
        if (rc != RC_OK)
            return rc;
        used += len;
        if (!end)
            break;
        used++;
        n->offset++;
        n->line++;
        n->given = true;
        whole = !is_blank(line_of(n));
    }
    if (whole)
        *ret = line_of(n);
    *ret_line = whole;
    *ret_used = used;
    return RC_OK;
}

enum rc ndjson_finish(struct ndjson *n, struct span *ret, bool *ret_line, struct diag *d)
{
    assert(n && ret && ret_line);
    (void)d;

    const bool whole = !n->given && !is_blank(line_of(n));
    n->given = true;
    if (whole)
        *ret = line_of(n);
    *ret_line = whole;
    return RC_OK;
}

void ndjson_row_free(struct ndjson_row *r)
{
    json_decref(r->object);
    buf_free(&r->numbers);
    r->object = NULL;
    r->count = 0;
}

/* What a CSV would hold: 60.5 is sixty and a half, however JSON writes it. */
static void format_real(double v, char ret[NUMBER_ROOM])
{
    const double hundredths = rint(v * 100);
    if (fabs(hundredths) > 1e15 || fabs(hundredths / 100 - v) > 0) {
        (void)snprintf(ret, NUMBER_ROOM, "%.17g", v);
        return;
    }
    int n = snprintf(ret, NUMBER_ROOM, "%.2f", v);
    while (ret[n - 1] == '0')
        n--;
    if (ret[n - 1] == '.')
        n--;
    ret[n] = '\0';
}

static struct span put_number(struct buf *to, const json_t *value)
{
    char text[NUMBER_ROOM];
    if (json_is_integer(value))
        (void)snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        format_real(json_real_value(value), text);

    const size_t start = to->len;
    buf_put_text(to, text);
    return span_of(to->ptr + start, to->len - start);
}

static struct span value_of(const json_t *value, struct buf *numbers)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return span_of(json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
    case JSON_REAL:
        return put_number(numbers, value);
    case JSON_TRUE:
        return SPAN_LITERAL("1");
    case JSON_FALSE:
        return SPAN_LITERAL("0");
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return SPAN_LITERAL("");
}

/* True and false answer a question: the one column that is one takes them as 1 and 0. */
static bool fits_no_field(const char *name, const json_t *value)
{
    return json_is_array(value) || json_is_object(value) ||
           (json_is_boolean(value) && strcmp(name, "face_checked") != 0);
}

static void put_cells(struct ndjson_row *r)
{
    const char *name;
    json_t *value;
    json_object_foreach(r->object, name, value)
    {
        const bool misfit = fits_no_field(name, value);
        r->misfit[r->count] = misfit;
        r->cells[r->count++] =
            (struct cell){ span_text(name),
                           misfit ? SPAN_LITERAL("") : value_of(value, &r->numbers) };
    }
}

enum rc ndjson_read(struct span line, struct ndjson_row *ret, struct diag *d)
{
    assert(ret);

    ON_EXIT(json_decref_at) json_t *object = NULL;
    const enum rc rc = json_read(line, &object, d);
    if (rc != RC_OK)
        return rc;
    if (!json_is_object(object))
        return diag_set(d, RC_FORMAT, 0, "not a JSON object");
    if (json_object_size(object) > NDJSON_MEMBERS_MAX)
        return diag_set(d, RC_LIMIT, 0, "over %u members", NDJSON_MEMBERS_MAX);

    /* Taken at once: the cells borrow it, so it must not move while they are put. */
    buf_clear(&ret->numbers);
    if (!buf_reserve(&ret->numbers, (size_t)NUMBER_ROOM * NDJSON_MEMBERS_MAX))
        return buf_rc(&ret->numbers, d);
    json_decref(ret->object);
    ret->object = TAKE(object);
    ret->count = 0;
    put_cells(ret);
    return RC_OK;
}
