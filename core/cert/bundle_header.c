#include <assert.h>

#include "core/cert/bundle_layout.h"
#include "core/cert/cwt_claims.h"

enum {
    HEADER_DEPLOYMENT = 1,
    HEADER_SEQUENCE = 2,
    HEADER_ISSUED = 3,
    HEADER_SECTIONS = 4,
    HEADER_SETS = 5,
};

const enum column_set bundle_sets[BUNDLE_SETS] = { COLUMN_STATUS, COLUMN_DEADLINES };

void bundle_header_put(struct buf *b, const struct bundle_header *h)
{
    assert(b && h && h->issued >= 0);

    cbor_put_map(b, 5);
    cbor_put_uint(b, HEADER_DEPLOYMENT);
    cbor_put_bytes(b, span_of(h->deployment, DEPLOYMENT_LEN));
    cbor_put_uint(b, HEADER_SEQUENCE);
    cbor_put_uint(b, h->sequence);
    cbor_put_uint(b, HEADER_ISSUED);
    cbor_put_uint(b, (uint64_t)h->issued);
    cbor_put_uint(b, HEADER_SECTIONS);
    cbor_put_array(b, BUNDLE_SECTIONS);
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++) {
        cbor_put_array(b, 2);
        cbor_put_uint(b, h->sections[i].len);
        cbor_put_bytes(b, span_of(h->sections[i].hash, SHA256_LEN));
    }
    cbor_put_uint(b, HEADER_SETS);
    cbor_put_array(b, BUNDLE_SETS);
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        assert(h->issued <= h->sets[i].exp);
        cbor_put_array(b, 3);
        cbor_put_uint(b, h->rows);
        cbor_put_uint(b, (uint64_t)h->sets[i].exp);
        cbor_put_bytes(b, span_of(h->sets[i].root, SHA256_LEN));
    }
}

static bool read_exactly(struct cbor_reader *c, const char *name, uint64_t cells)
{
    uint64_t count;
    if (!cbor_array(c, name, cells, &count))
        return false;
    return count == cells || cbor_fail(c, "%s of %u cells", name, (unsigned)count);
}

static bool read_hash(struct cbor_reader *c, const char *name, uint8_t ret[SHA256_LEN])
{
    struct span s;
    if (!cbor_bytes(c, name, SHA256_LEN, SHA256_LEN, &s))
        return false;

    memcpy(ret, s.ptr, SHA256_LEN);
    return true;
}

static bool read_sections(struct cbor_reader *c, struct bundle_header *h)
{
    if (!read_exactly(c, "sections", BUNDLE_SECTIONS))
        return false;

    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++) {
        uint64_t len;
        if (!read_exactly(c, "section", 2) ||
            !cbor_uint(c, "section length", BUNDLE_SECTION_MAX, &len) ||
            !read_hash(c, "section hash", h->sections[i].hash))
            return false;
        h->sections[i].len = (uint32_t)len;
    }
    return true;
}

static bool read_sets(struct cbor_reader *c, struct bundle_header *h)
{
    if (!read_exactly(c, "column sets", BUNDLE_SETS))
        return false;

    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        uint64_t rows;
        if (!read_exactly(c, "column set", 3) || !cbor_uint(c, "rows", COLUMN_ROWS_MAX, &rows))
            return false;
        if (i > 0 && rows != h->rows)
            return cbor_fail(c, "column sets of %u and %u rows", h->rows, (unsigned)rows);
        h->rows = (uint32_t)rows;
        if (!cwt_time_read(c, "exp", &h->sets[i].exp) || !read_hash(c, "root", h->sets[i].root))
            return false;
        if (h->sets[i].exp < h->issued)
            return cbor_fail(c, "exp is before issued");
    }
    return true;
}

enum rc bundle_header_read(struct span payload, struct bundle_header *ret, struct diag *d)
{
    assert(ret);

    struct cbor_reader c = cbor_reader_over(payload, d);
    struct cbor_map m;
    struct bundle_header h = { .sequence = 0 };
    if (!cbor_map(&c, "bundle header", 5, &m) ||
        !cbor_map_need(&c, &m, HEADER_DEPLOYMENT, "deployment") ||
        !read_hash(&c, "deployment", h.deployment) ||
        !cbor_map_need(&c, &m, HEADER_SEQUENCE, "sequence") ||
        !cbor_uint(&c, "sequence", SEQUENCE_MAX, &h.sequence) ||
        !cbor_map_need(&c, &m, HEADER_ISSUED, "issued") ||
        !cwt_time_read(&c, "issued", &h.issued) ||
        !cbor_map_need(&c, &m, HEADER_SECTIONS, "sections") || !read_sections(&c, &h) ||
        !cbor_map_need(&c, &m, HEADER_SETS, "column sets") || !read_sets(&c, &h) ||
        !cbor_map_end(&c, &m, "bundle header") || !cbor_end(&c))
        return RC_FORMAT;

    *ret = h;
    return RC_OK;
}
