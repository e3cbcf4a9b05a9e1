/*
 * Load on the intake: many senders at once, over HTTP, each signing its own requests.
 *
 *   intake_load ADDRESS BASE NOW push PLAN
 *       PLAN has lines "sender key.pem kind file" (blanks between): each sender pushes its files in
 * order, all senders at once; ends when all rows are done intake_load ADDRESS BASE NOW single
 * THREADS SECONDS KIND ROWS.csv KEYS [wait] each thread pushes one row of ROWS.csv after the other,
 * as sender sN with KEYS/sN.pem; with wait: until the row is done, else until it is on disk
 *   intake_load raw THREADS SECONDS FOLDER
 *       what the disk gives: so many writers of 1 KiB that share each fdatasync
 *
 * ADDRESS is 127.0.0.1:PORT, BASE what is signed before the target, NOW Unix seconds. Prints one
 * line of JSON.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "core/crypto/hash.h"
#include "core/message/sign.h"
#include "core/sys/file.h"

#define THREADS_MAX 256
#define FILES_MAX   4096
#define FILE_MAX    (256u << 20)

static const char *base;
static int64_t now_s;
static struct sockaddr_in address;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
    exit(1);
}

static double clock_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* --- a client --- */

struct client {
    int socket;
    const char *who;
    EVP_PKEY *key;
    struct buf answer; /* headers and body */
    unsigned status;
    size_t body; /* where it begins */
};

static EVP_PKEY *read_key(const char *path)
{
    FILE *const f = fopen(path, "r");
    EVP_PKEY *const key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
    if (!key)
        die("%s: no key", path);
    (void)fclose(f);
    return key;
}

static void sign(const struct client *c, const struct buf *text, uint8_t ret[SIGNATURE_LEN])
{
    size_t len = SIGNATURE_LEN;
    EVP_MD_CTX *const md = EVP_MD_CTX_new();
    if (!md || EVP_DigestSignInit(md, NULL, NULL, NULL, c->key) != 1 ||
        EVP_DigestSign(md, ret, &len, text->ptr, text->len) != 1 || len != SIGNATURE_LEN)
        die("cannot sign: is it an Ed25519 key?");
    EVP_MD_CTX_free(md);
}

static void connect_again(struct client *c)
{
    const int one = 1;
    if (c->socket >= 0)
        (void)close(c->socket);
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0 || connect(c->socket, (const struct sockaddr *)&address, sizeof address) != 0)
        die("connect: %s", strerror(errno));
    (void)setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static bool send_all(int fd, struct span s)
{
    while (s.len > 0) {
        const ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = span_of(s.ptr + n, s.len - (size_t)n);
    }
    return true;
}

static bool receive_more(struct client *c)
{
    uint8_t *const to = buf_reserve(&c->answer, 65536);
    const ssize_t n = to ? recv(c->socket, to, 65536, 0) : -1;
    if (n <= 0)
        return false;
    c->answer.len += (size_t)n;
    return true;
}

/* The value of a header of the answer, up to its line's end; NULL: not there. */
static const char *header_of(struct client *c, const char *name)
{
    const size_t len = strlen(name);
    const char *at = strstr(buf_cstr(&c->answer), "\r\n");
    while (at && at[2] != '\r') {
        if (strncasecmp(at + 2, name, len) == 0 && at[2 + len] == ':')
            return at + 2 + len + 1 + strspn(at + 2 + len + 1, " ");
        at = strstr(at + 2, "\r\n");
    }
    return NULL;
}

/* Content-Length answers alone, or the end of the connection. */
static bool receive_answer(struct client *c)
{
    buf_clear(&c->answer);
    const char *end = NULL;
    while (!end) {
        if (!receive_more(c))
            return false;
        end = strstr(buf_cstr(&c->answer), "\r\n\r\n");
    }
    c->body = (size_t)(end - buf_cstr(&c->answer)) + 4;
    c->status = (unsigned)strtoul(buf_cstr(&c->answer) + 9, NULL, 10);
    const char *const length = header_of(c, "content-length");
    if (!length)
        die("an answer without Content-Length");
    const size_t want = c->body + strtoul(length, NULL, 10);
    while (c->answer.len < want) {
        if (!receive_more(c))
            return false;
    }
    return true;
}

static void put_request(struct client *c, struct buf *to, const char *method, const char *target,
                        const char *key, const struct span *body, unsigned wait_s)
{
    static atomic_uint_fast64_t nonces;
    uint8_t digest[SHA256_LEN], random[8], signature[SIGNATURE_LEN];
    char uri[1024], nonce[64];
    struct buf digest_field = { 0 }, input = { 0 }, text = { 0 };
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, nonce);
    (void)snprintf(nonce + 16, sizeof nonce - 16, "-%" PRIu64,
                   (uint64_t)atomic_fetch_add(&nonces, 1));
    (void)snprintf(uri, sizeof uri, "%s%s", base, target);
    if (body)
        sha256(*body, digest);
    const struct message_draft draft = {
        .method = method,
        .target_uri = span_text(uri),
        .body_sha256 = body ? digest : NULL,
        .content_type = body ? "text/csv" : NULL,
        .idempotency_key = body ? key : NULL,
        .keyid = c->who,
        .nonce = nonce,
        .alg = ALG_EDDSA,
        .created = now_s,
    };
    if (message_draft_put(&draft, &digest_field, &input, &text, NULL) != RC_OK)
        die("no draft");
    sign(c, &text, signature);

    buf_printf(to, "%s %s HTTP/1.1\r\nHost: intake\r\nSignature-Input: %s\r\nSignature: ", method,
               target, buf_cstr(&input));
    message_signature_put(to, span_of(signature, sizeof signature));
    if (wait_s > 0)
        buf_printf(to, "\r\nPrefer: wait=%u", wait_s);
    if (body) {
        buf_printf(to,
                   "\r\nContent-Digest: %s\r\nContent-Type: text/csv\r\nIdempotency-Key: %s\r\n"
                   "Content-Length: %zu",
                   buf_cstr(&digest_field), key, body->len);
    }
    buf_put_text(to, "\r\n\r\n");
    if (body)
        buf_put_span(to, *body);
    buf_free(&digest_field);
    buf_free(&input);
    buf_free(&text);
}

static void ask(struct client *c, const char *method, const char *target, const char *key,
                const struct span *body, unsigned wait_s)
{
    struct buf request = { 0 };
    put_request(c, &request, method, target, key, body, wait_s);
    if (c->socket < 0)
        connect_again(c);
    if (!send_all(c->socket, buf_span(&request)) || !receive_answer(c))
        die("%s %s: the connection ended", method, target);
    const char *const connection = header_of(c, "connection");
    if (connection && strncasecmp(connection, "close", 5) == 0) {
        (void)close(c->socket);
        c->socket = -1;
    }
    buf_free(&request);
}

/* --- push --- */

struct errand {
    char who[80], key[512], kind[16], file[512];
};
static struct errand errands[FILES_MAX];
static size_t errand_count;

static void location_of(struct client *c, char ret[128])
{
    const char *const at = header_of(c, "location");
    if (!at)
        die("no Location");
    (void)snprintf(ret, 128, "%.*s", (int)strcspn(at, "\r"), at);
}

static void wait_done(struct client *c, const char *location)
{
    for (;;) {
        ask(c, "GET", location, NULL, NULL, 30);
        const char *const body = buf_cstr(&c->answer) + c->body;
        if (c->status != 200 || strstr(body, "\"state\":\"failed\""))
            die("%s: %u %s", location, c->status, body);
        if (strstr(body, "\"state\":\"done\""))
            return;
    }
}

static void push_file(struct client *c, const struct errand *e, char ret_location[128])
{
    struct buf text = { 0 };
    char target[64], key[128];
    if (file_read(e->file, FILE_MAX, &text, NULL) != RC_OK)
        die("%s: cannot be read", e->file);
    const struct span body = buf_span(&text);
    (void)snprintf(target, sizeof target, "/v1/batches?kind=%s", e->kind);
    const char *const slash = strrchr(e->file, '/');
    (void)snprintf(key, sizeof key, "%.100s-%" PRId64, slash ? slash + 1 : e->file, now_s);
    ask(c, "POST", target, key, &body, 0);
    while (c->status == 429) {
        (void)usleep(200000);
        ask(c, "POST", target, key, &body, 0);
    }
    if (c->status != 202 && c->status != 200)
        die("%s: %u %s", e->file, c->status, buf_cstr(&c->answer) + c->body);
    location_of(c, ret_location);
    buf_free(&text);
}

/* All that one sender has; ends when its last batch is done. */
static void *push_all(void *arg)
{
    const struct errand *const first = arg;
    static char(*locations)[128];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    (void)pthread_mutex_lock(&lock);
    if (!locations)
        locations = calloc(FILES_MAX, sizeof *locations);
    (void)pthread_mutex_unlock(&lock);

    struct client c = { .socket = -1, .who = first->who, .key = read_key(first->key) };
    for (size_t i = 0; i < errand_count; i++) {
        if (strcmp(errands[i].who, first->who) == 0)
            push_file(&c, &errands[i], locations[i]);
    }
    for (size_t i = 0; i < errand_count; i++) {
        if (strcmp(errands[i].who, first->who) == 0)
            wait_done(&c, locations[i]);
    }
    (void)close(c.socket);
    buf_free(&c.answer);
    EVP_PKEY_free(c.key);
    return NULL;
}

static void read_plan(const char *path)
{
    FILE *const f = fopen(path, "r");
    if (!f)
        die("%s: cannot be read", path);
    struct errand *e = errands;
    while (errand_count < FILES_MAX &&
           fscanf(f, "%79s %511s %15s %511s", e->who, e->key, e->kind, e->file) == 4) {
        e++;
        errand_count++;
    }
    (void)fclose(f);
}

static bool is_first(size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (strcmp(errands[j].who, errands[i].who) == 0)
            return false;
    }
    return true;
}

static int run_push(const char *plan)
{
    pthread_t threads[THREADS_MAX];
    size_t count = 0;
    read_plan(plan);
    const double began = clock_s();
    for (size_t i = 0; i < errand_count; i++) {
        if (is_first(i) && count < THREADS_MAX &&
            pthread_create(&threads[count++], NULL, push_all, &errands[i]) != 0)
            die("no thread");
    }
    for (size_t i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
    (void)printf("{\"senders\":%zu,\"batches\":%zu,\"seconds\":%.3f}\n", count, errand_count,
                 clock_s() - began);
    return 0;
}

/* --- single rows --- */

static struct {
    struct buf text;
    struct span header;
    size_t count;
    struct span *rows;
    atomic_size_t next;
    const char *kind, *keys;
    unsigned wait_s;
    double end_s;
} single;

struct worker {
    size_t i;
    size_t count, max;
    double *seconds; /* of each request */
};

static void read_rows(const char *path)
{
    if (file_read(path, FILE_MAX, &single.text, NULL) != RC_OK)
        die("%s: cannot be read", path);
    single.rows = calloc(single.text.len / 20 + 1, sizeof *single.rows);
    const uint8_t *at = single.text.ptr, *const end = at + single.text.len;
    while (at < end) {
        const uint8_t *const nl = memchr(at, '\n', (size_t)(end - at));
        const size_t len = nl ? (size_t)(nl - at) + 1 : (size_t)(end - at);
        if (!single.header.ptr)
            single.header = span_of(at, len);
        else
            single.rows[single.count++] = span_of(at, len);
        at += len;
    }
}

static void *push_rows(void *arg)
{
    struct worker *const w = arg;
    char who[16], path[512], target[64], key[64];
    (void)snprintf(who, sizeof who, "s%zu", w->i);
    (void)snprintf(path, sizeof path, "%s/s%zu.pem", single.keys, w->i);
    (void)snprintf(target, sizeof target, "/v1/batches?kind=%s", single.kind);
    struct client c = { .socket = -1, .who = who, .key = read_key(path) };
    struct buf body = { 0 };
    while (clock_s() < single.end_s && w->count < w->max) {
        const size_t n = atomic_fetch_add(&single.next, 1);
        if (n >= single.count)
            die("not enough rows");
        buf_clear(&body);
        buf_put_span(&body, single.header);
        buf_put_span(&body, single.rows[n]);
        const struct span s = buf_span(&body);
        (void)snprintf(key, sizeof key, "row-%zu-%d", n, (int)getpid());
        const double began = clock_s();
        ask(&c, "POST", target, key, &s, single.wait_s);
        if (c.status == 429) {
            (void)usleep(20000);
            continue;
        }
        if (c.status != 202 && c.status != 200)
            die("row %zu: %u %s", n, c.status, buf_cstr(&c.answer) + c.body);
        w->seconds[w->count++] = clock_s() - began;
    }
    (void)close(c.socket);
    buf_free(&body);
    buf_free(&c.answer);
    EVP_PKEY_free(c.key);
    return NULL;
}

static void print_rates(const struct worker *workers, size_t threads, double seconds)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < threads; i++)
        count += workers[i].count;
    double *const all = calloc(count + 1, sizeof *all);
    for (size_t i = 0; i < threads; i++) {
        memcpy(all + at, workers[i].seconds, workers[i].count * sizeof *all);
        at += workers[i].count;
    }
    qsort(all, count, sizeof *all, compare);
    (void)printf(
        "{\"threads\":%zu,\"acknowledged\":%zu,\"per_second\":%.1f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,"
        "\"max_ms\":%.2f}\n",
        threads, count, (double)count / seconds, all[count / 2] * 1e3, all[count * 99 / 100] * 1e3,
        count ? all[count - 1] * 1e3 : 0.0);
    free(all);
}

static int run_single(size_t threads, double seconds)
{
    static struct worker workers[THREADS_MAX];
    pthread_t handles[THREADS_MAX];
    const double began = clock_s();
    single.end_s = began + seconds;
    for (size_t i = 0; i < threads; i++) {
        workers[i] = (struct worker){ .i = i, .max = 1u << 20 };
        workers[i].seconds = calloc(workers[i].max, sizeof(double));
        if (!workers[i].seconds || pthread_create(&handles[i], NULL, push_rows, &workers[i]) != 0)
            die("no thread");
    }
    for (size_t i = 0; i < threads; i++)
        (void)pthread_join(handles[i], NULL);
    print_rates(workers, threads, clock_s() - began);
    return 0;
}

/* --- what the disk gives --- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t come, done;
    uint64_t asked, written; /* items handed in; items on disk */
    bool end;
} raw = { .lock = PTHREAD_MUTEX_INITIALIZER,
          .come = PTHREAD_COND_INITIALIZER,
          .done = PTHREAD_COND_INITIALIZER };

static void *write_items(void *arg)
{
    struct worker *const w = arg;
    while (clock_s() < single.end_s && w->count < w->max) {
        const double began = clock_s();
        (void)pthread_mutex_lock(&raw.lock);
        const uint64_t mine = ++raw.asked;
        (void)pthread_cond_signal(&raw.come);
        while (raw.written < mine)
            (void)pthread_cond_wait(&raw.done, &raw.lock);
        (void)pthread_mutex_unlock(&raw.lock);
        w->seconds[w->count++] = clock_s() - began;
    }
    return NULL;
}

static void *sync_items(void *arg)
{
    static uint8_t item[1024];
    const int fd = *(const int *)arg;
    (void)pthread_mutex_lock(&raw.lock);
    while (!raw.end) {
        while (raw.asked == raw.written && !raw.end)
            (void)pthread_cond_wait(&raw.come, &raw.lock);
        const uint64_t asked = raw.asked, from = raw.written;
        (void)pthread_mutex_unlock(&raw.lock);
        for (uint64_t i = from; i < asked; i++) {
            if (write(fd, item, sizeof item) != (ssize_t)sizeof item)
                die("write: %s", strerror(errno));
        }
        if (fdatasync(fd) != 0)
            die("fdatasync: %s", strerror(errno));
        (void)pthread_mutex_lock(&raw.lock);
        raw.written = asked;
        (void)pthread_cond_broadcast(&raw.done);
    }
    (void)pthread_mutex_unlock(&raw.lock);
    return NULL;
}

static int run_raw(size_t threads, double seconds, const char *folder)
{
    static struct worker workers[THREADS_MAX];
    pthread_t handles[THREADS_MAX], writer;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/raw-commits", folder);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || pthread_create(&writer, NULL, sync_items, &fd) != 0)
        die("%s: %s", path, strerror(errno));
    const double began = clock_s();
    single.end_s = began + seconds;
    for (size_t i = 0; i < threads; i++) {
        workers[i] = (struct worker){ .i = i, .max = 1u << 20 };
        workers[i].seconds = calloc(workers[i].max, sizeof(double));
        if (pthread_create(&handles[i], NULL, write_items, &workers[i]) != 0)
            die("no thread");
    }
    for (size_t i = 0; i < threads; i++)
        (void)pthread_join(handles[i], NULL);
    print_rates(workers, threads, clock_s() - began);
    (void)pthread_mutex_lock(&raw.lock);
    raw.end = true;
    (void)pthread_cond_signal(&raw.come);
    (void)pthread_mutex_unlock(&raw.lock);
    (void)pthread_join(writer, NULL);
    (void)close(fd);
    (void)unlink(path);
    return 0;
}

static size_t threads_of(const char *text)
{
    const unsigned long n = strtoul(text, NULL, 10);
    if (n < 1 || n > THREADS_MAX)
        die("'%s': 1 to %d threads", text, THREADS_MAX);
    return n;
}

int main(int argc, char *argv[])
{
    if (argc == 5 && strcmp(argv[1], "raw") == 0)
        return run_raw(threads_of(argv[2]), strtod(argv[3], NULL), argv[4]);
    if (argc < 6)
        die("usage: see the head of intake_load.c");

    const char *const colon = strrchr(argv[1], ':');
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)strtoul(colon ? colon + 1 : argv[1], NULL, 10));
    base = argv[2];
    now_s = strtoll(argv[3], NULL, 10);
    if (strcmp(argv[4], "push") == 0)
        return run_push(argv[5]);
    if (argc < 10 || strcmp(argv[4], "single") != 0)
        die("usage: see the head of intake_load.c");
    single.kind = argv[7];
    single.keys = argv[9];
    single.wait_s = argc > 10 ? 60 : 0;
    read_rows(argv[8]);
    return run_single(threads_of(argv[5]), strtod(argv[6], NULL));
}
