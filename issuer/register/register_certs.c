#include <assert.h>
#include <string.h>

#include "issuer/register/register_internal.h"

/*
 * A certificate's bytes: [number, origin, person, post, unit, provider, issued, version, deadline,
 * status index, [retired index, its last version, …], [k, hours, post hours, …], orders].
 */
#define FIELD_COUNT 13

static void put_cert(struct buf *b, const struct reg_cert *c)
{
    cbor_put_array(b, FIELD_COUNT);
    cbor_put_cstr(b, c->number);
    cbor_put_uint(b, c->origin);
    cbor_put_uint(b, c->person);
    cbor_put_uint(b, c->post);
    cbor_put_uint(b, c->unit);
    cbor_put_uint(b, c->provider);
    cbor_put_int(b, c->issued);
    cbor_put_uint(b, c->version);
    cbor_put_int(b, c->deadline);
    cbor_put_uint(b, c->status_index);
    cbor_put_array(b, c->retired_count * 2);
    for (size_t i = 0; i < c->retired_count; i++) {
        cbor_put_uint(b, c->retired[i]);
        cbor_put_uint(b, c->retired_version[i]);
    }
    cbor_put_array(b, c->years.count * 3);
    for (size_t i = 0; i < c->years.count; i++) {
        cbor_put_uint(b, c->years.years[i].k);
        cbor_put_uint(b, c->years.years[i].hours);
        cbor_put_uint(b, c->years.years[i].post_hours);
    }
    cbor_put_uint(b, c->order_count);
}

static bool read_number(struct cbor_reader *c, struct span *ret)
{
    uint64_t count;
    return cbor_array(c, "certificate", FIELD_COUNT, &count) && count == FIELD_COUNT &&
           cbor_text(c, "number", 1, NUMBER_MAX, ret);
}

static bool read_retired(struct cbor_reader *c, struct reg_cert *cert)
{
    uint64_t count;
    if (!cbor_array(c, "retired indexes", (uint64_t)RETIRED_INDEXES_MAX * 2, &count) ||
        count % 2 != 0)
        return false;
    cert->retired_count = (size_t)count / 2;
    for (size_t i = 0; i < cert->retired_count; i++)
        if (!reg_read_u32(c, "retired index", &cert->retired[i]) ||
            !reg_read_u32(c, "retired version", &cert->retired_version[i]))
            return false;
    return true;
}

static bool read_years(struct cbor_reader *c, struct ce_years *y)
{
    uint64_t count;
    if (!cbor_array(c, "years", (uint64_t)CE_YEARS_MAX * 3, &count) || count % 3 != 0)
        return false;
    y->count = (size_t)count / 3;
    for (size_t i = 0; i < y->count; i++)
        if (!reg_read_u32(c, "year", &y->years[i].k) ||
            !reg_read_u32(c, "hours", &y->years[i].hours) ||
            !reg_read_u32(c, "post hours", &y->years[i].post_hours))
            return false;
    return true;
}

static bool read_cert(struct span value, struct reg_cert *cert)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    struct span number;
    uint64_t origin, orders;
    if (!read_number(&c, &number) || !cbor_uint(&c, "origin", ORIGIN_EXCHANGE, &origin) ||
        !cbor_uint(&c, "person", UINT64_MAX, &cert->person) ||
        !reg_read_u32(&c, "post", &cert->post) || !reg_read_u32(&c, "unit", &cert->unit) ||
        !reg_read_u32(&c, "provider", &cert->provider) ||
        !reg_read_date(&c, "issued", &cert->issued) ||
        !reg_read_u32(&c, "version", &cert->version) ||
        !reg_read_date(&c, "deadline", &cert->deadline) ||
        !reg_read_u32(&c, "status index", &cert->status_index) || !read_retired(&c, cert) ||
        !read_years(&c, &cert->years) || !cbor_uint(&c, "orders", UINT16_MAX, &orders) ||
        !cbor_end(&c))
        return false;
    cert->origin = (enum cert_origin)origin;
    cert->order_count = (size_t)orders;
    return reg_copy_text(cert->number, sizeof cert->number, number);
}

static enum rc get_cert(struct reg *r, uint32_t id, struct span *ret, struct diag *d)
{
    const struct reg_key key = reg_key_of(WIDTH_ID, id);
    return reg_get(r, DB_CERTS, reg_key_span(&key), ret, d);
}

enum rc register_cert(struct reg *r, uint32_t id, struct reg_cert *ret, struct diag *d)
{
    assert(r && ret);

    struct span value;
    const enum rc rc = get_cert(r, id, &value, d);
    if (rc != RC_OK)
        return rc;
    struct reg_cert cert;
    cert.id = id;
    if (!read_cert(value, &cert))
        return reg_damaged("certs", d);
    *ret = cert;
    return RC_OK;
}

enum rc reg_cert_number(struct reg *r, uint32_t id, struct span *ret, struct diag *d)
{
    struct span value;
    const enum rc rc = get_cert(r, id, &value, d);
    if (rc != RC_OK)
        return rc;
    struct cbor_reader c = cbor_reader_over(value, NULL);
    return read_number(&c, ret) ? RC_OK : reg_damaged("certs", d);
}

enum rc register_cert_find(struct reg *r, struct span number, struct reg_cert *ret, struct diag *d)
{
    assert(r && ret);

    if (number.len == 0 || number.len > NUMBER_MAX)
        return RC_NOT_FOUND;
    struct span id;
    enum rc rc = reg_get(r, DB_CERT_BY_NUMBER, number, &id, d);
    if (rc != RC_OK)
        return rc;
    rc = id.len == WIDTH_ID ? register_cert(r, (uint32_t)reg_be_read(id), ret, d) : RC_NOT_FOUND;
    return rc == RC_NOT_FOUND ? reg_damaged("cert_by_number", d) : rc;
}

enum rc register_cert_put(struct reg *r, struct reg_cert *c, bool is_new, struct diag *d)
{
    assert(r && c && c->years.count <= CE_YEARS_MAX && c->retired_count <= RETIRED_INDEXES_MAX);

    if (is_new) {
        if (r->counters.certs == UINT32_MAX)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "no certificate ids are left");
        c->id = (uint32_t)r->counters.certs;
        const struct reg_key id = reg_key_of(WIDTH_ID, c->id);
        const enum rc rc =
            reg_put(r, DB_CERT_BY_NUMBER, span_text(c->number), reg_key_span(&id), PUT_NEW, d);
        if (rc != RC_OK)
            return rc;
        r->counters.certs++;
    }

    const struct reg_key key = reg_key_of(WIDTH_ID, c->id);
    put_cert(reg_scratch(r), c);
    return reg_put_scratch(r, DB_CERTS, reg_key_span(&key), is_new ? PUT_LAST : PUT_ANY, d);
}

uint32_t register_cert_count(struct reg *r)
{
    return (uint32_t)r->counters.certs;
}

enum rc register_serial_next(struct reg *r, uint32_t unit, uint32_t post, int year, uint64_t *ret,
                             struct diag *d)
{
    assert(r && ret && unit <= UINT16_MAX && post <= UINT16_MAX && year > 0);

    struct reg_key key = reg_key_of(2, unit);
    reg_key_put(&key, 2, post);
    reg_key_put(&key, 2, (uint64_t)year);
    struct span value;
    uint64_t last = 0;
    enum rc rc = reg_get(r, DB_SERIALS, reg_key_span(&key), &value, d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK && value.len != 8)
        return reg_damaged("serials", d);
    if (rc == RC_OK)
        last = reg_be_read(value);

    const struct reg_key next = reg_key_of(8, last + 1);
    rc = reg_put(r, DB_SERIALS, reg_key_span(&key), reg_key_span(&next), PUT_ANY, d);
    if (rc == RC_OK)
        *ret = last + 1;
    return rc;
}

enum rc register_status_index_next(struct reg *r, uint32_t *ret, struct diag *d)
{
    assert(r && ret);

    if (r->counters.statuses == UINT32_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "no status indexes are left");
    *ret = status_permute(&r->statuses, (uint32_t)r->counters.statuses++);
    return RC_OK;
}

uint32_t register_status_index_count(struct reg *r)
{
    return (uint32_t)r->counters.statuses;
}

/* --- versions: [signed at, deadline, status index, log index] --- */

static struct reg_key part_key(uint32_t cert, uint32_t part)
{
    struct reg_key key = reg_key_of(WIDTH_ID, cert);
    reg_key_put(&key, 2, part);
    return key;
}

enum rc register_version(struct reg *r, uint32_t cert, uint32_t version, struct reg_version *ret,
                         struct diag *d)
{
    assert(r && ret);

    if (version > UINT16_MAX)
        return RC_NOT_FOUND;
    const struct reg_key key = part_key(cert, version);
    struct span value;
    const enum rc rc = reg_get(r, DB_VERSIONS, reg_key_span(&key), &value, d);
    if (rc != RC_OK)
        return rc;

    struct cbor_reader c = cbor_reader_over(value, NULL);
    struct reg_version v = { .cert = cert, .version = version };
    uint64_t count;
    if (!cbor_array(&c, "version", 4, &count) || count != 4 ||
        !cbor_int(&c, "signed at", &v.signed_at) || !reg_read_date(&c, "deadline", &v.deadline) ||
        !reg_read_u32(&c, "status index", &v.status_index) ||
        !cbor_uint(&c, "log index", UINT64_MAX, &v.log_index) || !cbor_end(&c))
        return reg_damaged("versions", d);
    *ret = v;
    return RC_OK;
}

enum rc register_version_put(struct reg *r, const struct reg_version *v, struct diag *d)
{
    assert(r && v);

    const struct reg_key key = part_key(v->cert, v->version);
    struct buf *const b = reg_scratch(r);
    cbor_put_array(b, 4);
    cbor_put_int(b, v->signed_at);
    cbor_put_int(b, v->deadline);
    cbor_put_uint(b, v->status_index);
    cbor_put_uint(b, v->log_index);
    /* The first version of the newest certificate has the highest key; those of older ones don't.
     */
    const bool last = v->version == 1 && (uint64_t)v->cert + 1 == r->counters.certs;
    struct span there;
    if (last && reg_get(r, DB_VERSIONS, reg_key_span(&key), &there, d) == RC_NOT_FOUND)
        return reg_put_scratch(r, DB_VERSIONS, reg_key_span(&key), PUT_LAST, d);
    return reg_put_scratch(r, DB_VERSIONS, reg_key_span(&key), PUT_ANY, d);
}
