#include "issuer/intake/rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/crypto/hash.h"
#include "issuer/intake/header.h"

struct rows {
    enum record_kind kind;
    enum rows_format format;
    struct text text;
    uint64_t begun_at;   /* offset of the last rows_seek() */
    struct span piece;   /* not read yet */
    bool ended;          /* so is the last row that no line end closes */
    uint64_t row, count; /* given out; in all */
    struct rows_limits limits;
    struct header header;
    struct csv csv; /* its offsets count UTF-8 from begun_at */
    struct ndjson ndjson;
    struct ndjson_row object;
    struct cell cells[CSV_CELLS_MAX];
    struct reasons early;
};

void rows_close(struct rows *r)
{
    if (!r)
        return;
    text_close(&r->text);
    csv_free(&r->csv);
    ndjson_free(&r->ndjson);
    ndjson_row_free(&r->object);
    free(r);
}

enum record_kind rows_kind(const struct rows *r)
{
    return r->kind;
}

enum rows_format rows_format(const struct rows *r)
{
    return r->format;
}

enum encoding rows_encoding(const struct rows *r)
{
    return r->text.encoding;
}

const char *rows_name(const struct rows *r)
{
    return r->text.name;
}

uint64_t rows_count(const struct rows *r)
{
    return r->count;
}

enum record_kind kind_from_path(const char *path)
{
    assert(path);

    const char *const slash = strrchr(path, '/');
    const char *const name = slash ? slash + 1 : path;
    return kind_from_name(span_of(name, strcspn(name, "-_.")));
}

bool rows_identity(const struct rows *r, uint8_t ret[32])
{
    assert(r && ret);

    struct stat st;
    if (r->text.fd < 0 || r->text.is_copy || fstat(r->text.fd, &st) != 0)
        return false;

    const uint64_t facts[] = { (uint64_t)st.st_dev,          (uint64_t)st.st_ino,
                               (uint64_t)st.st_size,         (uint64_t)st.st_mtim.tv_sec,
                               (uint64_t)st.st_mtim.tv_nsec, (uint64_t)r->kind };
    sha256(span_of(facts, sizeof facts), ret);
    return true;
}

static bool ends_with(const char *name, const char *end)
{
    const size_t len = strlen(name), tail = strlen(end);
    return len >= tail && strcmp(name + len - tail, end) == 0;
}

static enum rc begin(struct rows *r, const struct place *at, struct diag *d)
{
    csv_begin(&r->csv, 0, at->line);
    ndjson_begin(&r->ndjson, 0, at->line);
    r->begun_at = at->offset;
    r->row = at->row;
    r->piece = span_of(NULL, 0);
    r->ended = false;
    return text_begin(&r->text, at->offset, at->line, d);
}

/* An error's offset counts UTF-8 since begun_at: says where in the file that is. */
static enum rc place_error(struct rows *r, enum rc rc, const struct diag *why, struct diag *d)
{
    uint64_t offset = 0;
    const bool placed = why->offset != DIAG_NO_OFFSET &&
                        text_source(&r->text, r->begun_at, why->offset, &offset, NULL) == RC_OK;
    return diag_set(d, rc, placed ? (size_t)offset : DIAG_NO_OFFSET, "%s", why->text);
}

/* What the parser has found: one row, in one of two shapes. */
struct found {
    struct csv_row csv;
    struct span line;
    bool any;
};

static enum rc parse_piece(struct rows *r, struct found *ret, struct diag *d)
{
    size_t used = 0;
    const enum rc rc = r->format == FORMAT_CSV
                           ? csv_push(&r->csv, r->piece, &used, &ret->csv, &ret->any, d)
                           : ndjson_push(&r->ndjson, r->piece, &used, &ret->line, &ret->any, d);
    if (rc == RC_OK)
        r->piece = span_of(r->piece.ptr + used, r->piece.len - used);
    return rc;
}

static enum rc parse_end(struct rows *r, struct found *ret, struct diag *d)
{
    r->ended = true;
    return r->format == FORMAT_CSV ? csv_finish(&r->csv, &ret->csv, &ret->any, d)
                                   : ndjson_finish(&r->ndjson, &ret->line, &ret->any, d);
}

/* The next row as the parser gives it; none at the end. */
static enum rc find_row(struct rows *r, struct found *ret, struct diag *d)
{
    ret->any = false;
    while (!ret->any && !r->ended) {
        bool end = false;
        if (r->piece.len == 0) {
            const enum rc rc = text_next(&r->text, &r->piece, &end, d);
            if (rc != RC_OK)
                return rc;
        }
        struct diag why = DIAG_INIT;
        const enum rc rc = end ? parse_end(r, ret, &why) : parse_piece(r, ret, &why);
        if (rc != RC_OK)
            return place_error(r, rc, &why, d);
    }
    return RC_OK;
}

static enum rc read_header(struct rows *r, struct diag *d)
{
    struct found found;
    const enum rc rc = find_row(r, &found, d);
    if (rc != RC_OK)
        return rc;
    if (!found.any)
        return diag_set(d, RC_FORMAT, 0, "the file is empty: it has no header");
    return header_read(r->kind, &found.csv, &r->header, d);
}

/* Each line is a text of its own to the JSON reader: that it is the first one says nothing. */
static const char *without_line(const char *text)
{
    static const char first[] = "line 1 ";
    return strncmp(text, first, sizeof first - 1) == 0 ? text + sizeof first - 1 : text;
}

/* One that isn't meant to be NDJSON at all should not come out as so many refused rows. */
static enum rc check_first_line(struct rows *r, struct diag *d)
{
    struct found found;
    enum rc rc = find_row(r, &found, d);
    if (rc != RC_OK || !found.any)
        return rc;

    r->count = 1;
    struct diag why = DIAG_INIT;
    rc = ndjson_read(found.line, &r->object, &why);
    return rc == RC_OK ? RC_OK
                       : diag_set(d, rc, DIAG_NO_OFFSET, "line %" PRIu64 ": %s", r->ndjson.row_line,
                                  why.text);
}

/* Of the row that has just been found. */
static enum rc check_limits(const struct rows *r, struct diag *d)
{
    const bool csv = r->format == FORMAT_CSV;
    const uint64_t len =
        csv ? r->csv.offset - r->csv.row_offset : r->ndjson.offset - r->ndjson.row_offset;
    if (r->count > r->limits.rows)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "it has more than %" PRIu64 " rows",
                        r->limits.rows);
    if (len > r->limits.row_bytes)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET,
                        "line %" PRIu64 ": the row has more than %" PRIu64 " bytes",
                        csv ? r->csv.row_line : r->ndjson.row_line, r->limits.row_bytes);
    return RC_OK;
}

static enum rc look_through(struct rows *r, struct diag *d)
{
    struct place first = { .offset = r->text.start, .line = 1 };
    enum rc rc = begin(r, &first, d);
    if (rc == RC_OK)
        rc = r->format == FORMAT_CSV ? read_header(r, d) : check_first_line(r, d);
    if (rc == RC_OK && r->count > 0)
        rc = check_limits(r, d);
    if (rc == RC_OK && r->format == FORMAT_CSV)
        rc = rows_place(r, &first, d);

    struct found found = { .any = true };
    while (rc == RC_OK && found.any) {
        rc = find_row(r, &found, d);
        r->count += found.any;
        if (rc == RC_OK && found.any)
            rc = check_limits(r, d);
    }
    return rc == RC_OK ? begin(r, &first, d) : rc;
}

static enum rc decide_format(struct rows *r, const char *path, struct diag *d)
{
    struct span piece;
    bool end = false;
    const enum rc rc = text_next(&r->text, &piece, &end, d);
    const bool named = ends_with(path, ".ndjson") || ends_with(path, ".jsonl");
    r->format = named || (rc == RC_OK && !end && piece.ptr[0] == '{') ? FORMAT_NDJSON : FORMAT_CSV;
    if (rc == RC_OK && r->format == FORMAT_NDJSON && r->text.encoding != ENCODING_UTF8)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "NDJSON must be UTF-8");
    return rc;
}

static struct rows *rows_new(enum record_kind kind)
{
    struct rows *const r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->kind = kind;
    r->text.fd = -1;
    r->limits = (struct rows_limits){ UINT64_MAX, UINT64_MAX };
    return r;
}

enum rc rows_open(const char *path, enum record_kind kind, struct rows **ret, struct diag *d)
{
    assert(path && ret);

    const enum record_kind known = kind != KIND_NONE ? kind : kind_from_path(path);
    if (known == KIND_NONE)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET,
                        "what kind of records '%.100s' holds is not told: --kind", path);

    ON_EXIT(rows_close_at) struct rows *r = rows_new(known);
    if (!r)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while opening a file");

    enum rc rc = text_open(path, true, &r->text, d);
    if (rc == RC_OK)
        rc = decide_format(r, path, d);
    if (rc == RC_OK)
        rc = look_through(r, d);
    if (rc != RC_OK)
        return rc;

    *ret = TAKE(r);
    return RC_OK;
}

/* fd -1: bytes */
static enum rc open_told(int fd, struct span bytes, const char *name, enum record_kind kind,
                         enum rows_format format, const struct rows_limits *limits,
                         struct rows **ret, struct diag *d)
{
    ON_EXIT(rows_close_at) struct rows *r = rows_new(kind);
    if (!r)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while opening a file");
    r->format = format;
    r->limits = *limits;

    const bool csv = format == FORMAT_CSV;
    enum rc rc = fd < 0 ? text_open_bytes(bytes, name, csv, &r->text, d)
                        : text_open_fd(fd, name, csv, &r->text, d);
    if (rc == RC_OK)
        rc = look_through(r, d);
    if (rc != RC_OK)
        return rc;

    *ret = TAKE(r);
    return RC_OK;
}

enum rc rows_open_fd(int fd, const char *name, enum record_kind kind, enum rows_format format,
                     const struct rows_limits *limits, struct rows **ret, struct diag *d)
{
    assert(fd >= 0 && name && kind != KIND_NONE && limits && ret);

    return open_told(fd, span_of(NULL, 0), name, kind, format, limits, ret, d);
}

enum rc rows_open_bytes(struct span bytes, const char *name, enum record_kind kind,
                        enum rows_format format, const struct rows_limits *limits,
                        struct rows **ret, struct diag *d)
{
    assert(name && kind != KIND_NONE && limits && ret);

    return open_told(-1, bytes, name, kind, format, limits, ret, d);
}

static struct row shape_csv(struct rows *r, const struct csv_row *found)
{
    if (found->count != r->header.count)
        reasons_add_detail(&r->early, REASON_FIELD_INVALID, NULL, "%zu cells, header has %zu",
                           found->count, r->header.count);

    const size_t count = found->count < r->header.count ? found->count : r->header.count;
    for (size_t i = 0; i < count; i++)
        r->cells[i] = (struct cell){ r->header.columns[i], found->cells[i] };
    return (struct row){ .line = found->line,
                         .cells = r->cells,
                         .count = count,
                         .lasting_columns = true,
                         .misshapen = r->early.count > 0 };
}

static struct row shape_ndjson(struct rows *r, struct span line)
{
    struct row row = { .line = r->ndjson.row_line };
    struct diag why = DIAG_INIT;
    if (ndjson_read(line, &r->object, &why) != RC_OK) {
        reasons_add_detail(&r->early, REASON_FIELD_INVALID, NULL, "%.90s", without_line(why.text));
        row.misshapen = true;
        return row;
    }
    for (size_t i = 0; i < r->object.count; i++)
        if (r->object.misfit[i])
            reasons_add_detail(&r->early, REASON_FIELD_INVALID,
                               header_column(r->kind, r->object.cells[i].column),
                               "neither text nor number");
    row.cells = r->object.cells;
    row.count = r->object.count;
    return row;
}

enum rc rows_next(struct rows *r, struct row *ret, bool *ret_end, struct diag *d)
{
    assert(r && ret && ret_end);

    struct found found;
    const enum rc rc = find_row(r, &found, d);
    if (rc != RC_OK)
        return rc;
    *ret_end = !found.any;
    if (!found.any)
        return RC_OK;

    r->early.count = 0;
    *ret = r->format == FORMAT_CSV ? shape_csv(r, &found.csv) : shape_ndjson(r, found.line);
    ret->number = ++r->row;
    ret->early = &r->early;
    return RC_OK;
}

enum rc rows_place(struct rows *r, struct place *ret, struct diag *d)
{
    assert(r && ret);

    const bool csv = r->format == FORMAT_CSV;
    uint64_t offset = 0;
    const enum rc rc =
        text_source(&r->text, r->begun_at, csv ? r->csv.offset : r->ndjson.offset, &offset, d);
    if (rc == RC_OK)
        *ret = (struct place){ .offset = offset,
                               .line = csv ? r->csv.line : r->ndjson.line,
                               .row = r->row };
    return rc;
}

enum rc rows_seek(struct rows *r, const struct place *place, struct diag *d)
{
    assert(r && place);

    return begin(r, place, d);
}
