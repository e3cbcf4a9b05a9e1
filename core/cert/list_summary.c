#include "core/cert/list_summary.h"

#include <assert.h>

#include "core/cose/cose.h"

#define FIELDS 9
#define AT_MAX UINT32_MAX

void list_summary_put(struct buf *b, const struct list_summary *s)
{
    cbor_put_array(b, FIELDS);
    cbor_put_uint(b, (uint64_t)s->at);
    cbor_put_uint(b, s->rows);
    cbor_put_uint(b, s->found);
    cbor_put_uint(b, s->no_match);
    cbor_put_uint(b, s->not_checked);
    cbor_put_uint(b, s->in_force);
    cbor_put_text(b, s->employer);
    cbor_put_text(b, s->purpose);
    cbor_put_bytes(b, span_of(s->rows_sha256, sizeof s->rows_sha256));
}

static bool read_count(struct cbor_reader *c, const char *name, uint32_t max, uint32_t *ret)
{
    uint64_t n;
    if (!cbor_uint(c, name, max, &n))
        return false;
    *ret = (uint32_t)n;
    return true;
}

enum rc list_summary_parse(struct span payload, struct list_summary *ret, struct diag *d)
{
    assert(ret);

    struct list_summary s = { 0 };
    struct cbor_reader c = cbor_reader_over(payload, d);
    struct span hash;
    uint64_t fields, at;
    if (!cbor_array(&c, "a summary", FIELDS, &fields) || fields != FIELDS ||
        !cbor_uint(&c, "the time", AT_MAX, &at) ||
        !read_count(&c, "rows", LIST_ROWS_MAX, &s.rows) ||
        !read_count(&c, "found", s.rows, &s.found) ||
        !read_count(&c, "no_match", s.rows - s.found, &s.no_match) ||
        !read_count(&c, "not_checked", s.rows - s.found - s.no_match, &s.not_checked) ||
        !read_count(&c, "in_force", s.found, &s.in_force) ||
        !cbor_text(&c, "the employer", 1, LIST_NAME_MAX, &s.employer) ||
        !cbor_text(&c, "the purpose", 1, LIST_PURPOSE_MAX, &s.purpose) ||
        !cbor_bytes(&c, "the hash", SHA256_LEN, SHA256_LEN, &hash) || !cbor_end(&c))
        return diag_set(d, RC_FORMAT, c.r.pos, "not the summary of a list");
    s.at = (int64_t)at;
    memcpy(s.rows_sha256, hash.ptr, SHA256_LEN);
    *ret = s;
    return RC_OK;
}

enum rc list_summary_check(struct span bytes, const struct trust_list *trust, int64_t now,
                           struct list_summary *ret, struct diag *d)
{
    assert(trust && ret);

    struct cose_sign1 m;
    struct list_summary s;
    const struct trusted_key *key;
    if (bytes.len > LIST_SUMMARY_MAX)
        return diag_set(d, RC_LIMIT, LIST_SUMMARY_MAX, "a summary of more than %u bytes",
                        LIST_SUMMARY_MAX);
    enum rc rc = cose_sign1_parse(bytes, &m, d);
    if (rc == RC_OK)
        rc = list_summary_parse(m.payload, &s, d);
    if (rc == RC_OK)
        rc = trust_list_check(trust, &m, USE_ANSWER, TYP_ANSWER, s.at, &key, d);
    if (rc == RC_OK && s.at > now + LIST_AHEAD_S)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a summary that is dated ahead");
    if (rc == RC_OK)
        *ret = s;
    return rc;
}
