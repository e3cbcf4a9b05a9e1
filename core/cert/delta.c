#include "core/cert/delta.h"

#include <assert.h>

#include "core/cert/cwt_claims.h"
#include "core/cert/status_list.h"
#include "core/cose/cbor.h"

#define EM_DASH "\xe2\x80\x94"

enum delta_field { /* numbers are signed: never renumber */
                   DELTA_DEPLOYMENT = 1,
                   DELTA_FROM,
                   DELTA_TO,
                   DELTA_ISSUED,
                   DELTA_EXPS,
                   DELTA_ROWS,
                   DELTA_SECTIONS,   /* may be absent */
                   DELTA_CHECKPOINT, /* may be absent */
                   DELTA_HEADER_SIGNATURE,
                   DELTA_CHANGES,
};
#define DELTA_FIELDS_NEEDED 8
#define DELTA_FIELDS_MAX    10
#define CHECKPOINT_CELLS    3

/* --- the maker --- */

static size_t count_sections(const struct delta *delta)
{
    size_t count = 0;
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++)
        count += delta->sections[i].ptr != NULL;
    return count;
}

static void put_sections(struct buf *b, const struct delta *delta, size_t count)
{
    cbor_put_uint(b, DELTA_SECTIONS);
    cbor_put_map(b, count);
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++) {
        if (!delta->sections[i].ptr)
            continue;
        cbor_put_uint(b, i);
        cbor_put_bytes(b, delta->sections[i]);
    }
}

static void put_checkpoint(struct buf *b, const struct delta *delta)
{
    cbor_put_uint(b, DELTA_CHECKPOINT);
    cbor_put_array(b, CHECKPOINT_CELLS);
    cbor_put_uint(b, delta->log_size);
    cbor_put_bytes(b, span_of(delta->log_root.bytes, SHA256_LEN));
    cbor_put_bytes(b, delta->note_line);
}

void delta_payload_put(struct buf *b, const struct delta *delta)
{
    assert(b && delta && delta->from < delta->to && delta->rows <= COLUMN_ROWS_MAX);

    const size_t sections = count_sections(delta);
    cbor_put_map(b, DELTA_FIELDS_NEEDED + (sections > 0 ? 1u : 0u) +
                        (delta->has_checkpoint ? 1u : 0u));
    cbor_put_uint(b, DELTA_DEPLOYMENT);
    cbor_put_bytes(b, span_of(delta->deployment, DEPLOYMENT_LEN));
    cbor_put_uint(b, DELTA_FROM);
    cbor_put_uint(b, delta->from);
    cbor_put_uint(b, DELTA_TO);
    cbor_put_uint(b, delta->to);
    cbor_put_uint(b, DELTA_ISSUED);
    cbor_put_uint(b, (uint64_t)delta->issued);
    cbor_put_uint(b, DELTA_EXPS);
    cbor_put_array(b, 2);
    cbor_put_uint(b, (uint64_t)delta->status_exp);
    cbor_put_uint(b, (uint64_t)delta->deadlines_exp);
    cbor_put_uint(b, DELTA_ROWS);
    cbor_put_uint(b, delta->rows);
    if (sections > 0)
        put_sections(b, delta, sections);
    if (delta->has_checkpoint)
        put_checkpoint(b, delta);
    cbor_put_uint(b, DELTA_HEADER_SIGNATURE);
    cbor_put_bytes(b, delta->header_signature);
    cbor_put_uint(b, DELTA_CHANGES);
    cbor_put_bytes(b, delta->changes);
}

/* --- the reader --- */

static bool read_deployment(struct cbor_reader *c, struct delta *delta)
{
    struct span s;
    if (!cbor_bytes(c, "deployment", DEPLOYMENT_LEN, DEPLOYMENT_LEN, &s))
        return false;
    memcpy(delta->deployment, s.ptr, DEPLOYMENT_LEN);
    return true;
}

static bool read_sequences(struct cbor_reader *c, struct cbor_map *m, struct delta *delta)
{
    if (!cbor_map_need(c, m, DELTA_FROM, "from") ||
        !cbor_uint(c, "from", SEQUENCE_MAX, &delta->from) || !cbor_map_need(c, m, DELTA_TO, "to") ||
        !cbor_uint(c, "to", SEQUENCE_MAX, &delta->to))
        return false;
    return delta->from < delta->to || cbor_fail(c, "it leads backwards");
}

static bool read_times(struct cbor_reader *c, struct cbor_map *m, struct delta *delta)
{
    uint64_t cells;
    if (!cbor_map_need(c, m, DELTA_ISSUED, "issued") ||
        !cwt_time_read(c, "issued", &delta->issued) || !cbor_map_need(c, m, DELTA_EXPS, "exps") ||
        !cbor_array(c, "exps", 2, &cells))
        return false;
    if (cells != 2)
        return cbor_fail(c, "exps of %u cells", (unsigned)cells);
    if (!cwt_time_read(c, "exp", &delta->status_exp) ||
        !cwt_time_read(c, "exp", &delta->deadlines_exp))
        return false;
    return (delta->issued <= delta->status_exp && delta->issued <= delta->deadlines_exp) ||
           cbor_fail(c, "exp is before issued");
}

static bool read_rows(struct cbor_reader *c, struct cbor_map *m, struct delta *delta)
{
    uint64_t rows;
    if (!cbor_map_need(c, m, DELTA_ROWS, "rows") || !cbor_uint(c, "rows", COLUMN_ROWS_MAX, &rows))
        return false;
    delta->rows = (uint32_t)rows;
    return true;
}

static bool read_sections(struct cbor_reader *c, struct delta *delta)
{
    struct cbor_map m;
    if (!cbor_map(c, "sections", BUNDLE_SECTIONS, &m))
        return false;
    if (m.left == 0)
        return cbor_fail(c, "sections, but none");
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++) {
        if (cbor_map_key(c, &m, (int64_t)i) &&
            !cbor_bytes(c, "section", 0, BUNDLE_SECTION_MAX, &delta->sections[i]))
            return false;
    }
    return cbor_map_end(c, &m, "sections");
}

static bool read_checkpoint(struct cbor_reader *c, struct delta *delta)
{
    uint64_t cells;
    struct span root;
    if (delta->sections[SECTION_CHECKPOINT].ptr)
        return cbor_fail(c, "the checkpoint twice");
    if (!cbor_array(c, "checkpoint", CHECKPOINT_CELLS, &cells))
        return false;
    if (cells != CHECKPOINT_CELLS)
        return cbor_fail(c, "a checkpoint of %u cells", (unsigned)cells);
    if (!cbor_uint(c, "log size", TLOG_SIZE_MAX, &delta->log_size) ||
        !cbor_bytes(c, "log root", SHA256_LEN, SHA256_LEN, &root) ||
        !cbor_bytes(c, "note line", DELTA_NOTE_LINE_LEN, DELTA_NOTE_LINE_LEN, &delta->note_line))
        return false;
    memcpy(delta->log_root.bytes, root.ptr, SHA256_LEN);
    delta->has_checkpoint = true;
    return true;
}

static bool read_parts(struct cbor_reader *c, struct cbor_map *m, struct delta *delta)
{
    if (cbor_map_key(c, m, DELTA_SECTIONS) && !read_sections(c, delta))
        return false;
    if (cbor_map_key(c, m, DELTA_CHECKPOINT) && !read_checkpoint(c, delta))
        return false;
    return cbor_map_need(c, m, DELTA_HEADER_SIGNATURE, "header signature") &&
           cbor_bytes(c, "header signature", SIGNATURE_LEN, SIGNATURE_LEN,
                      &delta->header_signature) &&
           cbor_map_need(c, m, DELTA_CHANGES, "changes") &&
           cbor_bytes(c, "changes", 0, DELTA_MAX, &delta->changes);
}

enum rc delta_payload_read(struct span payload, struct delta *ret, struct diag *d)
{
    assert(ret);

    struct cbor_reader c = cbor_reader_over(payload, d);
    struct cbor_map m;
    struct delta delta = { .from = 0 };
    if (!cbor_map(&c, "delta", DELTA_FIELDS_MAX, &m) ||
        !cbor_map_need(&c, &m, DELTA_DEPLOYMENT, "deployment") || !read_deployment(&c, &delta) ||
        !read_sequences(&c, &m, &delta) || !read_times(&c, &m, &delta) ||
        !read_rows(&c, &m, &delta) || !read_parts(&c, &m, &delta) ||
        !cbor_map_end(&c, &m, "delta") || !cbor_end(&c))
        return RC_FORMAT;

    *ret = delta;
    return RC_OK;
}

bool delta_may_grow(const struct delta *delta, uint32_t old_rows)
{
    assert(delta && delta->rows >= old_rows);

    return delta->rows - old_rows < delta->changes.len / DELTA_CHANGE_MIN + DELTA_ROWS_UNNAMED;
}

/* --- the checkpoint in short --- */

void delta_checkpoint_put(struct buf *to, const struct delta *delta, const char *origin)
{
    assert(to && delta && delta->has_checkpoint && origin);

    checkpoint_body_put(to, origin, delta->log_size, &delta->log_root);
    buf_printf(to, "\n" EM_DASH " %s ", origin);
    base64_encode(delta->note_line, to);
    buf_put_text(to, "\n");
}

/* The last word of the note: the key id and signature in base64. */
static bool take_line(struct span note, struct buf *to)
{
    size_t start = note.len;
    if (note.len == 0 || note.ptr[note.len - 1] != '\n')
        return false;
    while (start > 0 && note.ptr[start - 1] != ' ')
        start--;
    const struct span base64 = span_of(note.ptr + start, note.len - 1 - start);
    return base64_decode(base64, to) && to->len == DELTA_NOTE_LINE_LEN;
}

bool delta_checkpoint_take(struct delta *delta, const char *origin, struct span note,
                           struct buf *note_line)
{
    assert(delta && origin && note_line);

    ON_EXIT(buf_free_at) struct buf again = { 0 };
    struct checkpoint c;
    struct delta with = *delta;
    buf_clear(note_line);
    if (checkpoint_parse(note, &c, NULL) != RC_OK || !take_line(note, note_line))
        return false;
    with.has_checkpoint = true;
    with.log_size = c.size;
    with.log_root = c.root;
    with.note_line = buf_span(note_line);
    delta_checkpoint_put(&again, &with, origin);
    if (!span_equal(buf_span(&again), note))
        return false;
    *delta = with;
    return true;
}
