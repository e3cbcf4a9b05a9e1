#include "core/http/problem.h"

#include <assert.h>
#include <stdio.h>

#include "core/json/json_out.h"

#define TYPE_PREFIX "urn:sitecert:problem:"
#define TYPE_LEN    128

static void write_item(struct json_out *o, const struct http_problem_item *item)
{
    json_out_open(o, NULL, '{');
    json_out_text(o, "pointer", span_text(item->pointer));
    json_out_text(o, "code", span_text(item->code));
    json_out_text(o, "message", span_text(item->message));
    json_out_close(o, '}');
}

/* Clients that look for errors alone find some in every answer: where nothing in particular is
 * wrong, the request as a whole is. */
static void write_items(struct json_out *o, const struct http_problem *p)
{
    const struct http_problem_item whole = { .pointer = "",
                                             .code = p->code,
                                             .message = p->detail ? p->detail : p->title };
    const struct http_problem_item *const items = p->item_count > 0 ? p->items : &whole;
    const size_t count = p->item_count > 0 ? p->item_count : 1;

    json_out_open(o, "errors", '[');
    for (size_t i = 0; i < count; i++)
        write_item(o, &items[i]);
    json_out_close(o, ']');
}

void problem_write(const struct http_problem *p, struct buf *to)
{
    assert(p && p->code && p->title);

    char type[TYPE_LEN];
    (void)snprintf(type, sizeof type, TYPE_PREFIX "%s", p->code);
    struct json_out o = json_out_to(to, 0, 0);
    json_out_open(&o, NULL, '{');
    json_out_text(&o, "type", span_text(type));
    json_out_text(&o, "title", span_text(p->title));
    json_out_int(&o, "status", p->status);
    if (p->detail)
        json_out_text(&o, "detail", span_text(p->detail));
    write_items(&o, p);
    json_out_close(&o, '}');
}

void http_answer_problem(struct http_exchange *x, const struct http_problem *p)
{
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    problem_write(p, &body);
    http_answer_header(x, "Cache-Control", "no-store");
    http_answer(x, p->status, "application/problem+json", &body);
}
