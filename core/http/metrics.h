/*
 * What the daemon counts of itself, and the Prometheus text format (version 0.0.4). Counting takes
 * no lock. Threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

struct http_server;
struct metrics;

/* routes: names for the label `route`, static; the last one stands for requests that match none.
 * NULL: out of memory. */
struct metrics *metrics_new(const char *const *routes, size_t count);
void metrics_free(struct metrics *m); /* NULL is fine */

void metrics_request(struct metrics *m, size_t route, unsigned status, uint64_t micros);
/* reason: its place in the caller's own list, below METRICS_REASONS. */
#define METRICS_REASONS 64u
void metrics_refusal(struct metrics *m, size_t reason);

uint64_t metrics_refused(const struct metrics *m, size_t reason); /* how often so far */

/* sitecert_http_requests_total, …_request_seconds (histogram), sitecert_refusals_total.
 * reasons: names, NULL where there is none; count of them. */
void metrics_put(struct buf *to, const struct metrics *m, const char *const *reasons, size_t count);

/* sitecert_http_connections, …_connections_total, …_refused_total, of a server; NULL: none yet. */
void metrics_put_connections(struct buf *to, const struct http_server *server);

/* --- the format --- */

/* "# HELP" and "# TYPE"; type: "counter", "gauge", "histogram". */
void prom_head(struct buf *to, const char *name, const char *type, const char *help);
/* labels: `state="queued"` or NULL; its values are words of ours. */
void prom_value(struct buf *to, const char *name, const char *labels, double value);
void prom_count(struct buf *to, const char *name, const char *labels, uint64_t value);
/* One metric with one value. */
void prom_gauge(struct buf *to, const char *name, const char *help, double value);
