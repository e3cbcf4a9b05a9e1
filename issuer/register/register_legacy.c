#include <assert.h>
#include <string.h>

#include "issuer/register/register_internal.h"

/*
 * A legacy certificate's bytes: [old number, unit, post, person, issued on, certificate]. The last
 * is four bytes, all ones for none: an exchange then changes the record where it stands.
 */
#define FIELD_COUNT 6
#define NO_CERT     UINT32_MAX

static bool read_old_number(struct cbor_reader *c, struct span *ret)
{
    uint64_t count;
    return cbor_array(c, "legacy", FIELD_COUNT, &count) && count == FIELD_COUNT &&
           cbor_text(c, "old number", 1, RECORD_ID_MAX, ret);
}

static bool read_legacy(struct span value, struct reg_legacy *l)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    struct span number;
    struct span exchanged;
    if (!read_old_number(&c, &number) || !reg_read_u32(&c, "unit", &l->unit) ||
        !reg_read_u32(&c, "post", &l->post) || !cbor_uint(&c, "person", UINT64_MAX, &l->person) ||
        !reg_read_date(&c, "issued on", &l->issued_on) ||
        !cbor_bytes(&c, "certificate", WIDTH_ID, WIDTH_ID, &exchanged) || !cbor_end(&c))
        return false;
    const uint64_t cert = reg_be_read(exchanged);
    l->exchanged_cert = cert == NO_CERT ? -1 : (int64_t)cert;
    return reg_copy_text(l->old_number, sizeof l->old_number, number);
}

static enum rc get_legacy(struct reg *r, uint32_t id, struct span *ret, struct diag *d)
{
    const struct reg_key key = reg_key_of(WIDTH_ID, id);
    return reg_get(r, DB_LEGACY, reg_key_span(&key), ret, d);
}

enum rc register_legacy(struct reg *r, uint32_t id, struct reg_legacy *ret, struct diag *d)
{
    assert(r && ret);

    struct span value;
    const enum rc rc = get_legacy(r, id, &value, d);
    if (rc != RC_OK)
        return rc;
    struct reg_legacy l = { .id = id };
    if (!read_legacy(value, &l))
        return reg_damaged("legacy", d);
    *ret = l;
    return RC_OK;
}

enum rc reg_legacy_number(struct reg *r, uint32_t id, struct span *ret, struct diag *d)
{
    struct span value;
    const enum rc rc = get_legacy(r, id, &value, d);
    if (rc != RC_OK)
        return rc;
    struct cbor_reader c = cbor_reader_over(value, NULL);
    return read_old_number(&c, ret) ? RC_OK : reg_damaged("legacy", d);
}

uint32_t register_legacy_count(struct reg *r)
{
    return (uint32_t)r->counters.legacies;
}

enum rc register_legacy_find(struct reg *r, struct span old_number, struct reg_legacy *ret,
                             struct diag *d)
{
    assert(r && ret);

    if (old_number.len == 0 || old_number.len > RECORD_ID_MAX)
        return RC_NOT_FOUND;
    struct span id;
    enum rc rc = reg_get(r, DB_LEGACY_BY_NUMBER, old_number, &id, d);
    if (rc != RC_OK)
        return rc;
    rc = id.len == WIDTH_ID ? register_legacy(r, (uint32_t)reg_be_read(id), ret, d) : RC_NOT_FOUND;
    return rc == RC_NOT_FOUND ? reg_damaged("legacy_by_number", d) : rc;
}

enum rc register_legacy_put(struct reg *r, struct reg_legacy *l, bool is_new, struct diag *d)
{
    assert(r && l && l->exchanged_cert >= -1);

    if (is_new) {
        if (r->counters.legacies == UINT32_MAX)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "no legacy ids are left");
        l->id = (uint32_t)r->counters.legacies;
        const struct reg_key id = reg_key_of(WIDTH_ID, l->id);
        const enum rc rc = reg_put(r, DB_LEGACY_BY_NUMBER, span_text(l->old_number),
                                   reg_key_span(&id), PUT_NEW, d);
        if (rc != RC_OK)
            return rc;
        r->counters.legacies++;
    }

    const struct reg_key key = reg_key_of(WIDTH_ID, l->id);
    struct buf *const b = reg_scratch(r);
    cbor_put_array(b, FIELD_COUNT);
    cbor_put_cstr(b, l->old_number);
    cbor_put_uint(b, l->unit);
    cbor_put_uint(b, l->post);
    cbor_put_uint(b, l->person);
    cbor_put_int(b, l->issued_on);
    const struct reg_key cert =
        reg_key_of(WIDTH_ID, l->exchanged_cert < 0 ? NO_CERT : (uint64_t)l->exchanged_cert);
    cbor_put_bytes(b, reg_key_span(&cert));
    return reg_put_scratch(r, DB_LEGACY, reg_key_span(&key), is_new ? PUT_LAST : PUT_ANY, d);
}

/* --- trainings: the key says all --- */

#define DATE_BIAS 0x80000000u /* so that days before 1970 sort first */

static struct reg_key training_prefix(uint64_t person, uint32_t post)
{
    struct reg_key key = reg_key_of(WIDTH_LONG, person);
    reg_key_put(&key, 1, post);
    return key;
}

enum rc register_training_put(struct reg *r, uint64_t person, uint32_t post, int32_t finished,
                              uint32_t provider, struct diag *d)
{
    assert(r);

    struct reg_key key = training_prefix(person, post);
    reg_key_put(&key, 4, (uint32_t)finished ^ DATE_BIAS);
    reg_key_put(&key, WIDTH_ID, provider);
    return reg_put(r, DB_TRAININGS, reg_key_span(&key), (struct span){ 0 }, PUT_ANY, d);
}

/* NOLINTNEXTLINE(readability-function-size): the parts of one key, asked for from two places */
enum rc register_trained(struct reg *r, uint64_t person, uint32_t post, int32_t by,
                         uint32_t provider, enum trained *ret, struct diag *d)
{
    assert(r && ret);

    enum trained found = TRAINED_NO;
    struct reg_key from = training_prefix(person, post);
    const size_t prefix = from.len;
    while (found != TRAINED_BY_THIS) {
        struct span key, value;
        const enum rc rc = reg_seek(r, DB_TRAININGS, reg_key_span(&from), &key, &value, d);
        if (rc == RC_NOT_FOUND)
            break;
        if (rc != RC_OK)
            return rc;
        if (key.len != prefix + 4 + WIDTH_ID)
            return reg_damaged("trainings", d);
        if (memcmp(key.ptr, from.bytes, prefix) != 0 ||
            reg_be_read(span_of(key.ptr + prefix, 4)) > ((uint32_t)by ^ DATE_BIAS))
            break;
        found = reg_be_read(span_of(key.ptr + prefix + 4, WIDTH_ID)) == provider
                    ? TRAINED_BY_THIS
                    : TRAINED_BY_ANOTHER;
        from.len = 0;
        reg_key_put_span(&from, key);
        reg_key_put(&from, 1, 0);
    }
    *ret = found;
    return RC_OK;
}
