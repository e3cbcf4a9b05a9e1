/* What a server holds; for core/http alone. */
#pragma once

#include <microhttpd.h>
#include <stdatomic.h>

#include "core/http/acceptor.h"
#include "core/http/listen.h"
#include "core/http/pool.h"
#include "core/http/server.h"
#include "core/http/watchdog.h"

struct http_server {
    struct http_options options; /* limits are settled */
    char *spool;
    struct listening listening;
    struct acceptor *acceptor;
    struct MHD_Daemon *daemons[HTTP_IO_THREADS_MAX]; /* a thread each */
    size_t daemon_count;
    size_t next; /* to which the next connection is dealt; the acceptor's own */
    struct pool *pool;
    struct watchdog *watchdog;
    atomic_bool stopping;  /* each answer is its connection's last */
    atomic_uint under_way; /* requests whose head was read */
    atomic_uint later;     /* requests whose answers come behind their handlers' end */
    atomic_uint open;      /* connections that libmicrohttpd has */
    atomic_uint_fast64_t connections, refused_malformed, refused_limit;
};
