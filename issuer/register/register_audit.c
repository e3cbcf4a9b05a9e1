/* What only the audit asks of the register. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "issuer/register/register_internal.h"

static const struct counted {
    enum db db;
    size_t offset;
} counted[] = {
#define AT(member) offsetof(struct reg_census, member)
    { DB_UNITS, AT(units) },
    { DB_PROVIDERS, AT(providers) },
    { DB_PERSONS, AT(persons) },
    { DB_PERSON_BY_ID, AT(documents) },
    { DB_PHOTOS, AT(photos) },
    { DB_CERTS, AT(certificates) },
    { DB_CERT_BY_NUMBER, AT(numbers) },
    { DB_VERSIONS, AT(versions) },
    { DB_PICKUPS, AT(pickups) },
    { DB_ORDERS, AT(orders) },
    { DB_ORDER_TIMES, AT(order_times) },
    { DB_ORDER_SECONDS, AT(order_seconds) },
    { DB_LEGACY, AT(legacies) },
    { DB_LEGACY_BY_NUMBER, AT(old_numbers) },
    { DB_TRAININGS, AT(trainings) },
    { DB_SERIALS, AT(serials) },
    { DB_ROWS, AT(rows) },
    { DB_IDS_AUTHORITY, AT(record_ids) },
    { DB_IDS_PROVIDER, AT(record_ids) },
    { DB_IDS_TRAINING, AT(record_ids) },
    { DB_IDS_TEST, AT(record_ids) },
    { DB_IDS_EDUCATION, AT(record_ids) },
    { DB_IDS_LEGACY, AT(record_ids) },
    { DB_IDS_PHOTO, AT(record_ids) },
    { DB_IDS_ORDER, AT(record_ids) },
    { DB_LOG, AT(log) },
    { DB_PENDING, AT(pending) },
    { DB_LOG_HASHES, AT(log_hashes) },
    { DB_CHECKPOINTS, AT(checkpoints) },
#undef AT
};

enum rc register_census(struct reg *r, struct reg_census *ret, struct diag *d)
{
    assert(r && ret);

    struct reg_census census = { 0 };
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        MDB_stat stat;
        const int error = mdb_stat(r->txn, r->dbi[counted[i].db], &stat);
        if (error != 0)
            return reg_lmdb_rc(r, error, "count the register's entries", d);
        uint64_t *const at = (uint64_t *)(void *)((char *)&census + counted[i].offset);
        *at += stat.ms_entries;
    }
    *ret = census;
    return RC_OK;
}

enum rc register_serial_last(struct reg *r, uint32_t unit, uint32_t post, int year, uint64_t *ret,
                             struct diag *d)
{
    assert(r && ret && unit <= UINT16_MAX && post <= UINT16_MAX && year > 0);

    struct reg_key key = reg_key_of(2, unit);
    reg_key_put(&key, 2, post);
    reg_key_put(&key, 2, (uint64_t)year);
    struct span value;
    const enum rc rc = reg_get(r, DB_SERIALS, reg_key_span(&key), &value, d);
    if (rc == RC_OK && value.len != 8)
        return reg_damaged("serials", d);
    if (rc == RC_OK)
        *ret = reg_be_read(value);
    return rc;
}

uint32_t register_status_index_at(struct reg *r, uint32_t n)
{
    return status_permute(&r->statuses, n);
}

enum rc register_order_timed(struct reg *r, const struct reg_order *o, bool *ret, struct diag *d)
{
    assert(r && o && ret);

    struct reg_key key = reg_key_of(8, (uint64_t)o->ordered_at);
    reg_key_put(&key, WIDTH_ID, o->cert);
    reg_key_put(&key, 2, o->sequence);
    struct span kid = { 0 };
    const enum rc rc = reg_get(r, DB_ORDER_TIMES, reg_key_span(&key), &kid, d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    *ret = rc == RC_OK && span_equal(kid, span_of(o->operator_kid, KID_LEN));
    return RC_OK;
}
