#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "issuer/register/register_internal.h"

#define CODE_LEN 18

/* --- a unit's bytes: [name, credit code, kind, education from, [date, plan, …], [date, docking,
 * …]] --- */

static void put_unit(struct buf *b, const struct reg_unit *u)
{
    cbor_put_array(b, 6);
    cbor_put_cstr(b, u->name);
    cbor_put_cstr(b, u->credit_code);
    cbor_put_uint(b, u->kind);
    cbor_put_int(b, u->education_from);
    cbor_put_array(b, u->plan_count * 2);
    for (size_t i = 0; i < u->plan_count; i++) {
        cbor_put_int(b, u->plans[i].date);
        cbor_put_uint(b, u->plans[i].plan);
    }
    cbor_put_array(b, u->docking_count * 2);
    for (size_t i = 0; i < u->docking_count; i++) {
        cbor_put_int(b, u->dockings[i].date);
        cbor_put_uint(b, u->dockings[i].docking);
    }
}

static bool read_histories(struct cbor_reader *c, struct reg_unit *u)
{
    uint64_t count, v;
    if (!cbor_array(c, "plans", (uint64_t)HISTORY_MAX * 2, &count) || count % 2 != 0)
        return false;
    u->plan_count = (size_t)count / 2;
    for (size_t i = 0; i < u->plan_count; i++) {
        if (!reg_read_date(c, "plan date", &u->plans[i].date) ||
            !cbor_uint(c, "plan", PLAN_HALTED, &v))
            return false;
        u->plans[i].plan = (enum plan)v;
    }
    if (!cbor_array(c, "dockings", (uint64_t)HISTORY_MAX * 2, &count) || count % 2 != 0)
        return false;
    u->docking_count = (size_t)count / 2;
    for (size_t i = 0; i < u->docking_count; i++) {
        if (!reg_read_date(c, "docking date", &u->dockings[i].date) ||
            !cbor_uint(c, "docking", DOCKING_DONE, &v))
            return false;
        u->dockings[i].docking = (enum docking)v;
    }
    return true;
}

static bool read_unit(struct span value, struct reg_unit *u)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    struct span name, code;
    uint64_t count, kind;
    if (!cbor_array(&c, "unit", 6, &count) || count != 6 ||
        !cbor_text(&c, "name", 0, UNIT_NAME_MAX, &name) ||
        !cbor_text(&c, "credit code", 0, CODE_LEN, &code) ||
        !cbor_uint(&c, "kind", UNIT_ENTERPRISE, &kind) ||
        !reg_read_date(&c, "education from", &u->education_from) || !read_histories(&c, u) ||
        !cbor_end(&c))
        return false;
    u->kind = (enum unit_kind)kind;
    return reg_copy_text(u->name, sizeof u->name, name) &&
           reg_copy_text(u->credit_code, sizeof u->credit_code, code);
}

/* --- a provider's bytes: [name, credit code, [from, status, class, unit, posts, …]] --- */

static void put_provider(struct buf *b, const struct reg_provider *p)
{
    cbor_put_array(b, 3);
    cbor_put_cstr(b, p->name);
    cbor_put_cstr(b, p->credit_code);
    cbor_put_array(b, p->history_count * 5);
    for (size_t i = 0; i < p->history_count; i++) {
        cbor_put_int(b, p->history[i].from);
        cbor_put_uint(b, p->history[i].status);
        cbor_put_uint(b, p->history[i].class);
        cbor_put_uint(b, p->history[i].unit);
        cbor_put_uint(b, p->history[i].posts);
    }
}

static bool read_provider_row(struct cbor_reader *c, struct reg_provider_row *row)
{
    uint64_t status, class;
    if (!reg_read_date(c, "from", &row->from) ||
        !cbor_uint(c, "status", PROVIDER_REMOVED, &status) ||
        !cbor_uint(c, "class", CLASS_SOCIAL, &class) || !reg_read_u32(c, "unit", &row->unit) ||
        !cbor_uint(c, "posts", UINT64_MAX, &row->posts))
        return false;
    row->status = (enum provider_status)status;
    row->class = (enum provider_class) class;
    return true;
}

static bool read_provider(struct span value, struct reg_provider *p)
{
    struct cbor_reader c = cbor_reader_over(value, NULL);
    struct span name, code;
    uint64_t count;
    if (!cbor_array(&c, "provider", 3, &count) || count != 3 ||
        !cbor_text(&c, "name", 0, UNIT_NAME_MAX, &name) ||
        !cbor_text(&c, "credit code", CODE_LEN, CODE_LEN, &code) ||
        !cbor_array(&c, "history", (uint64_t)HISTORY_MAX * 5, &count) || count % 5 != 0)
        return false;
    p->history_count = (size_t)count / 5;
    for (size_t i = 0; i < p->history_count; i++)
        if (!read_provider_row(&c, &p->history[i]))
            return false;
    return cbor_end(&c) && reg_copy_text(p->name, sizeof p->name, name) &&
           reg_copy_text(p->credit_code, sizeof p->credit_code, code);
}

/* --- in memory --- */

static enum rc no_memory(struct diag *d)
{
    return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "units and providers");
}

void reg_units_free(struct reg *r)
{
    for (size_t i = 0; i < r->unit_count; i++)
        free(r->units[i]);
    for (size_t i = 0; i < r->provider_count; i++)
        free(r->providers[i]);
    free(r->units);
    free(r->providers);
    free(r->providers_by_code);
    r->units = NULL;
    r->providers = r->providers_by_code = NULL;
    r->unit_count = r->provider_count = 0;
}

/* Where a unit stands, or would stand. */
static size_t unit_place(const struct reg *r, uint32_t id)
{
    size_t low = 0, high = r->unit_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (r->units[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t provider_place(const struct reg *r, struct span code)
{
    size_t low = 0, high = r->provider_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (memcmp(r->providers_by_code[middle]->credit_code, code.ptr, CODE_LEN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum rc remember_unit(struct reg *r, const struct reg_unit *u, struct diag *d)
{
    const size_t at = unit_place(r, u->id);
    if (at < r->unit_count && r->units[at]->id == u->id) {
        *r->units[at] = *u;
        return RC_OK;
    }

    struct reg_unit *const copy = malloc(sizeof *copy);
    struct reg_unit **const grown = realloc(r->units, (r->unit_count + 1) * sizeof(void *));
    if (grown)
        r->units = grown;
    if (!copy || !grown) {
        free(copy);
        return no_memory(d);
    }
    *copy = *u;
    memmove(&grown[at + 1], &grown[at], (r->unit_count - at) * sizeof(void *));
    grown[at] = copy;
    r->unit_count++;
    return RC_OK;
}

static bool grow_providers(struct reg *r)
{
    const size_t bytes = (r->provider_count + 1) * sizeof(void *);
    struct reg_provider **const by_index = realloc(r->providers, bytes);
    if (by_index)
        r->providers = by_index;
    struct reg_provider **const by_code = realloc(r->providers_by_code, bytes);
    if (by_code)
        r->providers_by_code = by_code;
    return by_index && by_code;
}

static enum rc remember_provider(struct reg *r, const struct reg_provider *p, struct diag *d)
{
    if (p->index < r->provider_count) {
        *r->providers[p->index] = *p;
        return RC_OK;
    }
    assert(p->index == r->provider_count);

    struct reg_provider *const copy = malloc(sizeof *copy);
    if (!copy || !grow_providers(r)) {
        free(copy);
        return no_memory(d);
    }
    *copy = *p;
    const size_t at = provider_place(r, span_of(p->credit_code, CODE_LEN));
    memmove(&r->providers_by_code[at + 1], &r->providers_by_code[at],
            (r->provider_count - at) * sizeof(void *));
    r->providers_by_code[at] = copy;
    r->providers[r->provider_count++] = copy;
    return RC_OK;
}

static enum rc load_units(struct reg *r, struct diag *d)
{
    for (uint64_t next = 0;;) {
        const struct reg_key from = reg_key_of(WIDTH_ID, next);
        struct span key, value;
        enum rc rc = reg_seek(r, DB_UNITS, reg_key_span(&from), &key, &value, d);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? RC_OK : rc;

        struct reg_unit u = { .id = (uint32_t)reg_be_read(key) };
        if (!read_unit(value, &u))
            return reg_damaged("units", d);
        rc = remember_unit(r, &u, d);
        if (rc != RC_OK)
            return rc;
        next = (uint64_t)u.id + 1;
    }
}

static enum rc load_providers(struct reg *r, struct diag *d)
{
    for (uint32_t index = 0;; index++) {
        const struct reg_key key = reg_key_of(WIDTH_ID, index);
        struct span value;
        enum rc rc = reg_get(r, DB_PROVIDERS, reg_key_span(&key), &value, d);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? RC_OK : rc;

        struct reg_provider p = { .index = index };
        if (!read_provider(value, &p))
            return reg_damaged("providers", d);
        rc = remember_provider(r, &p, d);
        if (rc != RC_OK)
            return rc;
    }
}

enum rc reg_units_load(struct reg *r, struct diag *d)
{
    reg_units_free(r);
    const enum rc rc = load_units(r, d);
    return rc == RC_OK ? load_providers(r, d) : rc;
}

const struct reg_unit *register_unit(struct reg *r, uint32_t id)
{
    const size_t at = unit_place(r, id);
    return at < r->unit_count && r->units[at]->id == id ? r->units[at] : NULL;
}

const struct reg_unit *register_unit_next(struct reg *r, uint32_t after)
{
    const size_t at = after == UINT32_MAX ? r->unit_count : unit_place(r, after + 1);
    return at < r->unit_count ? r->units[at] : NULL;
}

const struct reg_provider *register_provider(struct reg *r, struct span credit_code)
{
    if (credit_code.len != CODE_LEN)
        return NULL;
    const size_t at = provider_place(r, credit_code);
    if (at >= r->provider_count ||
        memcmp(r->providers_by_code[at]->credit_code, credit_code.ptr, CODE_LEN) != 0)
        return NULL;
    return r->providers_by_code[at];
}

const struct reg_provider *register_provider_at(struct reg *r, uint32_t index)
{
    return index < r->provider_count ? r->providers[index] : NULL;
}

size_t register_provider_count(struct reg *r)
{
    return r->provider_count;
}

/* --- writing --- */

enum rc register_unit_put(struct reg *r, const struct reg_unit *u, struct diag *d)
{
    assert(r && u && u->plan_count <= HISTORY_MAX && u->docking_count <= HISTORY_MAX);

    const struct reg_key key = reg_key_of(WIDTH_ID, u->id);
    put_unit(reg_scratch(r), u);
    enum rc rc = reg_put_scratch(r, DB_UNITS, reg_key_span(&key), PUT_ANY, d);
    if (rc == RC_OK)
        rc = remember_unit(r, u, d);
    r->broken = r->broken || rc != RC_OK;
    return rc;
}

enum rc register_provider_put(struct reg *r, struct reg_provider *p, struct diag *d)
{
    assert(r && p && p->history_count <= HISTORY_MAX && strlen(p->credit_code) == CODE_LEN);

    const struct reg_provider *const known = register_provider(r, span_text(p->credit_code));
    p->index = known ? known->index : (uint32_t)r->provider_count;
    const struct reg_key key = reg_key_of(WIDTH_ID, p->index);
    put_provider(reg_scratch(r), p);
    enum rc rc = reg_put_scratch(r, DB_PROVIDERS, reg_key_span(&key), PUT_ANY, d);
    if (rc == RC_OK)
        rc = remember_provider(r, p, d);
    r->broken = r->broken || rc != RC_OK;
    return rc;
}

/* --- what held on a day: of equal dates the last to arrive --- */

enum plan unit_plan_on(const struct reg_unit *u, int32_t date)
{
    enum plan plan = PLAN_NONE;
    int32_t since = NO_DATE;
    for (size_t i = 0; i < u->plan_count; i++)
        if (u->plans[i].date <= date && u->plans[i].date >= since) {
            plan = u->plans[i].plan;
            since = u->plans[i].date;
        }
    return plan;
}

enum docking unit_docking_on(const struct reg_unit *u, int32_t date)
{
    enum docking docking = DOCKING_NONE;
    int32_t since = NO_DATE;
    for (size_t i = 0; i < u->docking_count; i++)
        if (u->dockings[i].date <= date && u->dockings[i].date >= since) {
            docking = u->dockings[i].docking;
            since = u->dockings[i].date;
        }
    return docking;
}

const struct reg_provider_row *provider_on(const struct reg_provider *p, int32_t date)
{
    const struct reg_provider_row *held = NULL;
    for (size_t i = 0; i < p->history_count; i++)
        if (p->history[i].from <= date && (!held || p->history[i].from >= held->from))
            held = &p->history[i];
    return held;
}

const struct reg_provider_row *provider_listing(const struct reg_provider *p, int32_t date)
{
    const struct reg_provider_row *held = provider_on(p, date);
    for (size_t i = 0; !held && i < p->history_count; i++) {
        held = &p->history[i];
        for (size_t k = 0; k < p->history_count; k++)
            held = p->history[k].from < held->from ? &p->history[k] : held;
    }
    return held;
}
