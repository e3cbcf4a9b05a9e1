/*
 * A server with one route for each thing that core/http does, for http_requests.py and the like:
 * http_scene [LIMIT=VALUE]… prints "listening ADDR", and ends when standard input does.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/crypto/hash.h"
#include "core/http/server.h"
#include "core/sys/notify.h"

static void say(struct http_exchange *x, struct span text)
{
    struct buf body = { 0 };
    buf_put_span(&body, text);
    http_answer(x, 200, "text/plain; charset=utf-8", &body);
}

static void hello(struct http_exchange *x, void *arg)
{
    (void)arg;
    say(x, SPAN_LITERAL("hello\n"));
}

static void item(struct http_exchange *x, void *arg)
{
    (void)arg;
    say(x, http_segment(x, "name"));
}

static void query(struct http_exchange *x, void *arg)
{
    (void)arg;
    bool given;
    const struct span q = http_query(x, "q", &given);
    say(x, given ? q : SPAN_LITERAL("(absent)"));
}

static void header(struct http_exchange *x, void *arg)
{
    (void)arg;
    const char *const value = http_header(x, "x-asked");
    say(x, value ? span_text(value) : SPAN_LITERAL("(absent)"));
}

static void about(struct http_exchange *x, void *arg)
{
    (void)arg;
    struct buf body = { 0 };
    buf_printf(&body, "%s|%s|%s", http_target(x), http_host(x), http_peer(x));
    http_answer(x, 200, "text/plain", &body);
}

/* "LENGTH DIGEST DIGEST": the second is of what the handler itself reads. */
static void say_body(struct http_exchange *x, struct span bytes)
{
    uint8_t digest[SHA256_LEN];
    char hex[2][2 * SHA256_LEN + 1];
    http_body_sha256(x, digest);
    hex_encode(digest, sizeof digest, hex[0]);
    sha256(bytes, digest);
    hex_encode(digest, sizeof digest, hex[1]);
    struct buf body = { 0 };
    buf_printf(&body, "%" PRIu64 " %s %s", http_body_len(x), hex[0], hex[1]);
    http_answer(x, 200, "text/plain", &body);
}

static void memory(struct http_exchange *x, void *arg)
{
    (void)arg;
    say_body(x, http_body_bytes(x));
}

static void file(struct http_exchange *x, void *arg)
{
    (void)arg;
    const size_t len = (size_t)http_body_len(x);
    if (http_body_file(x) < 0) {
        say_body(x, http_body_bytes(x));
        return;
    }
    uint8_t *const bytes = malloc(len + 1);
    if (bytes && read(http_body_file(x), bytes, len + 1) == (ssize_t)len)
        say_body(x, span_of(bytes, len));
    free(bytes);
}

static unsigned number_asked(const struct http_exchange *x, const char *name)
{
    const struct span text = http_query(x, name, NULL);
    return text.len > 0 ? (unsigned)strtoul((const char *)text.ptr, NULL, 10) : 0;
}

static void wait_ms(struct http_exchange *x, void *arg)
{
    (void)arg;
    const unsigned ms = number_asked(x, "ms");
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    (void)nanosleep(&t, NULL);
    say(x, SPAN_LITERAL("waited\n"));
}

static void *answer_from_afar(void *arg)
{
    struct http_exchange *const x = arg;
    wait_ms(x, NULL);
    http_answered(x);
    return NULL;
}

/* From another thread, which is perhaps done before this returns; with n=1 never answered. */
static void later(struct http_exchange *x, void *arg)
{
    (void)arg;
    pthread_t thread;
    http_answer_later(x);
    if (number_asked(x, "n") == 1)
        http_answered(x);
    else if (pthread_create(&thread, NULL, answer_from_afar, x) != 0 || pthread_detach(thread) != 0)
        abort();
}

static void moved(struct http_exchange *x, void *arg)
{
    (void)arg;
    http_on_thread(x, number_asked(x, "later") ? later : wait_ms);
}

static void nothing(struct http_exchange *x, void *arg)
{
    (void)x;
    (void)arg;
}

static void sent_file(struct http_exchange *x, void *arg)
{
    (void)arg;
    const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    http_answer_file(x, 200, "application/octet-stream", fd, number_asked(x, "at"), 100000);
}

struct count {
    unsigned at, end;
    bool fails;
};

static enum rc next_numbers(void *arg, struct buf *to)
{
    struct count *const c = arg;
    if (c->at == c->end && c->fails)
        return RC_IO;
    for (unsigned i = 0; i < 2000 && c->at < c->end; i++)
        buf_printf(to, "%u\n", c->at++);
    return RC_OK;
}

static void stream(struct http_exchange *x, void *arg)
{
    (void)arg;
    struct count *const c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->end = number_asked(x, "n");
    c->fails = number_asked(x, "fails") > 0;
    const struct http_stream s = { .next = next_numbers, .done = free, .arg = c };
    http_answer_stream(x, 200, "text/plain", &s);
}

static const struct http_route routes[] = {
    { HTTP_GET, "/hello", HTTP_BODY_NONE, 0, hello, false },
    { HTTP_GET, "/quick", HTTP_BODY_NONE, 0, hello, true },
    { HTTP_GET, "/items/{name}", HTTP_BODY_NONE, 0, item, false },
    { HTTP_GET, "/query", HTTP_BODY_NONE, 0, query, false },
    { HTTP_GET, "/header", HTTP_BODY_NONE, 0, header, false },
    { HTTP_GET, "/about", HTTP_BODY_NONE, 0, about, false },
    { HTTP_GET, "/wait", HTTP_BODY_NONE, 0, wait_ms, false },
    { HTTP_GET, "/nothing", HTTP_BODY_NONE, 0, nothing, false },
    { HTTP_GET, "/file", HTTP_BODY_NONE, 0, sent_file, false },
    { HTTP_GET, "/stream", HTTP_BODY_NONE, 0, stream, false },
    { HTTP_POST, "/memory", HTTP_BODY_MEMORY, 100000, memory, false },
    { HTTP_POST, "/later", HTTP_BODY_MEMORY, 100, later, true },
    { HTTP_POST, "/moved", HTTP_BODY_MEMORY, 100, moved, true },
    { HTTP_POST, "/file", HTTP_BODY_FILE, 10000000, file, false },
    HTTP_ROUTES_END,
};

static bool set_limit(const char *text, struct http_limits *l)
{
    const struct {
        const char *name;
        uint32_t *value;
    } limits[] = {
        { "connections", &l->connections },   { "per_address", &l->per_address },
        { "header_bytes", &l->header_bytes }, { "target_bytes", &l->target_bytes },
        { "idle_ms", &l->idle_ms },           { "head_ms", &l->head_ms },
        { "body_ms", &l->body_ms },           { "answer_ms", &l->answer_ms },
        { "threads", &l->threads },           { "waiting", &l->waiting },
        { "io_threads", &l->io_threads },
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const size_t len = strlen(limits[i].name);
        if (strncmp(text, limits[i].name, len) == 0 && text[len] == '=') {
            *limits[i].value = (uint32_t)strtoul(text + len + 1, NULL, 10);
            return true;
        }
    }
    return false;
}

/* "counts": one line of them; the end: the server stops, with a second's grace. */
static void obey(struct http_server *s)
{
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        struct http_counts c;
        http_count(s, &c);
        (void)printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", c.connections,
                     c.open, c.refused_malformed, c.refused_limit, c.timed_out);
        (void)fflush(stdout);
    }
    http_stop(s, 1000);
}

int main(int argc, char **argv)
{
    static const char *const headers[] = { "X-Content-Type-Options", "nosniff", NULL };
    struct http_options o = {
        .listen = "127.0.0.1:0", .routes = routes, .spool = "/tmp", .headers = headers
    };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "listen=inherited") == 0) {
            o.listen = NULL;
            if (notify_listen_fd(&o.listen_fd, NULL) != RC_OK)
                return 2;
        } else if (strncmp(argv[i], "listen=", 7) == 0)
            o.listen = argv[i] + 7;
        else if (!set_limit(argv[i], &o.limits))
            return 2;
    }

    struct http_server *s = NULL;
    struct diag d = DIAG_INIT;
    if (http_open(&o, &s, &d) != RC_OK) {
        (void)fprintf(stderr, "http_scene: %s\n", d.text);
        return 1;
    }
    (void)printf("listening %s\n", http_address(s));
    (void)fflush(stdout);
    obey(s);
    http_close(s);
    return 0;
}
