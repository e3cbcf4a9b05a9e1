#include <assert.h>
#include <stdio.h>

#include "verifier/daemon/endpoint.h"

#define VERIFY_MAX 16384u     /* bytes of a body: the digits of a QR code in JSON */
#define BULK_MAX   (4u << 20) /* bytes of a body: a list */
#define LOOKUP_MAX 4096u      /* bytes of a body: the three fields of a form */

/* The whole surface; the last column: no thread waits in it for another process. */
static const struct http_route routes[] = {
    { HTTP_GET, "/", HTTP_BODY_NONE, 0, endpoint_get_home, true },
    { HTTP_POST, "/", HTTP_BODY_FILE, UPLOAD_MAX_MB << 20, endpoint_post_home, false },
    { HTTP_GET, "/V/{digits}", HTTP_BODY_NONE, 0, endpoint_get_verdict, true },
    { HTTP_POST, "/api/verify", HTTP_BODY_MEMORY, VERIFY_MAX, endpoint_post_verify, true },
    { HTTP_POST, "/api/verify/bulk", HTTP_BODY_FILE, BULK_MAX, endpoint_post_bulk, false },
    { HTTP_GET, "/list", HTTP_BODY_NONE, 0, endpoint_get_list, true },
    { HTTP_POST, "/list", HTTP_BODY_FILE, BULK_MAX, endpoint_post_list, false },
    { HTTP_POST, "/lookup", HTTP_BODY_MEMORY, LOOKUP_MAX, endpoint_post_lookup, true },
    { HTTP_GET, "/holder", HTTP_BODY_NONE, 0, endpoint_get_holder, true },
    { HTTP_POST, "/holder", HTTP_BODY_MEMORY, LOOKUP_MAX, endpoint_post_holder, false },
    { HTTP_GET, "/holder/live/{handle}", HTTP_BODY_NONE, 0, endpoint_get_live, false },
    { HTTP_POST, "/api/holder/pdf", HTTP_BODY_MEMORY, LOOKUP_MAX, endpoint_post_holder_pdf, false },
    { HTTP_POST, "/api/holder/calendar", HTTP_BODY_MEMORY, LOOKUP_MAX,
      endpoint_post_holder_calendar, false },
    { HTTP_POST, "/api/holder/history", HTTP_BODY_MEMORY, LOOKUP_MAX, endpoint_post_holder_history,
      false },
    { HTTP_POST, "/api/holder/staple", HTTP_BODY_MEMORY, LOOKUP_MAX, endpoint_post_holder_staple,
      false },
    { HTTP_POST, "/api/holder/asked", HTTP_BODY_MEMORY, LOOKUP_MAX, endpoint_post_holder_asked,
      false },
    { HTTP_GET, "/publish/{path*}", HTTP_BODY_NONE, 0, endpoint_get_published, true },
    { HTTP_GET, "/livez", HTTP_BODY_NONE, 0, endpoint_get_livez, true },
    { HTTP_GET, "/readyz", HTTP_BODY_NONE, 0, endpoint_get_readyz, true },
    { HTTP_GET, "/version", HTTP_BODY_NONE, 0, endpoint_get_version, true },
    { HTTP_GET, "/openapi.yaml", HTTP_BODY_NONE, 0, endpoint_get_openapi, true },
    { HTTP_GET, "/sw.js", HTTP_BODY_NONE, 0, endpoint_get_worker, true },
    { HTTP_GET, "/web/{name}", HTTP_BODY_NONE, 0, endpoint_get_script, true },
    { HTTP_GET, "/robots.txt", HTTP_BODY_NONE, 0, endpoint_get_asset, true },
};
#define ROUTES (sizeof routes / sizeof routes[0])
_Static_assert(ROUTES + 1 < ENDPOINT_ROUTES_MAX, "the table has room for them and its end");

/* Nothing of anybody else's, no inline script; the one style that stands in the pages. */
static void fill_policy(struct endpoint *e)
{
    char style[PAGE_STYLE_HASH_LEN];
    page_style_hash(style);
    const int n =
        snprintf(e->policy, sizeof e->policy,
                 "default-src 'none'; style-src 'self' %s; script-src 'self'; worker-src 'self'; "
                 "connect-src 'self'; manifest-src 'self'; img-src 'self' data: blob:; "
                 "media-src 'self' blob:; form-action 'self'; base-uri 'none'; "
                 "frame-ancestors 'none'",
                 style);
    assert(n > 0 && (size_t)n < sizeof e->policy);
}

void endpoint_fill(struct endpoint *e)
{
    e->route_count = ROUTES;
    for (size_t i = 0; i < ROUTES; i++) {
        e->routes[i] = routes[i];
        e->route_names[i] = routes[i].path;
    }
    e->route_names[ROUTES] = "none";
    e->routes[ROUTES] = (struct http_route)HTTP_ROUTES_END;
    fill_policy(e);
}
