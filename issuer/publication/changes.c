#include "issuer/publication/changes.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/scheme/platform_codes.h"

const char *change_word(enum change_kind k)
{
    static const char *const words[] = { [CHANGE_NONE] = "",
#define X(name, word) [name] = (word),
                                         CHANGE_KINDS(X)
#undef X
    };
    return words[k];
}

/* --- one change out of its log entry --- */

/* Which change an order is: an amendment's new versions tell of it. */
static const enum change_kind kinds_of_orders[] = {
    [ORDER_NONE] = CHANGE_NONE,
    [ORDER_SUSPEND] = CHANGE_SUSPENDED,
    [ORDER_REINSTATE] = CHANGE_REINSTATED,
    [ORDER_REVOKE] = CHANGE_REVOKED,
    [ORDER_WITHDRAW] = CHANGE_WITHDRAWN,
    [ORDER_CANCEL] = CHANGE_CANCELLED,
    [ORDER_AMEND] = CHANGE_NONE,
    [ORDER_REISSUE] = CHANGE_NONE,
};

static enum rc contradiction(uint64_t index, struct diag *d)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                    "log entry %llu and the certificate that it names disagree: run 'sitecert "
                    "audit'",
                    (unsigned long long)index);
}

/* What is named in the log has to be there. */
static enum rc expect(enum rc rc, uint64_t index, struct diag *d)
{
    return rc == RC_NOT_FOUND ? contradiction(index, d) : rc;
}

/* By the orders that were logged before this entry, as of the change's day. */
static enum rc find_state(struct reg *r, const struct reg_cert *c, uint64_t index, struct change *k,
                          struct diag *d)
{
    k->effective = date_of_time(k->at);
    k->state = STATE_VALID;
    for (size_t i = c->order_count; i-- > 0;) {
        struct reg_order o;
        const enum rc rc = expect(register_order(r, c->id, (uint32_t)i, &o, d), index, d);
        if (rc != RC_OK)
            return rc;
        if (o.action == ORDER_AMEND || o.log_index > index || o.effective > k->effective)
            continue;
        k->state = o.state;
        return RC_OK;
    }
    return RC_OK;
}

static enum change_kind kind_of_version(const struct reg_cert *c, uint32_t version)
{
    if (version == 1)
        return c->origin == ORIGIN_EXCHANGE ? CHANGE_EXCHANGED : CHANGE_ISSUED;
    for (size_t i = 0; i < c->retired_count; i++)
        if (c->retired_version[i] == version - 1)
            return CHANGE_AMENDED;
    return CHANGE_RENEWED;
}

static enum rc read_version(struct reg *r, const struct reg_cert *c, const struct reg_log_entry *e,
                            struct change *k, struct diag *d)
{
    struct reg_version v;
    const enum rc rc = expect(register_version(r, c->id, e->part, &v, d), e->index, d);
    if (rc != RC_OK)
        return rc;
    if (v.log_index != e->index)
        return contradiction(e->index, d);
    k->kind = kind_of_version(c, e->part);
    k->version = v.version;
    k->deadline = v.deadline;
    k->at = v.signed_at;
    if (k->kind == CHANGE_RENEWED) {
        struct reg_version before;
        const enum rc found =
            expect(register_version(r, c->id, e->part - 1, &before, d), e->index, d);
        if (found != RC_OK)
            return found;
        k->kind = before.deadline == v.deadline ? CHANGE_REISSUED : CHANGE_RENEWED;
    }
    return find_state(r, c, e->index, k, d);
}

/* The version that was current when the order came. */
static enum rc find_version(struct reg *r, const struct reg_cert *c, uint64_t index,
                            struct change *k, struct diag *d)
{
    struct reg_version v = { .log_index = UINT64_MAX };
    for (uint32_t n = c->version; n > 0 && v.log_index > index; n--) {
        const enum rc rc = expect(register_version(r, c->id, n, &v, d), index, d);
        if (rc != RC_OK)
            return rc;
    }
    k->version = v.version;
    k->deadline = v.deadline;
    return RC_OK;
}

static enum rc read_order(struct reg *r, const struct reg_cert *c, const struct reg_log_entry *e,
                          struct change *k, struct diag *d)
{
    struct reg_order o;
    const enum rc rc = expect(register_order(r, c->id, e->part, &o, d), e->index, d);
    if (rc != RC_OK)
        return rc;
    k->kind = kinds_of_orders[o.action];
    if (k->kind == CHANGE_NONE)
        return RC_NOT_FOUND;
    k->at = o.ordered_at;
    k->state = o.state;
    k->effective = o.effective;
    return find_version(r, c, e->index, k, d);
}

enum rc change_read(struct reg *r, uint64_t seq, struct change *ret, struct diag *d)
{
    assert(r && ret);

    struct reg_log_entry e;
    struct reg_cert c;
    struct change k = { .seq = seq };
    if (seq == 0 || seq > register_log_settled(r))
        return RC_NOT_FOUND;
    enum rc rc = expect(register_log_entry(r, seq - 1, &e, d), seq - 1, d);
    if (rc == RC_OK && e.kind == LOG_VOID)
        return RC_NOT_FOUND;
    if (rc == RC_OK)
        rc = expect(register_cert(r, e.cert, &c, d), e.index, d);
    if (rc != RC_OK)
        return rc;

    k.unit = c.unit;
    k.post = c.post;
    (void)snprintf(k.number, sizeof k.number, "%s", c.number);
    rc = e.kind == LOG_TOKEN ? read_version(r, &c, &e, &k, d) : read_order(r, &c, &e, &k, d);
    if (rc == RC_OK)
        *ret = k;
    return rc;
}

/* --- a page of them --- */

static json_t *codes_json(enum state state)
{
    json_t *const o = json_object();
    int failed = o == NULL;
    for (int p = 0; p < PLATFORM_COUNT; p++) {
        const char *const code = platform_state_code((enum platform)p, state);
        failed |= json_object_set_new(o, platform_name((enum platform)p),
                                      code ? json_string(code) : json_null());
    }
    if (!failed)
        return o;
    json_decref(o);
    return NULL;
}

static json_t *change_json(const struct change *k)
{
    char at[TIME_TEXT_LEN + 1], effective[DATE_TEXT_LEN + 1], deadline[DATE_TEXT_LEN + 1], unit[12];
    json_t *const codes = codes_json(k->state);
    if (!codes)
        return NULL;
    time_format(k->at, at);
    date_format(k->effective, effective);
    date_format(k->deadline, deadline);
    (void)snprintf(unit, sizeof unit, "%03u", k->unit);
    return json_pack("{s:I,s:s,s:s,s:s,s:s,s:i,s:i,s:s,s:s,s:s,s:o}", "seq", (json_int_t)k->seq,
                     "at", at, "number", k->number, "change", change_word(k->kind), "unit_id", unit,
                     "post", (int)k->post, "version", (int)k->version, "deadline", deadline,
                     "state", state_word(k->state), "effective", effective, "platform_codes",
                     codes);
}

static enum rc add_change(struct reg *r, uint64_t seq, uint32_t unit, json_t *list, struct diag *d)
{
    struct change k;
    const enum rc rc = change_read(r, seq, &k, d);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && unit != 0 && k.unit != unit))
        return RC_OK;
    if (rc == RC_OK && json_array_append_new(list, change_json(&k)) != 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "changes as JSON");
    return rc;
}

enum rc changes_json(struct reg *r, uint64_t after, uint64_t limit, uint32_t unit, json_t **ret,
                     struct changes_page *ret_page, struct diag *d)
{
    assert(r && ret && ret_page);

    const uint64_t end = register_log_settled(r);
    const size_t most = limit < CHANGES_MAX ? (size_t)limit : CHANGES_MAX;
    if (after > register_log_size(r))
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "after: the last change is %llu",
                        (unsigned long long)end);
    ON_EXIT(json_decref_at) json_t *list = json_array();
    enum rc rc = list ? RC_OK : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "changes as JSON");
    uint64_t upto = after;
    while (rc == RC_OK && upto < end && json_array_size(list) < most &&
           upto - after < CHANGES_SCAN_MAX)
        rc = add_change(r, ++upto, unit, list, d);
    if (rc != RC_OK)
        return rc;

    json_t *const o = json_pack("{s:O,s:I}", "changes", list, "upto", (json_int_t)upto);
    if (!o)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "changes as JSON");
    *ret = o;
    *ret_page = (struct changes_page){ .upto = upto, .more = upto < end };
    return RC_OK;
}
