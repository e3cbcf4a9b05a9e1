/* Every count stands in the text once, where it belongs. */
#include "tests/unit/check.h"

#include <string.h>

#include "core/http/metrics.h"

static const char *const routes[] = { "/a", "/b/{c}", "none" };
static const char *const reasons[] = { NULL, "one", "two" };

static char *text_of(const struct metrics *m, struct buf *b)
{
    buf_clear(b);
    metrics_put(b, m, reasons, 3);
    (void)buf_cstr(b);
    return (char *)b->ptr;
}

static void nothing_counted_is_no_line_of_requests(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct metrics *const m = metrics_new(routes, 3);
    const char *const text = text_of(m, &b);
    assert_null(strstr(text, "sitecert_http_requests_total{"));
    assert_non_null(strstr(text, "sitecert_refusals_total{code=\"one\"} 0\n"));
    metrics_free(m);
}

static void a_request_counts_under_its_route_and_status_alone(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct metrics *const m = metrics_new(routes, 3);
    metrics_request(m, 1, 202, 3000);
    metrics_request(m, 1, 202, 99000000);
    metrics_request(m, 99, 999, 1);
    metrics_refusal(m, 2);
    const char *const text = text_of(m, &b);
    assert_non_null(
        strstr(text, "sitecert_http_requests_total{route=\"/b/{c}\",status=\"202\"} 2\n"));
    assert_non_null(strstr(text, "sitecert_http_requests_total{route=\"none\",status=\"0\"} 1\n"));
    assert_null(strstr(text, "sitecert_http_requests_total{route=\"/a\""));
    assert_non_null(strstr(text, "_bucket{route=\"/b/{c}\",le=\"0.0025\"} 0\n"));
    assert_non_null(strstr(text, "_bucket{route=\"/b/{c}\",le=\"0.005\"} 1\n"));
    assert_non_null(strstr(text, "_bucket{route=\"/b/{c}\",le=\"60\"} 1\n"));
    assert_non_null(strstr(text, "_bucket{route=\"/b/{c}\",le=\"+Inf\"} 2\n"));
    assert_non_null(strstr(text, "_sum{route=\"/b/{c}\"} 99.003\n"));
    assert_non_null(strstr(text, "sitecert_refusals_total{code=\"two\"} 1\n"));
    metrics_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_counted_is_no_line_of_requests),
        cmocka_unit_test(a_request_counts_under_its_route_and_status_alone),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
