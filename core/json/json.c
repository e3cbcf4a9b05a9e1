#include "core/json/json.h"

#include <assert.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32

static _Thread_local bool refused; /* memory, to this thread, since it last began to read */

/* jansson goes on where it has no memory for more of a string or number, and returns it cut short.
 */
static void *allocate(size_t size)
{
    void *const at = malloc(size);
    refused = refused || !at;
    return at;
}

__attribute__((constructor)) static void watch_memory(void)
{
    json_set_alloc_funcs(allocate, free);
}

static void free_wiped(void *at)
{
    if (at)
        explicit_bzero(at, malloc_usable_size(at));
    free(at);
}

void json_wipe_freed(void)
{
    json_set_alloc_funcs(allocate, free_wiped);
}

/* jansson itself goes 2,048 deep. Brackets inside strings don't count. */
static enum rc check_depth(struct span text, struct diag *d)
{
    size_t depth = 0, line = 1, line_start = 0;
    bool in_string = false;

    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        if (c == '\n') {
            line++;
            line_start = i + 1;
        } else if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_MAX)
                return diag_set(d, RC_FORMAT, i, "line %zu column %zu: over %d levels deep", line,
                                i - line_start + 1, DEPTH_MAX);
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return RC_OK;
}

static enum rc explain(const json_error_t *error, struct diag *d)
{
    /* Behind "near" stand bytes of the input: they may be somebody's identity number. */
    const char *const near = strstr(error->text, " near ");
    const int len = (int)(near ? (size_t)(near - error->text) : strlen(error->text));
    const size_t offset = error->position >= 0 ? (size_t)error->position : DIAG_NO_OFFSET;
    return diag_set(d, RC_FORMAT, offset, "line %d column %d: %.*s", error->line, error->column,
                    len, error->text);
}

enum rc json_read(struct span text, json_t **ret, struct diag *d)
{
    assert(ret);

    const enum rc rc = check_depth(text, d);
    if (rc != RC_OK)
        return rc;

    json_error_t error;
    const char *const bytes = text.len > 0 ? (const char *)text.ptr : "";
    refused = false;
    ON_EXIT(json_decref_at)
    json_t *value = json_loadb(bytes, text.len, JSON_REJECT_DUPLICATES, &error);
    if (refused)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while reading JSON");
    if (!value)
        return explain(&error, d);

    *ret = TAKE(value);
    return RC_OK;
}

static int append(const char *bytes, size_t len, void *to)
{
    buf_put(to, bytes, len);
    return buf_ok(to) ? 0 : -1;
}

enum rc json_write(const json_t *value, unsigned indent, struct buf *to, struct diag *d)
{
    assert(value && indent <= 8 && to);

    const size_t layout = indent > 0 ? JSON_INDENT(indent) : JSON_COMPACT;
    const size_t before = to->len;
    if (json_dump_callback(value, append, to, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) | layout) ==
        0)
        return RC_OK;

    to->len = before;
    if (!buf_ok(to))
        return buf_rc(to, d);
    return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while writing JSON");
}
