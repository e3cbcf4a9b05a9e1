#include "issuer/push/cut_photo.h"

#include <stdio.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "core/json/json.h"
#include "issuer/intake/photo.h"

enum rc photo_rows_open(const char *path, struct photo_rows *ret, struct diag *d)
{
    const char *const slash = strrchr(path, '/');
    const size_t len = slash ? (size_t)(slash - path) : 1;
    if (len >= PATH_LEN)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a path of %d bytes or more", PATH_LEN);
    (void)snprintf(ret->folder, sizeof ret->folder, "%.*s", len == 0 ? 1 : (int)len,
                   slash ? path : ".");
    return RC_OK;
}

static json_t *text_json(struct span text)
{
    return json_stringn((const char *)text.ptr, text.len);
}

/* Its picture, or what makes the other side find the same reason: no such file; too large. */
static enum rc add_picture(const struct photo_rows *p, struct span name, json_t *row,
                           struct diag *d)
{
    static uint8_t file[PHOTO_MAX + 1];
    struct reasons reasons = { .count = 0 };
    size_t len = 0;
    const enum rc rc = photo_load(p->folder, name, file, &len, &reasons, d);
    if (rc != RC_OK)
        return rc;
    if (reasons_has(&reasons, REASON_PHOTO_TOO_LARGE)) {
        memset(file, 0, sizeof file);
        len = sizeof file;
    }
    ON_EXIT(buf_free_at) struct buf data = { 0 };
    base64_encode(span_of(file, len), &data);
    if (!buf_ok(&data) || json_object_set_new(row, len > 0 ? "data" : "file",
                                              text_json(len > 0 ? buf_span(&data) : name)) != 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a photo");
    return RC_OK;
}

static enum rc add_cells(const struct photo_rows *p, const struct row *from, json_t *row,
                         struct diag *d)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct cell *const cell = &from->cells[i];
        if (span_equal(cell->column, SPAN_LITERAL("file")) && cell->value.len > 0) {
            const enum rc rc = add_picture(p, cell->value, row, d);
            if (rc != RC_OK)
                return rc;
            continue;
        }
        if (json_object_setn_new(row, (const char *)cell->column.ptr, cell->column.len,
                                 text_json(cell->value)) != 0)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a photo's row");
    }
    return RC_OK;
}

/* What no field takes is refused there too. */
static enum rc add_nested(const struct reasons *early, json_t *row, struct diag *d)
{
    int failed = 0;
    for (size_t i = 0; i < early->count; i++)
        if (early->items[i].field)
            failed |= json_object_set_new(row, early->items[i].field, json_array());
    return failed == 0 ? RC_OK
                       : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a photo's row");
}

/* Its other cells may be of other columns. */
static enum rc add_misshapen(const struct row *from, json_t *row, struct diag *d)
{
    int failed = 0;
    for (size_t i = 0; i < from->count; i++)
        if (span_equal(from->cells[i].column, SPAN_LITERAL("record_id")))
            failed |= json_object_set_new(row, "record_id", text_json(from->cells[i].value));
    failed |= json_object_set_new(row, "file", json_array());
    return failed == 0 ? RC_OK
                       : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a photo's row");
}

enum rc photo_rows_put(const struct photo_rows *p, struct rows *from, struct buf *to, bool *ret_row,
                       struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *row = json_object();
    struct row read = { 0 };
    bool end = false;
    enum rc rc = row ? rows_next(from, &read, &end, d)
                     : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a photo's row");
    *ret_row = rc == RC_OK && !end;
    if (rc != RC_OK || end)
        return rc;
    rc = read.misshapen ? add_misshapen(&read, row, d) : add_cells(p, &read, row, d);
    if (rc == RC_OK && !read.misshapen)
        rc = add_nested(read.early, row, d);
    if (rc == RC_OK)
        rc = json_write(row, 0, to, d);
    buf_put_u8(to, '\n');
    return rc == RC_OK ? buf_rc(to, d) : rc;
}
