#include "core/http/limits.h"

#include <stddef.h>
#include <sys/resource.h>

#include "core/http/fields.h"

/* Beside the connections: libraries, sockets to helpers, files that are being answered. */
#define OTHER_FILES 512u
#define MIN_FILES   64u

/* A field needs this much of libmicrohttpd beside its bytes; the answer's head comes there too. All
 * of it is zeroed twice a request, so it is no larger than it must be. */
#define FIELD_COST  64u
#define ANSWER_HEAD 4096u

static const struct {
    size_t at;
    uint32_t value;
} defaults[] = {
    { offsetof(struct http_limits, connections), 10240 },
    { offsetof(struct http_limits, header_bytes), 16384 },
    { offsetof(struct http_limits, target_bytes), 4096 },
    { offsetof(struct http_limits, idle_ms), 10000 },
    { offsetof(struct http_limits, head_ms), 10000 },
    { offsetof(struct http_limits, body_ms), 600000 },
    { offsetof(struct http_limits, answer_ms), 600000 },
    { offsetof(struct http_limits, io_threads), 1 },
    { offsetof(struct http_limits, threads), 64 },
    { offsetof(struct http_limits, waiting), 1024 },
};

/* How many connections the limit of open files leaves room for. */
static uint32_t fit_into_files(uint32_t connections)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return connections;

    const rlim_t wanted = (rlim_t)connections + OTHER_FILES;
    if (files.rlim_cur < wanted) {
        files.rlim_cur = wanted < files.rlim_max ? wanted : files.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &files) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
            return MIN_FILES;
    }
    if (files.rlim_cur >= wanted)
        return connections;
    return files.rlim_cur > OTHER_FILES + MIN_FILES ? (uint32_t)(files.rlim_cur - OTHER_FILES)
                                                    : MIN_FILES;
}

struct http_limits limits_settle(const struct http_limits *asked)
{
    struct http_limits l = *asked;
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        uint32_t *const value = (uint32_t *)(void *)((char *)&l + defaults[i].at);
        if (*value == 0)
            *value = defaults[i].value;
    }
    l.connections = fit_into_files(l.connections);
    return l;
}

size_t limits_connection_memory(const struct http_limits *l)
{
    return (size_t)l->header_bytes + (size_t)FIELDS_MAX * FIELD_COST + ANSWER_HEAD;
}
