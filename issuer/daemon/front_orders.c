#include <assert.h>
#include <string.h>
#include <strings.h>

#include "core/json/json.h"
#include "issuer/daemon/front.h"

#define ASK_MS 60000u
#define JSON   "application/json"

static bool is_json(const char *type)
{
    const size_t len = strlen(JSON);
    return type && strncasecmp(type, JSON, len) == 0 &&
           (type[len] == '\0' || strchr("; ", type[len]));
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *const text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

/* {"reasons":[{"code","field","text"}]} as errors of the problem. */
static void refuse_order(struct front *f, struct http_exchange *x, const struct answer *a)
{
    ON_EXIT(json_decref_at) json_t *o = NULL;
    struct http_problem_item items[REASONS_MAX];
    struct denial_more more = { .detail = a->detail, .items = items };
    if (json_read(a->body, &o, NULL) == RC_OK) {
        size_t i;
        const json_t *reason;
        json_array_foreach(json_object_get(o, "reasons"), i, reason)
        {
            if (i == REASONS_MAX)
                break;
            items[more.item_count++] = (struct http_problem_item){
                .pointer = text_of(reason, "field"),
                .code = text_of(reason, "code"),
                .message = text_of(reason, "text"),
            };
        }
    }
    front_refuse(f, x, DENIAL_ORDER, &more);
}

/* Who may order is said by the operators' signatures inside; the register's writer checks them,
 * whatever way an order comes. */
void front_post_order(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    if (!is_json(http_header(x, "content-type"))) {
        const struct denial_more more = { .detail = JSON };
        front_refuse(f, x, DENIAL_TYPE, &more);
        return;
    }
    const struct question q = {
        .ask = ASK_ORDER,
        .chinese = !http_wants_english(x),
        .body = http_body_bytes(x),
    };
    if (q.body.len == 0) {
        front_refuse(f, x, DENIAL_BODY, NULL);
        return;
    }

    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    if (!front_ask(f, x, f->core, &q, -1, ASK_MS, &s))
        return;
    if (s.answer.reply == REPLY_ORDER)
        refuse_order(f, x, &s.answer);
    else
        front_answer_said(x, 200, JSON, &s);
}
