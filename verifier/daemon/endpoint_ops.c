#include "core/json/json_out.h"
#include "verifier/daemon/endpoint.h"

struct span openapi_document(void); /* made while building, from openapi.yaml */

void endpoint_get_livez(struct http_exchange *x, void *arg)
{
    (void)arg;
    struct buf b = { 0 };
    buf_put_text(&b, "{\"live\":true}\n");
    endpoint_answer(x, 200, TYPE_JSON, &b);
}

/* It can judge, and what it judges by is not yet past its end. */
void endpoint_get_readyz(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    struct evidence evidence;
    const struct bundle_times times = bundle_times(publication_bundle(p));
    const bool judges = publication_evidence(p, &evidence, NULL) == RC_OK;
    const bool fresh = judges && evidence.now <= times.status_exp &&
                       evidence.now <= times.deadlines_exp &&
                       evidence.now <= evidence.trust->next_update;
    const bool witnessed = bundle_witnessed(publication_bundle(p));
    const bool ready = fresh && witnessed && !e->stopping;

    struct buf b = { 0 };
    struct json_out o = json_out_to(&b, 0, 0);
    json_out_open(&o, NULL, '{');
    json_out_bool(&o, "ready", ready);
    json_out_bool(&o, "stopping", e->stopping);
    json_out_bool(&o, "fresh", fresh);
    json_out_bool(&o, "witnessed", witnessed);
    json_out_int(&o, "sequence", (int64_t)times.sequence);
    json_out_close(&o, '}');
    buf_put_u8(&b, '\n');
    endpoint_answer(x, ready ? 200 : 503, TYPE_JSON, &b);
}

void endpoint_get_version(struct http_exchange *x, void *arg)
{
    (void)arg;
    struct buf b = { 0 };
    buf_put_text(&b, "{\"program\":\"sitecert-verifierd\",\"version\":\"" SITECERT_VERSION "\"}\n");
    endpoint_answer(x, 200, TYPE_JSON, &b);
}

void endpoint_get_openapi(struct http_exchange *x, void *arg)
{
    (void)arg;
    struct buf b = { 0 };
    buf_put_span(&b, openapi_document());
    http_answer_header(x, "Cache-Control", "public, max-age=300");
    http_answer(x, 200, "application/yaml", &b);
}
