#include <assert.h>
#include <stdio.h>

#include "core/json/json_out.h"
#include "issuer/daemon/front.h"

#define JSON "application/json"

struct span openapi_document(void); /* made while building, from openapi.yaml */

static void answer_now(struct http_exchange *x, unsigned status, const char *type, struct buf *b)
{
    http_answer_header(x, "Cache-Control", "no-store");
    front_answer_text(x, status, type, b);
    buf_free(b);
}

/* The process answers: whether its parts can work is another question. */
void front_get_livez(struct http_exchange *x, void *arg)
{
    (void)arg;
    struct buf b = { 0 };
    buf_put_text(&b, "{\"live\":true}\n");
    answer_now(x, 200, JSON, &b);
}

void front_get_readyz(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    struct front_part parts[FRONT_PARTS];
    const bool stopping = f->stopping;
    const bool ready = front_parts(f, parts, NULL) && !stopping;

    struct buf b = { 0 };
    struct json_out o = json_out_to(&b, 0, 0);
    json_out_open(&o, NULL, '{');
    json_out_bool(&o, "ready", ready);
    json_out_bool(&o, "stopping", stopping);
    json_out_open(&o, "parts", '[');
    for (size_t i = 0; i < FRONT_PARTS; i++) {
        json_out_open(&o, NULL, '{');
        json_out_text(&o, "part", span_text(parts[i].name));
        json_out_bool(&o, "ready", parts[i].ready);
        if (parts[i].ready)
            json_out_null(&o, "reason");
        else
            json_out_text(&o, "reason", span_text(parts[i].reason));
        json_out_close(&o, '}');
    }
    json_out_close(&o, ']');
    json_out_close(&o, '}');
    buf_put_u8(&b, '\n');
    answer_now(x, ready ? 200 : 503, JSON, &b);
}

void front_get_version(struct http_exchange *x, void *arg)
{
    (void)arg;
    struct buf b = { 0 };
    buf_put_text(&b, "{\"program\":\"sitecert-issuerd\",\"version\":\"" SITECERT_VERSION "\"}\n");
    answer_now(x, 200, JSON, &b);
}

void front_get_openapi(struct http_exchange *x, void *arg)
{
    (void)arg;
    struct buf b = { 0 };
    buf_put_span(&b, openapi_document());
    front_answer_text(x, 200, "application/yaml", &b);
    buf_free(&b);
}
