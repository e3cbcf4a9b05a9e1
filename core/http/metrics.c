#include "core/http/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/http/server.h"

/* The statuses that we or the server below us give; any other counts as 0. */
static const unsigned statuses[] = { 200, 202, 204, 304, 400, 401, 403, 404, 405, 408, 413, 414,
                                     415, 417, 422, 429, 431, 500, 501, 503, 505, 507, 0 };
#define STATUSES (sizeof statuses / sizeof statuses[0])

/* Upper bounds in microseconds; the last one is none. */
static const uint64_t bounds[] = { 1000,   2500,   5000,    10000,   25000,   50000,    100000,
                                   250000, 500000, 1000000, 2500000, 5000000, 10000000, 60000000 };
#define BOUNDS (sizeof bounds / sizeof bounds[0])

struct route_counts {
    atomic_uint_fast64_t by_status[STATUSES];
    atomic_uint_fast64_t by_time[BOUNDS + 1];
    atomic_uint_fast64_t micros;
};

struct metrics {
    const char *const *routes;
    size_t count;
    atomic_uint_fast64_t denials[METRICS_REASONS];
    struct route_counts of[];
};

struct metrics *metrics_new(const char *const *routes, size_t count)
{
    assert(routes && count > 0);

    struct metrics *const m = calloc(1, sizeof *m + count * sizeof m->of[0]);
    if (!m)
        return NULL;
    m->routes = routes;
    m->count = count;
    return m;
}

void metrics_free(struct metrics *m)
{
    free(m);
}

static size_t status_index(unsigned status)
{
    size_t i = 0;
    while (i < STATUSES - 1 && statuses[i] != status)
        i++;
    return i;
}

static size_t time_index(uint64_t micros)
{
    size_t i = 0;
    while (i < BOUNDS && micros > bounds[i])
        i++;
    return i;
}

static void add(atomic_uint_fast64_t *to, uint64_t n)
{
    (void)atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

static uint64_t get(const atomic_uint_fast64_t *from)
{
    return atomic_load_explicit(from, memory_order_relaxed);
}

void metrics_request(struct metrics *m, size_t route, unsigned status, uint64_t micros)
{
    struct route_counts *const r = &m->of[route < m->count ? route : m->count - 1];
    add(&r->by_status[status_index(status)], 1);
    add(&r->by_time[time_index(micros)], 1);
    add(&r->micros, micros);
}

void metrics_refusal(struct metrics *m, size_t reason)
{
    assert(reason < METRICS_REASONS);
    add(&m->denials[reason], 1);
}

uint64_t metrics_refused(const struct metrics *m, size_t reason)
{
    assert(reason < METRICS_REASONS);
    return get(&m->denials[reason]);
}

/* --- the format --- */

void prom_head(struct buf *to, const char *name, const char *type, const char *help)
{
    buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_name(struct buf *to, const char *name, const char *labels)
{
    buf_put_text(to, name);
    if (labels && labels[0])
        buf_printf(to, "{%s}", labels);
    buf_put_u8(to, ' ');
}

void prom_value(struct buf *to, const char *name, const char *labels, double value)
{
    put_name(to, name, labels);
    buf_printf(to, "%.15g\n", value);
}

void prom_count(struct buf *to, const char *name, const char *labels, uint64_t value)
{
    put_name(to, name, labels);
    buf_printf(to, "%" PRIu64 "\n", value);
}

void prom_gauge(struct buf *to, const char *name, const char *help, double value)
{
    prom_head(to, name, "gauge", help);
    prom_value(to, name, NULL, value);
}

/* --- what was counted --- */

#define REQUESTS "sitecert_http_requests_total"
#define SECONDS  "sitecert_http_request_seconds"
#define REFUSALS "sitecert_refusals_total"

static void put_statuses(struct buf *to, const struct metrics *m, size_t route)
{
    for (size_t s = 0; s < STATUSES; s++) {
        const uint64_t n = get(&m->of[route].by_status[s]);
        if (n == 0)
            continue;
        char labels[128];
        (void)snprintf(labels, sizeof labels, "route=\"%s\",status=\"%u\"", m->routes[route],
                       statuses[s]);
        prom_count(to, REQUESTS, labels, n);
    }
}

static void put_histogram(struct buf *to, const struct metrics *m, size_t route)
{
    const struct route_counts *const r = &m->of[route];
    char labels[128];
    uint64_t sum = 0;
    for (size_t i = 0; i < BOUNDS; i++) {
        sum += get(&r->by_time[i]);
        (void)snprintf(labels, sizeof labels, "route=\"%s\",le=\"%g\"", m->routes[route],
                       (double)bounds[i] / 1e6);
        prom_count(to, SECONDS "_bucket", labels, sum);
    }
    sum += get(&r->by_time[BOUNDS]);
    (void)snprintf(labels, sizeof labels, "route=\"%s\",le=\"+Inf\"", m->routes[route]);
    prom_count(to, SECONDS "_bucket", labels, sum);
    (void)snprintf(labels, sizeof labels, "route=\"%s\"", m->routes[route]);
    prom_value(to, SECONDS "_sum", labels, (double)get(&r->micros) / 1e6);
    prom_count(to, SECONDS "_count", labels, sum);
}

void metrics_put(struct buf *to, const struct metrics *m, const char *const *reasons, size_t count)
{
    assert(count <= METRICS_REASONS);

    prom_head(to, REQUESTS, "counter", "Answers by route and status.");
    for (size_t i = 0; i < m->count; i++)
        put_statuses(to, m, i);

    prom_head(to, SECONDS, "histogram", "Seconds from a request's last byte to its answer.");
    for (size_t i = 0; i < m->count; i++)
        put_histogram(to, m, i);

    prom_head(to, REFUSALS, "counter", "Requests refused, by problem code.");
    for (size_t i = 0; i < count; i++) {
        char labels[96];
        if (!reasons[i])
            continue;
        (void)snprintf(labels, sizeof labels, "code=\"%s\"", reasons[i]);
        prom_count(to, REFUSALS, labels, get(&m->denials[i]));
    }
}

void metrics_put_connections(struct buf *to, const struct http_server *server)
{
    struct http_counts c = { 0 };
    if (server)
        http_count(server, &c);
    prom_gauge(to, "sitecert_http_connections", "Connections open now.", (double)c.open);
    prom_head(to, "sitecert_http_connections_total", "counter", "Connections accepted.");
    prom_count(to, "sitecert_http_connections_total", NULL, c.connections);
    prom_head(to, "sitecert_http_refused_total", "counter",
              "Connections cut or refused below the routes.");
    prom_count(to, "sitecert_http_refused_total", "reason=\"malformed\"", c.refused_malformed);
    prom_count(to, "sitecert_http_refused_total", "reason=\"limit\"", c.refused_limit);
    prom_count(to, "sitecert_http_refused_total", "reason=\"timeout\"", c.timed_out);
}
