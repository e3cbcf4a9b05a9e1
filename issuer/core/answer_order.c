#include "issuer/core/answer_order.h"

#include <string.h>

#include "core/base/dates.h"
#include "core/json/json.h"
#include "issuer/intake/report_row.h"

#define SIGNATURES_MAX 2u
#define COSE_MAX       16384u /* bytes of a signature in base64 */

static bool read_text(const json_t *object, const char *name, struct span *ret)
{
    const json_t *const value = json_object_get(object, name);
    if (!json_is_string(value))
        return false;
    *ret = span_of(json_string_value(value), json_string_length(value));
    return true;
}

struct signatures {
    struct buf at[SIGNATURES_MAX];
};

static void signatures_free(struct signatures *s)
{
    for (size_t i = 0; i < SIGNATURES_MAX; i++)
        buf_free(&s->at[i]);
}

/* {"kid","cose"}: the first signs the order, the second countersigns it. */
static bool read_signature(const json_t *of, struct buf *to)
{
    struct span kid, cose;
    return json_is_object(of) && json_object_size(of) == 2 && read_text(of, "kid", &kid) &&
           read_text(of, "cose", &cose) && cose.len <= COSE_MAX && base64_decode(cose, to) &&
           to->len > 0;
}

static bool read_signatures(const json_t *order, struct signatures *ret)
{
    const json_t *const list = json_object_get(order, "signatures");
    const size_t count = json_array_size(list);
    if (count < 1 || count > SIGNATURES_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_signature(json_array_get(list, i), &ret->at[i]))
            return false;
    return true;
}

/* NULL, or the member that is not as it should be. Spans borrow order and signatures. */
static const char *read_order(const json_t *order, struct signatures *s, struct given_order *ret)
{
    struct span ordered_at;
    const struct {
        const char *name;
        struct span *to;
    } texts[] = {
        { "certificate", &ret->certificate },
        { "action", &ret->action },
        { "reason", &ret->reason },
        { "reference", &ret->reference },
        { "effective_on", &ret->effective_on },
        { "ordered_at", &ordered_at },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!read_text(order, texts[i].name, texts[i].to))
            return texts[i].name;
    if (!time_parse(ordered_at, &ret->ordered_at))
        return "ordered_at";
    if (!read_signatures(order, s))
        return "signatures";
    if (json_object_size(order) != sizeof texts / sizeof texts[0] + 1)
        return "an unknown member";
    ret->first = buf_span(&s->at[0]);
    ret->second = buf_span(&s->at[1]);
    return NULL;
}

static json_t *reasons_of(const struct outcome *o, bool chinese)
{
    json_t *const list = json_array();
    for (size_t i = 0; list && i < o->reasons.count; i++) {
        const struct reason *const r = &o->reasons.items[i];
        ON_EXIT(buf_free_at) struct buf text = { 0 };
        reason_put(&text, r, chinese);
        (void)json_array_append_new(
            list, json_pack("{s:s,s:s,s:s}", "code", reason_code_text(r->code), "field",
                            r->field ? r->field : "", "text", buf_cstr(&text)));
    }
    return list;
}

static void tell(const struct outcome *o, bool chinese, struct reply_parts *r)
{
    const bool refused = o->outcome == OUTCOME_REFUSED || o->outcome == OUTCOME_CONFLICT;
    ON_EXIT(json_decref_at)
    json_t *told = refused ? json_pack("{s:o}", "reasons", reasons_of(o, chinese))
                           : json_pack("{s:s,s:s}", "outcome", outcome_name(o->outcome),
                                       "certificate", o->number);
    if (!told || json_write(told, 0, &r->body, NULL) != RC_OK) {
        reply_refuse(r, REPLY_FAILED, "out of memory");
        return;
    }
    r->answer = (struct answer){ .reply = refused ? REPLY_ORDER : REPLY_OK };
}

void answer_order(const struct serve_options *o, const struct question *q, struct reply_parts *ret)
{
    ON_EXIT(json_decref_at) json_t *order = NULL;
    ON_EXIT(signatures_free) struct signatures signatures = { 0 };
    struct given_order given = { 0 };
    struct outcome outcome;
    struct diag d = DIAG_INIT;
    if (json_read(q->body, &order, &d) != RC_OK || !json_is_object(order)) {
        reply_refuse(ret, REPLY_UNREADABLE, d.text);
        return;
    }
    const char *const wrong = read_order(order, &signatures, &given);
    if (wrong) {
        reply_refuse(ret, REPLY_BAD_REQUEST, wrong);
        return;
    }
    const enum rc rc = worker_order(o->worker, &given, &outcome, &d);
    if (rc == RC_OK) {
        tell(&outcome, q->chinese, ret);
        return;
    }
    char reason[40];
    worker_reason(o->worker, reason);
    if (rc == RC_BAD_SIGNATURE)
        reply_refuse(ret, REPLY_BAD_REQUEST, d.text);
    else if (rc == RC_BUSY)
        reply_refuse(ret, REPLY_NOT_READY, reason[0] ? reason : "starting");
    else
        reply_refuse(ret, REPLY_FAILED, d.text);
}
