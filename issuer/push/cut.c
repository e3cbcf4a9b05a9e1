#include "issuer/push/cut.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "issuer/push/cut_photo.h"

/* A row as written, or what comes before the first: a CSV's header. */
struct cutter {
    struct rows *rows; /* photo rows come from here; of others it knows kind and count */
    struct text text;  /* other rows come from here, as they stand */
    struct span piece;
    bool ended;
    struct csv csv;
    struct ndjson ndjson;
    struct buf row;  /* the bytes of the row that is being read */
    struct buf next; /* a row that did not fit into the part before */
    struct buf header, body;
    uint64_t given, part_rows;
    struct photo_rows photos;
};

void cutter_close(struct cutter *c)
{
    if (!c)
        return;
    rows_close(c->rows);
    text_close(&c->text);
    csv_free(&c->csv);
    ndjson_free(&c->ndjson);
    buf_free(&c->row);
    buf_free(&c->next);
    buf_free(&c->header);
    buf_free(&c->body);
    free(c);
}

const struct rows *cutter_rows(const struct cutter *c)
{
    return c->rows;
}

static bool is_photo(const struct cutter *c)
{
    return rows_kind(c->rows) == KIND_PHOTO;
}

static bool is_csv(const struct cutter *c)
{
    return rows_format(c->rows) == FORMAT_CSV;
}

/* --- rows as they stand --- */

static enum rc parse(struct cutter *c, bool at_end, bool *ret_row, struct diag *d)
{
    struct csv_row row;
    struct span line;
    size_t used = 0;
    enum rc rc;
    if (is_csv(c))
        rc = at_end ? csv_finish(&c->csv, &row, ret_row, d)
                    : csv_push(&c->csv, c->piece, &used, &row, ret_row, d);
    else
        rc = at_end ? ndjson_finish(&c->ndjson, &line, ret_row, d)
                    : ndjson_push(&c->ndjson, c->piece, &used, &line, ret_row, d);
    if (rc != RC_OK || at_end)
        return rc;
    buf_put(&c->row, c->piece.ptr, used);
    c->piece = span_of(c->piece.ptr + used, c->piece.len - used);
    return RC_OK;
}

/* The bytes of the next row with its line end, in c->row; empty lines before it go with it. */
static enum rc read_raw(struct cutter *c, bool *ret_row, struct diag *d)
{
    buf_clear(&c->row);
    *ret_row = false;
    while (!*ret_row && !c->ended) {
        enum rc rc = RC_OK;
        if (c->piece.len == 0)
            rc = text_next(&c->text, &c->piece, &c->ended, d);
        if (rc == RC_OK)
            rc = parse(c, c->ended, ret_row, d);
        if (rc != RC_OK)
            return rc;
    }
    if (*ret_row && c->ended)
        buf_put_u8(&c->row, '\n'); /* nothing closed the last one */
    return buf_rc(&c->row, d);
}

static enum rc open_raw(struct cutter *c, const char *path, struct diag *d)
{
    enum rc rc = text_open(path, true, &c->text, d);
    if (rc == RC_OK)
        rc = text_begin_first(&c->text, d);
    csv_begin(&c->csv, 0, 1);
    ndjson_begin(&c->ndjson, 0, 1);
    bool any = false;
    if (rc == RC_OK && is_csv(c))
        rc = read_raw(c, &any, d);
    if (rc == RC_OK && any)
        buf_put_span(&c->header, buf_span(&c->row));
    return rc == RC_OK ? buf_rc(&c->header, d) : rc;
}

enum rc cutter_open(const char *path, enum record_kind kind, uint64_t part_rows,
                    struct cutter **ret, struct diag *d)
{
    assert(path && part_rows > 0 && ret);

    if (strcmp(path, "-") == 0)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET,
                        "standard input cannot be sent again: name a file");
    ON_EXIT(cutter_close_at) struct cutter *c = calloc(1, sizeof *c);
    if (!c)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory to cut a file");
    c->text.fd = -1;
    c->part_rows = part_rows;
    enum rc rc = rows_open(path, kind, &c->rows, d);
    if (rc == RC_OK)
        rc = is_photo(c) ? photo_rows_open(path, &c->photos, d) : open_raw(c, path, d);
    if (rc == RC_OK)
        *ret = TAKE(c);
    return rc;
}

/* --- parts --- */

static enum rc read_row(struct cutter *c, bool *ret_row, struct diag *d)
{
    if (!is_photo(c))
        return read_raw(c, ret_row, d);
    buf_clear(&c->row);
    return photo_rows_put(&c->photos, c->rows, &c->row, ret_row, d);
}

static bool has_room(const struct cutter *c, uint64_t rows)
{
    return rows == 0 || (rows < c->part_rows && c->body.len + c->row.len <= CUT_BYTES_MAX);
}

/* Rows until there are enough; the first that is too many waits in c->next. */
static enum rc collect(struct cutter *c, uint64_t *ret_rows, struct diag *d)
{
    uint64_t rows = c->next.len > 0;
    buf_put_span(&c->body, buf_span(&c->next));
    buf_clear(&c->next);
    for (;;) {
        bool any = false;
        const enum rc rc = read_row(c, &any, d);
        if (rc != RC_OK)
            return rc;
        if (!any)
            break;
        if (!has_room(c, rows)) {
            buf_put_span(&c->next, buf_span(&c->row));
            break;
        }
        buf_put_span(&c->body, buf_span(&c->row));
        rows++;
    }
    *ret_rows = rows;
    const enum rc rc = buf_rc(&c->body, d);
    return rc == RC_OK ? buf_rc(&c->next, d) : rc;
}

static void name_part(const struct cutter *c, struct part *p)
{
    uint8_t digest[SHA256_LEN], place[8];
    for (size_t i = 0; i < sizeof place; i++)
        place[i] = (uint8_t)(p->before >> (56 - 8 * i));
    sha256_2(span_text(kind_name(rows_kind(c->rows))), span_of(place, sizeof place), digest);
    sha256_2(span_of(digest, sizeof digest), span_of(p->sha256, sizeof p->sha256), digest);
    hex_encode(digest, CUT_KEY_LEN / 2, p->key);
}

enum rc cutter_next(struct cutter *c, struct part *ret, bool *ret_end, struct diag *d)
{
    assert(c && ret && ret_end);

    uint64_t rows = 0;
    buf_clear(&c->body);
    buf_put_span(&c->body, buf_span(&c->header));
    const enum rc rc = collect(c, &rows, d);
    if (rc != RC_OK)
        return rc;
    *ret_end = rows == 0;
    if (rows == 0)
        return RC_OK;
    struct part p = {
        .before = c->given,
        .rows = rows,
        .type = is_csv(c) && !is_photo(c) ? "text/csv; charset=utf-8" : "application/x-ndjson",
        .body = buf_span(&c->body),
    };
    sha256(p.body, p.sha256);
    name_part(c, &p);
    c->given += rows;
    *ret = p;
    return RC_OK;
}
