/* Logs that were closed: field 12 of the trust list. */
#include <string.h>

#include "keys/trust/trust_keys.h"

void trust_closed_put(struct buf *b, const struct trust_list *list)
{
    cbor_put_array(b, list->closed_count);
    for (size_t i = 0; i < list->closed_count; i++) {
        cbor_put_array(b, 3);
        cbor_put_cstr(b, list->closed[i].origin);
        cbor_put_uint(b, list->closed[i].size);
        cbor_put_bytes(b, span_of(list->closed[i].root, SHA256_LEN));
    }
}

static bool take_one(struct cbor_reader *c, struct closed_log *ret)
{
    const size_t at = c->r.pos;
    uint64_t items;
    struct span root;
    if (!cbor_array(c, "a closed log", 3, &items))
        return false;
    if (items != 3)
        return cbor_fail_at(c, at, "a closed log has not 3 items");
    if (!trust_ascii_take(c, "the origin of a closed log", sizeof ret->origin - 1, ret->origin) ||
        !cbor_uint(c, "the size of a closed log", TRUST_INDEX_MAX, &ret->size) ||
        !cbor_bytes(c, "the root of a closed log", SHA256_LEN, SHA256_LEN, &root))
        return false;
    memcpy(ret->root, root.ptr, SHA256_LEN);
    return true;
}

bool trust_closed_take(struct cbor_reader *c, struct trust_list *ret)
{
    const size_t at = c->r.pos;
    uint64_t count;
    if (!cbor_array(c, "the closed logs", TRUST_CLOSED_MAX, &count))
        return false;
    if (count == 0)
        return cbor_fail_at(c, at, "there is no closed log");
    for (uint64_t i = 0; i < count; i++) {
        if (!take_one(c, &ret->closed[ret->closed_count++]))
            return false;
    }
    return true;
}

static bool is_named(const struct trust_list *list, size_t before, const char *origin)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(list->closed[i].origin, origin) == 0)
            return true;
    }
    return false;
}

enum rc trust_closed_check(const struct trust_list *list, struct diag *d)
{
    for (size_t i = 0; i < list->closed_count; i++) {
        if (is_named(list, i, list->closed[i].origin))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a log is closed twice");
        if (i > 0 && list->closed[i].size < list->closed[i - 1].size)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a log was closed before one behind it");
    }
    if (is_named(list, list->closed_count, list->log_origin))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the log is one that was closed");
    return RC_OK;
}

bool trust_list_log_end(const struct trust_list *list, struct span origin, uint64_t *ret)
{
    *ret = UINT64_MAX;
    if (span_equal(origin, span_text(list->log_origin)))
        return true;
    for (size_t i = 0; i < list->closed_count; i++) {
        if (!span_equal(origin, span_text(list->closed[i].origin)))
            continue;
        *ret = list->closed[i].size;
        return true;
    }
    *ret = 0;
    return false;
}
