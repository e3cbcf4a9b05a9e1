#include "core/policy/policy.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/dates.h"
#include "core/json/json.h"
#include "core/policy/policy_keys.h"

#define VERSIONS_MAX 64
#define UNITS_MAX    128 /* that set something otherwise */

struct unit_values {
    uint32_t unit;
    uint32_t own; /* bit per key: set by this unit, not taken from all */
    struct policy_values values;
};

struct version {
    int32_t from;
    struct policy_values all;
    size_t unit_count;
    struct unit_values *units;
};

struct policy {
    size_t count;
    struct version versions[VERSIONS_MAX];
};

/* Where we are in the file, for messages. */
struct place {
    char from[DATE_TEXT_LEN + 1];
    const char *unit; /* NULL: what holds for all */
    struct diag *d;
};

static enum rc refuse(const struct place *at, const char *key, const char *why)
{
    if (at->unit)
        return diag_set(at->d, RC_FORMAT, DIAG_NO_OFFSET,
                        "policy version '%s', unit '%.8s', key '%.40s': %s", at->from, at->unit,
                        key, why);
    return diag_set(at->d, RC_FORMAT, DIAG_NO_OFFSET, "policy version '%s', key '%.40s': %s",
                    at->from, key, why);
}

#define VALUE_TEXT_MAX 96

/* The value as its row of the table reads it; false: another JSON type, or too long. */
static bool text_of(const json_t *value, enum policy_form form, char ret[VALUE_TEXT_MAX])
{
    int len = -1;
    if (form == FORM_NUMBER && json_is_integer(value))
        len = snprintf(ret, VALUE_TEXT_MAX, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (form == FORM_NUMBER && json_is_real(value))
        len = snprintf(ret, VALUE_TEXT_MAX, "%.15g", json_real_value(value));
    else if (form == FORM_BOOLEAN && json_is_boolean(value))
        len = snprintf(ret, VALUE_TEXT_MAX, "%s", json_is_true(value) ? "true" : "false");
    else if (form == FORM_STRING && json_is_string(value))
        len = snprintf(ret, VALUE_TEXT_MAX, "%s", json_string_value(value));
    return len >= 0 && len < VALUE_TEXT_MAX;
}

static enum rc read_value(const struct policy_rule *rule, const json_t *value,
                          struct policy_values *to, const struct place *at)
{
    static const char *const forms[] = { "a number", "true or false", "a text" };
    char text[VALUE_TEXT_MAX], why[160];
    if (!text_of(value, rule->form, text)) {
        (void)snprintf(why, sizeof why, "not %s, or too long", forms[rule->form]);
        return refuse(at, rule->shown.name, why);
    }
    if (rule->read(rule, span_text(text), policy_field(rule, to)))
        return RC_OK;
    (void)snprintf(why, sizeof why, "'%.40s' is not in %s", text, rule->shown.range_text);
    return refuse(at, rule->shown.name, why);
}

/* Reads keys into values; *ret_set gets a bit for each. */
static enum rc read_values(json_t *object, struct policy_values *to, uint32_t *ret_set,
                           const struct place *at)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        size_t i;
        const struct policy_rule *const rule = policy_rule_find(name, &i);
        if (!rule)
            return refuse(at, name, "no such key");
        if (at->unit && rule->for_all_only)
            return refuse(at, name, "holds for all units alike");
        const enum rc rc = read_value(rule, value, to, at);
        if (rc != RC_OK)
            return rc;
        *ret_set |= 1u << i;
    }
    return RC_OK;
}

/* Rules between keys: each is in its own range already. */
static enum rc check_together(const struct policy_values *v, const struct place *at)
{
    if (v->pair_hours > 2 * v->year_hours_cap)
        return refuse(at, "pair_hours", "more than two years of year_hours_cap can give");
    if (v->pair_post_hours > v->pair_hours)
        return refuse(at, "pair_post_hours", "more than pair_hours");
    return RC_OK;
}

/* Three digits; whether there is such a unit is the register's question. */
static bool read_unit_id(const char *text, uint32_t *ret)
{
    uint32_t id = 0;
    if (strlen(text) != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        id = id * 10 + (uint32_t)(text[i] - '0');
    }
    *ret = id;
    return true;
}

static struct unit_values *find_unit(const struct version *v, uint32_t unit)
{
    for (size_t i = 0; i < v->unit_count; i++)
        if (v->units[i].unit == unit)
            return &v->units[i];
    return NULL;
}

static enum rc add_unit(struct version *v, uint32_t unit, struct unit_values **ret, struct diag *d)
{
    if (v->unit_count == UNITS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "policy sets over %d units apart", UNITS_MAX);

    struct unit_values *const grown = realloc(v->units, (v->unit_count + 1) * sizeof v->units[0]);
    if (!grown)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while reading the policy");
    v->units = grown;
    *ret = &grown[v->unit_count++];
    **ret = (struct unit_values){ .unit = unit, .values = v->all };
    return RC_OK;
}

/* What a unit has not set itself follows what holds for all. */
static void follow_all(const struct policy_values *all, struct unit_values *u)
{
    struct policy_values values = *all;
    const struct policy_rule *rule;
    for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++)
        if (u->own >> i & 1)
            memcpy(policy_field(rule, &values), policy_field(rule, &u->values), rule->size);
    u->values = values;
}

static enum rc read_unit(const char *name, json_t *object, struct version *v, struct place *at)
{
    uint32_t id;
    at->unit = name;
    if (!read_unit_id(name, &id))
        return refuse(at, "", "a unit is three digits");
    if (!json_is_object(object))
        return refuse(at, "", "not an object");

    struct unit_values *u = find_unit(v, id);
    if (!u) {
        const enum rc rc = add_unit(v, id, &u, at->d);
        if (rc != RC_OK)
            return rc;
    }
    return read_values(object, &u->values, &u->own, at);
}

static enum rc read_units(json_t *units, struct version *v, struct place *at)
{
    const char *name;
    json_t *object;
    json_object_foreach(units, name, object)
    {
        const enum rc rc = read_unit(name, object, v, at);
        if (rc != RC_OK)
            return rc;
    }
    /* All of them again: what holds for all may have moved under a unit of an earlier version. */
    for (size_t i = 0; i < v->unit_count; i++) {
        char id[4];
        (void)snprintf(id, sizeof id, "%03u", (unsigned)v->units[i].unit % 1000);
        at->unit = id;
        const enum rc rc = check_together(&v->units[i].values, at);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* A version begins as a copy of the one before. */
static enum rc inherit(const struct version *before, struct version *v, struct diag *d)
{
    v->all = before->all;
    if (before->unit_count == 0)
        return RC_OK;

    v->units = malloc(before->unit_count * sizeof v->units[0]);
    if (!v->units)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while reading the policy");
    memcpy(v->units, before->units, before->unit_count * sizeof v->units[0]);
    v->unit_count = before->unit_count;
    return RC_OK;
}

static enum rc check_version_keys(json_t *object, const struct place *at)
{
    static const char *const known[] = { "from", "values", "units" };
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        size_t i = 0;
        while (i < 3 && strcmp(known[i], name) != 0)
            i++;
        if (i == 3)
            return refuse(at, name, "no such key; a version has from, values, units");
        if (i > 0 && !json_is_object(value))
            return refuse(at, name, "not an object");
    }
    return RC_OK;
}

/* The version's day, which must be after the one before. */
static enum rc read_from(json_t *object, struct policy *p, size_t i, struct place *at)
{
    const char *const text = json_string_value(json_object_get(object, "from"));
    int32_t from;
    if (!text || !date_parse(span_text(text), &from))
        return diag_set(at->d, RC_FORMAT, DIAG_NO_OFFSET,
                        "policy version %zu, key 'from': not a date YYYY-MM-DD", i + 1);

    date_format(from, at->from);
    if (i > 0 && from <= p->versions[i - 1].from)
        return refuse(at, "from", "not after the version before it");
    p->versions[i].from = from;
    return RC_OK;
}

static enum rc read_version(json_t *object, struct policy *p, size_t i, struct diag *d)
{
    struct version *const v = &p->versions[i];
    struct place at = { .d = d };
    enum rc rc = read_from(object, p, i, &at);
    if (rc == RC_OK)
        rc = check_version_keys(object, &at);
    if (rc == RC_OK && i > 0)
        rc = inherit(&p->versions[i - 1], v, d);
    if (rc != RC_OK)
        return rc;

    uint32_t set = 0;
    if (i == 0)
        policy_values_default(&v->all);
    rc = read_values(json_object_get(object, "values"), &v->all, &set, &at);
    if (rc == RC_OK)
        rc = check_together(&v->all, &at);
    for (size_t u = 0; u < v->unit_count; u++)
        follow_all(&v->all, &v->units[u]);
    return rc == RC_OK ? read_units(json_object_get(object, "units"), v, &at) : rc;
}

static enum rc read_versions(json_t *root, struct policy *p, struct diag *d)
{
    json_t *const list = json_object_get(root, "versions");
    if (!json_is_array(list) || json_object_size(root) != 1)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "policy is not one object with the array 'versions' alone");

    const size_t count = json_array_size(list);
    if (count == 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "policy has no version");
    if (count > VERSIONS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "policy has %zu versions, over %d", count,
                        VERSIONS_MAX);
    for (size_t i = 0; i < count; i++) {
        p->count = i + 1;
        const enum rc rc = read_version(json_array_get(list, i), p, i, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

enum rc policy_read(struct span json, struct policy **ret, struct diag *d)
{
    assert(ret);

    if (json.len > POLICY_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "policy has %zu bytes, over %u", json.len,
                        POLICY_MAX);

    ON_EXIT(json_decref_at) json_t *root = NULL;
    enum rc rc = json_read(json, &root, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(policy_free_at) struct policy *p = calloc(1, sizeof *p);
    if (!p)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while reading the policy");
    rc = read_versions(root, p, d);
    if (rc == RC_OK)
        *ret = TAKE(p);
    return rc;
}

void policy_free(struct policy *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        free(p->versions[i].units);
    free(p);
}

const struct policy_values *policy_at(const struct policy *p, uint32_t unit, int32_t date)
{
    assert(p && p->count > 0);

    size_t i = p->count - 1;
    while (i > 0 && p->versions[i].from > date)
        i--;
    const struct unit_values *const u = find_unit(&p->versions[i], unit);
    return u ? &u->values : &p->versions[i].all;
}

void policy_default_json(struct buf *to)
{
    buf_put_text(to, "{\n  \"versions\": [\n    {\n"
                     "      \"from\": \"2018-12-13\",\n      \"values\": {\n");
    const struct policy_rule *rule;
    for (size_t i = 0; (rule = policy_rule_at(i)) != NULL; i++) {
        const char *const quote = rule->form == FORM_STRING ? "\"" : "";
        buf_printf(to, "        \"%s\": %s%s%s%s\n", rule->shown.name, quote,
                   rule->shown.default_text, quote, policy_rule_at(i + 1) ? "," : "");
    }
    buf_put_text(to, "      },\n      \"units\": {\n"
                     "        \"034\": { \"exchange_deadline\": \"2021-12-31\" }\n"
                     "      }\n    }\n  ]\n}\n");
}
