#include "core/cert/verdict_json.h"

#include <assert.h>

#include "core/base/dates.h"
#include "core/crypto/hash.h"
#include "core/json/json_out.h"

static void put_text(struct json_out *o, const char *key, struct span s)
{
    if (s.len > 0)
        json_out_text(o, key, s);
    else
        json_out_null(o, key);
}

static void put_date(struct json_out *o, const char *key, int32_t date)
{
    char text[DATE_TEXT_LEN + 1];
    date_format(date, text);
    json_out_text(o, key, span_text(text));
}

static void put_time(struct json_out *o, const char *key, int64_t unix_s)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(unix_s, text);
    json_out_text(o, key, span_text(text));
}

static void put_hex(struct json_out *o, const char *key, const uint8_t *bytes, size_t len)
{
    char text[2 * SHA256_LEN + 1];
    assert(len <= SHA256_LEN);
    hex_encode(bytes, len, text);
    json_out_text(o, key, span_text(text));
}

static void put_tristate(struct json_out *o, const char *key, enum tristate t)
{
    switch (t) {
    case TRI_UNKNOWN:
        json_out_null(o, key);
        return;
    case TRI_FALSE:
        json_out_bool(o, key, false);
        return;
    case TRI_TRUE:
        json_out_bool(o, key, true);
        return;
    }
    json_out_null(o, key);
}

static const char *source_word(enum status_source from)
{
    switch (from) {
    case FROM_NOTHING:
        return NULL;
    case FROM_TOKEN:
        return "token";
    case FROM_BUNDLE:
        return "bundle";
    case FROM_STAPLE:
        return "staple";
    case FROM_REGISTER:
        return "register";
    }
    return NULL;
}

static void put_problems(struct json_out *o, const struct verdict *v, bool chinese)
{
    json_out_open(o, "problems", '[');
    for (size_t i = 0; i < v->problem_count; i++) {
        json_out_open(o, NULL, '{');
        json_out_text(o, "code", span_text(problem_code(v->problems[i])));
        json_out_text(o, "text", span_text(problem_text(v->problems[i], chinese)));
        json_out_close(o, '}');
    }
    json_out_close(o, ']');
}

static void put_holder(struct json_out *o, const struct verdict *v)
{
    const struct token *const t = &v->token;
    json_out_open(o, "holder", '{');
    put_text(o, "name", t->name);
    json_out_int(o, "id_type", t->id_type);
    put_text(o, "id_tail", t->id_tail);
    json_out_close(o, '}');
    json_out_open(o, "post", '{');
    json_out_int(o, "code", t->post);
    put_text(o, "name", v->post_name);
    json_out_close(o, '}');
}

static void put_current(struct json_out *o, const struct verdict *v)
{
    if (v->current_version > 0) {
        json_out_int(o, "current_version", v->current_version);
        json_out_bool(o, "replaced", v->replaced);
    } else {
        json_out_null(o, "current_version");
        json_out_null(o, "replaced");
    }
}

static void put_token(struct json_out *o, const struct verdict *v)
{
    put_text(o, "number", v->token.number);
    json_out_int(o, "version", v->token.version);
    put_current(o, v);
    put_holder(o, v);
    put_text(o, "authority", v->unit_name);
    put_text(o, "provider", v->provider_name);
    put_date(o, "issued", v->token.issued);
    put_date(o, "deadline", v->deadline);
    json_out_int(o, "days_left", v->days_left);
}

/* What only an authentic certificate may show. */
static void put_no_token(struct json_out *o)
{
    static const char *const keys[] = { "number", "version",  "current_version", "replaced",
                                        "holder", "post",     "authority",       "provider",
                                        "issued", "deadline", "days_left" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_out_null(o, keys[i]);
}

static void put_status(struct json_out *o, const struct verdict *v)
{
    put_text(o, "status_from", span_text(source_word(v->status_from)));
    if (v->as_of != 0) {
        put_time(o, "as_of", v->as_of);
        json_out_int(o, "age_seconds", v->now - v->as_of);
    } else {
        json_out_null(o, "as_of");
        json_out_null(o, "age_seconds");
    }
    if (v->deployment) {
        put_hex(o, "deployment", v->deployment, SHA256_LEN);
        json_out_bool(o, "demo", v->demo);
    } else {
        json_out_null(o, "deployment");
        json_out_null(o, "demo");
    }
    put_tristate(o, "host_matches", v->host_matches);
}

static void put_proof(struct json_out *o, const struct verdict *v)
{
    const bool shown = v->authentic == AUTH_TRUE;
    if (shown && v->kid) {
        json_out_open(o, "key", '{');
        put_hex(o, "kid", v->kid, KID_LEN);
        json_out_text(o, "use", SPAN_LITERAL("token"));
        json_out_close(o, '}');
    } else {
        json_out_null(o, "key");
    }
    if (!shown) {
        json_out_null(o, "log");
        return;
    }
    json_out_open(o, "log", '{');
    json_out_int(o, "index", (int64_t)v->token.log_index);
    put_tristate(o, "included", v->log_included);
    json_out_close(o, '}');
}

/* Of a PDF alone. */
static void put_copy(struct json_out *o, const struct verdict *v)
{
    if (v->authentic != AUTH_TRUE) {
        json_out_null(o, "copy");
        return;
    }
    json_out_open(o, "copy", '{');
    if (v->copy.dated) {
        put_date(o, "valid_until", v->copy.valid_until);
        json_out_bool(o, "expired", v->copy.expired);
    } else {
        json_out_null(o, "valid_until");
        json_out_null(o, "expired");
    }
    json_out_close(o, '}');
}

void verdict_json(struct buf *to, const struct verdict *v, bool chinese, unsigned indent,
                  unsigned depth)
{
    assert(to && v);

    const bool shown = v->authentic == AUTH_TRUE;
    struct json_out o = json_out_to(to, indent, depth);
    json_out_open(&o, NULL, '{');
    json_out_bool(&o, "authentic", shown);
    json_out_text(&o, "state", span_text(state_word(shown ? v->state : STATE_UNKNOWN)));
    put_tristate(&o, "in_force", v->in_force);
    if (shown)
        put_token(&o, v);
    else
        put_no_token(&o);
    put_status(&o, v);
    put_proof(&o, v);
    if (v->copy.is_pdf)
        put_copy(&o, v);
    put_problems(&o, v, chinese);
    json_out_close(&o, '}');
}
