/* Every count stands in the text once, where it belongs. */
#include "tests/unit/check.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/http/metrics.h"
#include "core/http/server.h"

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

/* Until the other side closes. */
static void ask_and_wait(const char *address, const char *request)
{
    char answer[1024];
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)atoi(strchr(address, ':') + 1)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
    while (recv(fd, answer, sizeof answer, 0) > 0)
        ;
    (void)close(fd);
}

static void each_count_of_a_server_stands_in_the_text(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\nsitecert_http_connections 0\n",
        "\nsitecert_http_connections_total 1\n",
        "\nsitecert_http_refused_total{reason=\"malformed\"} 1\n",
        "\nsitecert_http_refused_total{reason=\"limit\"} 0\n",
        "\nsitecert_http_refused_total{reason=\"timeout\"} 0\n",
    };
    static const char request[] = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"; /* no Host */
    static const struct http_route none[] = { HTTP_ROUTES_END };
    const struct http_options o = { .listen = "127.0.0.1:0", .routes = none };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct http_server *server = NULL;
    assert_int_equal(http_open(&o, &server, NULL), RC_OK);
    ask_and_wait(http_address(server), request);
    struct http_counts c = { .open = 1 };
    while (c.open > 0)
        http_count(server, &c);
    metrics_put_connections(&b, server);
    http_close(server);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_non_null(strstr(buf_cstr(&b), lines[i]));
}

static void a_server_that_is_not_there_yet_has_counted_nothing(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    metrics_put_connections(&b, NULL);
    assert_non_null(strstr(buf_cstr(&b), "\nsitecert_http_connections_total 0\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_counted_is_no_line_of_requests),
        cmocka_unit_test(a_request_counts_under_its_route_and_status_alone),
        cmocka_unit_test(each_count_of_a_server_stands_in_the_text),
        cmocka_unit_test(a_server_that_is_not_there_yet_has_counted_nothing),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
