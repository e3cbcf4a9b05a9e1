#include "verifier/daemon/endpoint.h"

static const char *const reasons[] = { [REFUSE_NONE] = NULL,
#define X(name, status, code, zh, en) [name] = code,
                                       REFUSE_LIST(X)
#undef X
};
#define REASONS (sizeof reasons / sizeof reasons[0])
_Static_assert(REASONS <= METRICS_REASONS, "every reason has a place");

static void put_publication(struct buf *to, struct endpoint *e)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    struct evidence evidence;
    const struct bundle_times t = bundle_times(publication_bundle(p));
    if (publication_evidence(p, &evidence, NULL) != RC_OK)
        return;
    prom_gauge(to, "sitecert_publication_age_seconds", "Age of the lists that are asked.",
               (double)(evidence.now - t.issued));
    prom_gauge(to, "sitecert_publication_expiry_seconds", "Until the lists are no longer good.",
               (double)(t.status_exp - evidence.now));
    prom_gauge(to, "sitecert_publication_witnessed",
               "1: as many witnesses have cosigned as the trust list asks for.",
               bundle_witnessed(publication_bundle(p)));
    prom_gauge(to, "sitecert_publication_rows", "Status indexes in the lists.", (double)t.rows);
    prom_gauge(to, "sitecert_trust_list_expiry_days",
               "Days until the trust list wants a successor.",
               (double)(evidence.trust->next_update - evidence.now) / 86400.0);
    prom_head(to, "sitecert_publications_total", "counter", "Publications taken since the start.");
    prom_count(to, "sitecert_publications_total", NULL, e->publications);
}

void endpoint_get_metrics(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    struct buf b = { 0 };
    prom_head(&b, "sitecert_build_info", "gauge", "The version that runs.");
    prom_count(&b, "sitecert_build_info", "version=\"" SITECERT_VERSION "\"", 1);
    metrics_put(&b, e->metrics, reasons, REASONS);
    metrics_put_connections(&b, e->server);
    put_publication(&b, e);
    endpoint_answer(x, 200, "text/plain; version=0.0.4; charset=utf-8", &b);
}
