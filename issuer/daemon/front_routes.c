#include <assert.h>
#include <string.h>

#include "issuer/daemon/front.h"

#define ORDER_MAX  65536u
#define FROM_LIMIT 0u /* body_max_bytes of sitecert.ini */

/* The whole surface; the last column: it never waits for another process. */
static const struct http_route routes[] = {
    { HTTP_POST, "/v1/batches", HTTP_BODY_FILE, FROM_LIMIT, front_post_batch, true },
    { HTTP_GET, "/v1/batches/{id}", HTTP_BODY_NONE, 0, front_get_batch, false },
    { HTTP_GET, "/v1/batches/{id}/results", HTTP_BODY_NONE, 0, front_get_results, false },
    { HTTP_POST, "/v1/orders", HTTP_BODY_MEMORY, ORDER_MAX, front_post_order, false },
    { HTTP_GET, "/v1/certificates/{number}", HTTP_BODY_NONE, 0, front_get_certificate, false },
    { HTTP_GET, "/v1/certificates/{number}/token", HTTP_BODY_NONE, 0, front_get_token, false },
    { HTTP_GET, "/v1/certificates/{number}/pdf", HTTP_BODY_NONE, 0, front_get_pdf, false },
    { HTTP_GET, "/v1/changes", HTTP_BODY_NONE, 0, front_get_changes, false },
    { HTTP_GET, "/v1/report", HTTP_BODY_NONE, 0, front_get_report, false },
    { HTTP_GET, "/livez", HTTP_BODY_NONE, 0, front_get_livez, true },
    { HTTP_GET, "/readyz", HTTP_BODY_NONE, 0, front_get_readyz, false },
    { HTTP_GET, "/version", HTTP_BODY_NONE, 0, front_get_version, true },
    { HTTP_GET, "/openapi.yaml", HTTP_BODY_NONE, 0, front_get_openapi, true },
    { HTTP_GET, "/metrics", HTTP_BODY_NONE, 0, front_get_metrics,
      false }, /* the last: it may move away */
};
#define ROUTES (sizeof routes / sizeof routes[0])
_Static_assert(ROUTES + 1 < FRONT_ROUTES_MAX, "the table has room for them and its end");

void front_routes_fill(struct front *f, bool own_metrics)
{
    f->route_count = ROUTES;
    for (size_t i = 0; i < ROUTES; i++) {
        f->routes[i] = routes[i];
        if (f->routes[i].body == HTTP_BODY_FILE)
            f->routes[i].body_max = f->home.settings.issuer.body_max_bytes;
        f->route_names[i] = routes[i].path;
    }
    f->route_names[ROUTES] = "none";
    f->routes[own_metrics ? ROUTES - 1 : ROUTES] = (struct http_route)HTTP_ROUTES_END;
}
