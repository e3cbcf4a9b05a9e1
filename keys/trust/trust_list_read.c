#include <assert.h>
#include <stdlib.h>

#include "keys/trust/trust_keys.h"

bool trust_ascii_take(struct cbor_reader *c, const char *name, size_t max, char *to)
{
    const size_t at = c->r.pos;
    struct span s;
    if (!cbor_text(c, name, 1, max, &s))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~')
            return cbor_fail_at(c, at, "%s has a character that is not printing ASCII", name);
    }
    memcpy(to, s.ptr, s.len);
    to[s.len] = '\0';
    return true;
}

static bool take_host(struct cbor_reader *c, struct trust_list *list)
{
    const size_t at = c->r.pos;
    struct span s;
    if (!cbor_text(c, "a host", 1, TRUST_HOST_LEN - 1, &s))
        return false;
    if (!trust_host_valid(s))
        return cbor_fail_at(c, at, "a host has a character outside 0-9 A-Z . : -");
    if (trust_list_has_host(list, s))
        return cbor_fail_at(c, at, "a host is listed twice");
    memcpy(list->hosts[list->host_count], s.ptr, s.len);
    list->hosts[list->host_count][s.len] = '\0';
    list->host_count++;
    return true;
}

static bool take_hosts(struct cbor_reader *c, struct trust_list *list)
{
    const size_t at = c->r.pos;
    uint64_t count;
    if (!cbor_array(c, "the hosts", TRUST_HOSTS_MAX, &count))
        return false;
    if (count == 0)
        return cbor_fail_at(c, at, "there is no host");
    for (uint64_t i = 0; i < count; i++) {
        if (!take_host(c, list))
            return false;
    }
    return true;
}

/* Fields 1 to 5. */
static bool take_place(struct cbor_reader *c, struct cbor_map *m, struct trust_list *list)
{
    struct span deployment;
    if (!cbor_map_need(c, m, LIST_DEPLOYMENT, "the deployment") ||
        !cbor_bytes(c, "the deployment", DEPLOYMENT_LEN, DEPLOYMENT_LEN, &deployment) ||
        !cbor_map_need(c, m, LIST_DEMO, "the demo flag") ||
        !cbor_bool(c, "the demo flag", &list->demo) ||
        !cbor_map_need(c, m, LIST_HOSTS, "the hosts") || !take_hosts(c, list) ||
        !cbor_map_need(c, m, LIST_LOG_ORIGIN, "the log origin") ||
        !trust_ascii_take(c, "the log origin", sizeof list->log_origin - 1, list->log_origin) ||
        !cbor_map_need(c, m, LIST_STATUS_URI, "the status list's URI") ||
        !trust_ascii_take(c, "the status list's URI", sizeof list->status_uri - 1,
                          list->status_uri))
        return false;
    memcpy(list->deployment, deployment.ptr, DEPLOYMENT_LEN);
    return true;
}

/* Fields 6 to 9. */
static bool take_times(struct cbor_reader *c, struct cbor_map *m, struct trust_list *list)
{
    if (!cbor_map_need(c, m, LIST_SEQUENCE, "the sequence"))
        return false;
    const size_t at = c->r.pos;
    if (!cbor_uint(c, "the sequence", SEQUENCE_MAX, &list->sequence))
        return false;
    if (list->sequence == 0)
        return cbor_fail_at(c, at, "the sequence is 0");
    return cbor_map_need(c, m, LIST_ISSUED, "the time of issue") &&
           trust_time_take(c, "the time of issue", &list->issued) &&
           cbor_map_need(c, m, LIST_NEXT_UPDATE, "the next update") &&
           trust_time_take(c, "the next update", &list->next_update) &&
           cbor_map_need(c, m, LIST_ROOTS, "the root set") && root_set_take(c, &list->roots);
}

static enum rc take_keys(struct cbor_reader *c, struct cbor_map *m, struct trust_list *list)
{
    uint64_t count;
    if (!cbor_map_need(c, m, LIST_KEYS, "the keys") ||
        !cbor_array(c, "the keys", TRUST_KEYS_MAX, &count))
        return RC_FORMAT;
    list->keys = calloc((size_t)count + 1, sizeof *list->keys);
    if (!list->keys)
        return diag_set(c->d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the keys of a trust list");
    for (uint64_t i = 0; i < count; i++) {
        const enum rc rc = trusted_key_take(c, &list->keys[list->key_count++]);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc take_list(struct cbor_reader *c, struct trust_list *list)
{
    struct cbor_map m;
    if (!cbor_map(c, "the trust list", LIST_FIELD_COUNT, &m) || !take_place(c, &m, list) ||
        !take_times(c, &m, list))
        return RC_FORMAT;
    const enum rc rc = take_keys(c, &m, list);
    if (rc != RC_OK)
        return rc;
    if (cbor_map_key(c, &m, LIST_WITNESSES)) {
        const enum rc witnesses = trust_witnesses_take(c, list);
        if (witnesses != RC_OK)
            return witnesses;
    }
    if (cbor_map_key(c, &m, LIST_CLOSED) && !trust_closed_take(c, list))
        return RC_FORMAT;
    return cbor_map_end(c, &m, "the trust list") && cbor_end(c) ? RC_OK : RC_FORMAT;
}

/* The first list names its deployment by its own roots; later ones may have rotated them. */
static enum rc check_deployment(const struct trust_list *list, struct diag *d)
{
    uint8_t id[SHA256_LEN];
    const enum rc rc = root_set_id(&list->roots, id, d);
    if (rc != RC_OK)
        return rc;
    if (list->sequence == 1 && memcmp(id, list->deployment, sizeof id) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the first trust list's root set is not the deployment's");
    return RC_OK;
}

/* A list that its roots have not signed is not read further than to its end. */
static enum rc read_payload(struct span bytes, const struct cose_sign *m,
                            const struct root_set *roots, const struct root_set *behind,
                            struct trust_list *list, struct diag *d)
{
    const size_t start = (size_t)(m->payload.ptr - bytes.ptr);
    struct cbor_reader c = cbor_reader_over(span_of(bytes.ptr, start + m->payload.len), d);
    c.r.pos = start;
    enum rc rc = roots ? trust_list_check_signers(m, roots, NULL, NULL, d) : RC_OK;
    if (rc == RC_OK)
        rc = take_list(&c, list);
    if (rc == RC_OK)
        rc = trust_list_check_signers(m, roots ? roots : &list->roots, &list->roots, behind, d);
    if (rc == RC_OK)
        rc = trust_list_check_rules(list, d);
    return rc == RC_OK ? check_deployment(list, d) : rc;
}

enum rc trust_list_payload_read(struct span payload, struct trust_list **ret, struct diag *d)
{
    assert(ret);

    struct cbor_reader c = cbor_reader_over(payload, d);
    ON_EXIT(trust_list_free_at) struct trust_list *list = calloc(1, sizeof *list);
    if (!list)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a trust list");
    enum rc rc = take_list(&c, list);
    if (rc == RC_OK)
        rc = trust_list_check_rules(list, d);
    if (rc == RC_OK)
        rc = check_deployment(list, d);
    if (rc == RC_OK)
        *ret = TAKE(list);
    return rc;
}

enum rc trust_list_read_one(struct span bytes, const struct root_set *roots,
                            const struct root_set *behind, struct trust_list **ret, struct diag *d)
{
    struct cose_sign m;
    if (bytes.len > TRUST_LIST_MAX)
        return diag_set(d, RC_LIMIT, TRUST_LIST_MAX, "a trust list of more than %u bytes",
                        TRUST_LIST_MAX);
    enum rc rc = cose_sign_parse(bytes, &m, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(m.typ, span_text(TYP_TRUST)))
        return diag_set(d, RC_FORMAT, (size_t)(m.typ.ptr - bytes.ptr), "not a trust list's type");

    ON_EXIT(trust_list_free_at) struct trust_list *list = calloc(1, sizeof *list);
    if (!list)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a trust list");
    rc = read_payload(bytes, &m, roots, behind, list, d);
    if (rc == RC_OK)
        *ret = TAKE(list);
    return rc;
}
