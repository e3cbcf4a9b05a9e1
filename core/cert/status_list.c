#include "core/cert/status_list.h"

#include <assert.h>

#include "core/cert/cwt_claims.h"
#include "core/flate/flate.h"

#define CLAIM_STATUS_LIST 65533
#define CLAIM_TTL         65534
#define BITS              2u
#define ROWS_A_BYTE       4u

void status_list_free(struct status_list *list)
{
    if (!list)
        return;
    buf_free(&list->bits);
    *list = (struct status_list){ .iat = 0 };
}

/* NOLINTNEXTLINE(readability-function-size): three times among them, none of them alike */
enum rc status_list_payload_put(struct buf *b, const struct columns *c, const char *uri,
                                int64_t iat, int64_t exp, uint64_t ttl, struct diag *d)
{
    assert(b && c && uri && ttl > 0);

    ON_EXIT(buf_free_at) struct buf bits = { 0 };
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    const uint32_t blocks = columns_block_count(c->count);
    for (uint32_t i = 0; i < blocks; i++)
        column_block_plain(c, i, COLUMN_STATUS, &bits);
    enum rc rc = buf_rc(&bits, d);
    if (rc == RC_OK)
        rc = flate_deflate(FLATE_ZLIB, buf_span(&bits), &packed, d);
    if (rc != RC_OK)
        return rc;

    const struct cwt_claims claims = { .uri = span_text(uri), .exp = exp, .iat = iat };
    cbor_put_map(b, 5);
    cwt_claims_put(b, &claims);
    cbor_put_uint(b, CLAIM_STATUS_LIST);
    cbor_put_map(b, 2);
    cbor_put_cstr(b, "lst");
    cbor_put_bytes(b, buf_span(&packed));
    cbor_put_cstr(b, "bits");
    cbor_put_uint(b, BITS);
    cbor_put_uint(b, CLAIM_TTL);
    cbor_put_uint(b, ttl);
    return buf_rc(b, d);
}

/* The StatusList map. draft-ietf-oauth-status-list section 4.3; no aggregation_uri, and 2 bits
 * alone. */
static bool read_list(struct cbor_reader *c, struct span *lst)
{
    struct cbor_map m;
    uint64_t bits;
    if (!cbor_map(c, "status_list", 2, &m))
        return false;
    if (!cbor_map_key_text(c, &m, "lst"))
        return cbor_fail(c, "status_list has no lst");
    if (!cbor_bytes(c, "lst", 1, STATUS_LIST_MAX, lst))
        return false;
    if (!cbor_map_key_text(c, &m, "bits"))
        return cbor_fail(c, "status_list has no bits");
    if (!cbor_uint(c, "bits", 8, &bits))
        return false;
    if (bits != BITS)
        return cbor_fail(c, "a status list of %u bits, not 2", (unsigned)bits);
    return cbor_map_end(c, &m, "status_list");
}

static bool read_payload(struct cbor_reader *c, struct cwt_claims *claims, struct span *lst,
                         uint64_t *ttl)
{
    struct cbor_map m;
    if (!cbor_map(c, "status list claims", 5, &m) || !cwt_claims_read(c, &m, claims) ||
        !cbor_map_need(c, &m, CLAIM_STATUS_LIST, "status_list") || !read_list(c, lst) ||
        !cbor_map_need(c, &m, CLAIM_TTL, "ttl") || !cbor_uint(c, "ttl", CWT_TIME_MAX, ttl))
        return false;
    if (*ttl == 0)
        return cbor_fail(c, "ttl is 0");
    return cbor_map_end(c, &m, "status list claims") && cbor_end(c);
}

enum rc status_list_payload_read(struct span payload, struct status_list *ret, struct diag *d)
{
    assert(ret);

    struct cbor_reader c = cbor_reader_over(payload, d);
    struct cwt_claims claims = { .exp = 0 };
    struct span lst = { 0 };
    uint64_t ttl = 0;
    if (!read_payload(&c, &claims, &lst, &ttl))
        return RC_FORMAT;

    ON_EXIT(buf_free_at) struct buf bits = { 0 };
    const enum rc rc = flate_inflate(FLATE_ZLIB, lst, STATUS_LIST_MAX, &bits, d);
    if (rc != RC_OK)
        return rc;

    *ret = (struct status_list){
        .iat = claims.iat, .exp = claims.exp, .ttl = ttl, .uri = claims.uri, .bits = bits
    };
    bits = (struct buf){ 0 };
    return RC_OK;
}

enum rc status_list_find(const struct status_list *list, uint64_t index, enum status_bits *ret,
                         struct diag *d)
{
    assert(list && ret);

    if (index / ROWS_A_BYTE >= list->bits.len)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "status index %llu is past the list's %zu",
                        (unsigned long long)index, list->bits.len * ROWS_A_BYTE);

    const unsigned bits = list->bits.ptr[index / ROWS_A_BYTE] >> index % ROWS_A_BYTE * BITS & 3;
    if (bits > STATUS_SUSPENDED)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "status index %llu has a value that is none of ours",
                        (unsigned long long)index);
    *ret = (enum status_bits)bits;
    return RC_OK;
}
