#include "verifier/daemon/bulk_list.h"

#include <stdlib.h>
#include <string.h>

#include "core/crypto/pubkey_pem.h"
#include "core/json/json.h"
#include "core/lookup/lookup.h"
#include "core/text/csv.h"
#include "core/text/text.h"

static const char *const names[BULK_FIELDS] = {
    [BULK_NUMBER] = "number",
    [BULK_NAME] = "name",
    [BULK_ID_NUMBER] = "id_number",
};

void bulk_list_free(struct bulk_list *l)
{
    buf_wipe_at(&l->text);
    buf_free(&l->cursor);
    free(l->rows);
    *l = (struct bulk_list){ 0 };
}

struct span bulk_cell(const struct bulk_list *l, size_t row, enum bulk_field field)
{
    const struct bulk_row *const r = &l->rows[row];
    return span_of(l->text.ptr + r->at[field], r->len[field]);
}

/* The number that was put last: a blank one is none, and each has one spelling. */
static void make_plain(struct bulk_list *l, struct bulk_row *r)
{
    char *const at = (char *)l->text.ptr + r->at[BULK_NUMBER];
    r->len[BULK_NUMBER] = lookup_number(span_of(at, r->len[BULK_NUMBER]), at);
    l->text.len = r->at[BULK_NUMBER] + r->len[BULK_NUMBER];
}

static enum rc add(struct bulk_list *l, const struct span cells[BULK_FIELDS], struct diag *d)
{
    if (l->count == BULK_ROWS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %u rows", BULK_ROWS_MAX);
    if (l->count == l->room) {
        const size_t room = l->room ? 2 * l->room : 64;
        struct bulk_row *const grown = realloc(l->rows, room * sizeof *grown);
        if (!grown)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a list");
        l->rows = grown;
        l->room = room;
    }
    struct bulk_row *const r = &l->rows[l->count++];
    for (size_t i = 0; i < BULK_FIELDS; i++) {
        r->at[i] = l->text.len;
        r->len[i] = cells[i].len;
        buf_put_span(&l->text, cells[i]);
        if (i == BULK_NUMBER && buf_ok(&l->text))
            make_plain(l, r);
    }
    return buf_rc(&l->text, d);
}

uint32_t bulk_people(const struct bulk_list *l)
{
    uint32_t people = 0;
    for (size_t i = 0; i < l->count; i++)
        people += l->rows[i].len[BULK_NUMBER] == 0;
    return people;
}

static enum rc settle(const struct bulk_list *l, struct diag *d)
{
    if (bulk_people(l) > BULK_PEOPLE_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %u rows without a number",
                        BULK_PEOPLE_MAX);
    return l->count > 0 ? RC_OK : diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a list without a row");
}

/* --- CSV --- */

struct columns {
    size_t count; /* 0: no header yet */
    size_t place[BULK_FIELDS];
};

/* Without the column "number" no row has one. */
static enum rc read_header(const struct csv_row *row, struct columns *ret, struct diag *d)
{
    size_t found = 0;
    for (size_t f = 0; f < BULK_FIELDS; f++) {
        size_t at = 0;
        while (at < row->count && !span_equal(row->cells[at], span_text(names[f])))
            at++;
        ret->place[f] = at;
        found += at < row->count;
        if (at == row->count && f != BULK_NUMBER)
            return diag_set(d, RC_FORMAT, (size_t)row->offset, "the header has no '%s'", names[f]);
    }
    if (found != row->count)
        return diag_set(d, RC_FORMAT, (size_t)row->offset,
                        "the header is not number,name,id_number");
    ret->count = found;
    return RC_OK;
}

static enum rc take_row(struct bulk_list *l, struct columns *c, const struct csv_row *row,
                        struct diag *d)
{
    struct span cells[BULK_FIELDS] = { 0 };
    if (c->count == 0)
        return read_header(row, c, d);
    if (row->count != c->count)
        return diag_set(d, RC_FORMAT, (size_t)row->offset, "line %llu has not %zu cells",
                        (unsigned long long)row->line, c->count);
    for (size_t f = 0; f < BULK_FIELDS; f++)
        if (c->place[f] < c->count)
            cells[f] = row->cells[c->place[f]];
    return add(l, cells, d);
}

static enum rc take_piece(struct bulk_list *l, struct columns *c, struct csv *csv,
                          struct span piece, struct diag *d)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && piece.len > 0) {
        struct csv_row row;
        size_t used;
        bool any;
        rc = csv_push(csv, piece, &used, &row, &any, d);
        if (rc == RC_OK && any)
            rc = take_row(l, c, &row, d);
        if (rc == RC_OK)
            piece = span_of(piece.ptr + used, piece.len - used);
    }
    return rc;
}

static enum rc take_end(struct bulk_list *l, struct columns *c, struct csv *csv, struct diag *d)
{
    struct csv_row row;
    bool any;
    const enum rc rc = csv_finish(csv, &row, &any, d);
    return rc == RC_OK && any ? take_row(l, c, &row, d) : rc;
}

static void close_text(struct text *t)
{
    /* What was read is people's data. */
    buf_wipe_at(&t->chunk);
    buf_wipe_at(&t->decoder.raw);
    buf_wipe_at(&t->decoder.text);
    text_close(t);
}

static void close_csv(struct csv *c)
{
    buf_wipe_at(&c->text);
    csv_free(c);
}

enum rc bulk_list_csv(struct span bytes, struct bulk_list *ret, struct diag *d)
{
    ON_EXIT(close_text) struct text text = { 0 };
    ON_EXIT(close_csv) struct csv csv = { 0 };
    struct columns columns = { 0 };
    bool end = false;
    enum rc rc = text_open_bytes(bytes, "the list", true, &text, d);
    if (rc == RC_OK)
        rc = text_begin_first(&text, d);
    csv_begin(&csv, 0, 1);
    /* Once, so that growing leaves no copy behind: two bytes of GB18030 are three of UTF-8. */
    if (rc == RC_OK && !buf_reserve(&ret->text, bytes.len + bytes.len / 2 + 1))
        rc = buf_rc(&ret->text, d);
    while (rc == RC_OK && !end) {
        struct span piece = { 0 };
        rc = text_next(&text, &piece, &end, d);
        if (rc == RC_OK && !end)
            rc = take_piece(ret, &columns, &csv, piece, d);
    }
    if (rc == RC_OK)
        rc = take_end(ret, &columns, &csv, d);
    return rc == RC_OK ? settle(ret, d) : rc;
}

/* --- JSON --- */

static enum rc take_object(struct bulk_list *l, const json_t *object, size_t i, struct diag *d)
{
    struct span cells[BULK_FIELDS] = { 0 };
    const bool numbered = json_object_get(object, names[BULK_NUMBER]) != NULL;
    bool whole = json_object_size(object) == BULK_FIELDS - !numbered;
    for (size_t f = 0; f < BULK_FIELDS; f++) {
        if (f == BULK_NUMBER && !numbered)
            continue;
        const json_t *const value = json_object_get(object, names[f]);
        whole = whole && json_is_string(value);
        cells[f] = span_of(json_string_value(value), json_string_length(value));
    }
    return whole ? add(l, cells, d)
                 : diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                            "item %zu has not number, name and id_number alone", i);
}

static enum rc take_cursor(struct bulk_list *l, const json_t *cursor, struct diag *d)
{
    const struct span text = span_of(json_string_value(cursor), json_string_length(cursor));
    l->watched = true;
    if (text.len > 0 && !base64url_decode(text, &l->cursor))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the cursor is not base64url");
    if (l->cursor.len % BULK_MARK_LEN != 0 || l->cursor.len > BULK_ROWS_MAX * BULK_MARK_LEN)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the cursor is none of ours");
    return buf_rc(&l->cursor, d);
}

/* The rows, of either form. */
static enum rc find_rows(struct bulk_list *l, const json_t *root, const json_t **ret,
                         struct diag *d)
{
    *ret = root;
    if (json_is_array(root))
        return RC_OK;
    const json_t *const cursor = json_object_get(root, "cursor");
    *ret = json_object_get(root, "rows");
    if (json_object_size(root) != (cursor ? 2 : 1) || !json_is_array(*ret) ||
        (cursor && !json_is_string(cursor)))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "neither an array nor rows and a cursor");
    return cursor ? take_cursor(l, cursor, d) : RC_OK;
}

enum rc bulk_list_json(struct span text, struct bulk_list *ret, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *root = NULL;
    const json_t *rows = NULL;
    enum rc rc = json_read(text, &root, d);
    if (rc == RC_OK)
        rc = find_rows(ret, root, &rows, d);
    if (rc == RC_OK && !buf_reserve(&ret->text, text.len))
        rc = buf_rc(&ret->text, d);
    for (size_t i = 0; rc == RC_OK && i < json_array_size(rows); i++)
        rc = take_object(ret, json_array_get(rows, i), i, d);
    return rc == RC_OK ? settle(ret, d) : rc;
}
