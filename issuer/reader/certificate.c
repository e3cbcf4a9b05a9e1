#include "issuer/reader/certificate.h"

#include <stdio.h>
#include <string.h>

#include "issuer/scheme/platform_codes.h"
#include "issuer/scheme/posts.h"

/* Adds to an object; a failure of either side is remembered and asked for once. */
static void set(json_t *o, int *failed, const char *key, json_t *value)
{
    *failed |= json_object_set_new(o, key, value);
}

static json_t *date_json(int32_t date)
{
    char text[DATE_TEXT_LEN + 1];
    date_format(date, text);
    return json_string(text);
}

static json_t *time_json(int64_t time_s)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(time_s, text);
    return json_string(text);
}

/* Hundredths: 3200 is 32, 3250 is 32.5. */
static json_t *hours_json(uint32_t hundredths)
{
    return hundredths % 100 == 0 ? json_integer(hundredths / 100) : json_real(hundredths / 100.0);
}

static json_t *kept(json_t *value, int failed)
{
    if (!failed)
        return value;
    json_decref(value);
    return NULL;
}

static json_t *versions_json(struct reg *r, const struct reg_cert *c, struct diag *d)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (uint32_t v = 1; !failed && v <= c->version; v++) {
        struct reg_version version;
        failed |= register_version(r, c->id, v, &version, d) != RC_OK;
        if (failed)
            break;
        json_t *o = json_object();
        set(o, &failed, "version", json_integer(v));
        set(o, &failed, "signed_at", time_json(version.signed_at));
        set(o, &failed, "deadline", date_json(version.deadline));
        set(o, &failed, "log_index", json_integer((json_int_t)version.log_index));
        set(o, &failed, "status_index", json_integer(version.status_index));
        failed |= json_array_append_new(list, o);
    }
    return kept(list, failed);
}

static json_t *education_json(const struct reg_cert *c, const struct policy_values *p)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (size_t i = 0; i < c->years.count; i++) {
        const int k = (int)c->years.years[i].k;
        const struct ce_year counted = ce_years_counted(&c->years, (uint32_t)k, p);
        json_t *o = json_object();
        set(o, &failed, "ce_year", json_integer(ce_year_label(c->issued, k)));
        set(o, &failed, "from", date_json(ce_year_first(c->issued, k)));
        set(o, &failed, "to", date_json(ce_year_last(c->issued, k)));
        set(o, &failed, "hours", hours_json(counted.hours));
        set(o, &failed, "post_hours", hours_json(counted.post_hours));
        failed |= json_array_append_new(list, o);
    }
    return kept(list, failed);
}

static json_t *orders_json(struct reg *r, const struct reg_cert *c, struct diag *d)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (uint32_t i = 0; !failed && i < c->order_count; i++) {
        struct reg_order order;
        failed |= register_order(r, c->id, i, &order, d) != RC_OK;
        if (failed)
            break;
        char kid[2 * KID_LEN + 1];
        hex_encode(order.operator_kid, KID_LEN, kid);
        json_t *o = json_object();
        set(o, &failed, "action", json_string(order_action_name(order.action)));
        set(o, &failed, "state", json_string(state_word(order.state)));
        set(o, &failed, "reason", json_string(order.reason));
        set(o, &failed, "reference", json_string(order.reference));
        set(o, &failed, "effective", date_json(order.effective));
        set(o, &failed, "ordered_at", time_json(order.ordered_at));
        set(o, &failed, "operator", json_string(kid));
        set(o, &failed, "log_index", json_integer((json_int_t)order.log_index));
        failed |= json_array_append_new(list, o);
    }
    return kept(list, failed);
}

static json_t *holder_json(struct reg *r, const struct reg_cert *c, struct diag *d)
{
    struct reg_person person;
    if (register_person(r, c->person, &person, d) != RC_OK)
        return NULL;
    const size_t len = strlen(person.who.id_number);
    return json_pack("{s:s,s:i,s:s}", "name", person.who.name, "id_type", (int)person.who.id_type,
                     "id_tail", person.who.id_number + (len > 4 ? len - 4 : 0));
}

static json_t *platforms_json(enum state state)
{
    json_t *o = json_object();
    int failed = o == NULL;
    for (int p = 0; p < PLATFORM_COUNT; p++) {
        const char *code = platform_state_code((enum platform)p, state);
        set(o, &failed, platform_name((enum platform)p), code ? json_string(code) : json_null());
    }
    return kept(o, failed);
}

static json_t *elicence_json(const struct reg_cert *c, const struct policy_values *p)
{
    char text[ELICENCE_MAX];
    return elicence_format(p->elicence_type, p->elicence_issuer, c->number, c->version, text)
               ? json_string(text)
               : json_null();
}

static json_t *post_json(uint32_t code)
{
    const struct post *post = post_find(code);
    return json_pack("{s:i,s:s?}", "code", (int)code, "name", post ? post->name : NULL);
}

static void put_identity(json_t *o, int *failed, struct reg *r, const struct reg_cert *c,
                         struct diag *d)
{
    const struct reg_unit *unit = register_unit(r, c->unit);
    const struct reg_provider *provider = register_provider_at(r, c->provider);

    set(o, failed, "post", post_json(c->post));
    set(o, failed, "authority", unit ? json_string(unit->name) : json_null());
    set(o, failed, "provider", provider ? json_string(provider->name) : json_null());
    set(o, failed, "holder", holder_json(r, c, d));
}

json_t *certificate_json(struct reg *r, const struct home *h, const struct reg_cert *c,
                         bool chinese, struct diag *d)
{
    const int32_t today = date_of_time(h->now);
    const struct policy_values *policy = policy_at(h->policy, c->unit, today);
    enum state state = STATE_UNKNOWN;
    if (register_state(r, c, today, policy, &state, d) != RC_OK)
        return NULL;

    json_t *o = json_object();
    int failed = o == NULL;
    set(o, &failed, "number", json_string(c->number));
    set(o, &failed, "state", json_string(state_word(state)));
    set(o, &failed, "state_text", json_string(chinese ? state_chinese(state) : state_word(state)));
    set(o, &failed, "in_force", json_boolean(state == STATE_VALID || state == STATE_DUE));
    set(o, &failed, "version", json_integer(c->version));
    set(o, &failed, "issued", date_json(c->issued));
    set(o, &failed, "deadline", date_json(c->deadline));
    set(o, &failed, "days_left", json_integer((json_int_t)c->deadline - today));
    set(o, &failed, "origin", json_string(c->origin == ORIGIN_EXCHANGE ? "exchange" : "test"));
    put_identity(o, &failed, r, c, d);
    set(o, &failed, "elicence", elicence_json(c, policy));
    set(o, &failed, "platform_codes", platforms_json(state));
    set(o, &failed, "versions", versions_json(r, c, d));
    set(o, &failed, "education", education_json(c, policy));
    set(o, &failed, "orders", orders_json(r, c, d));
    if (failed)
        (void)diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "certificate '%s' as JSON", c->number);
    return kept(o, failed);
}
