/*
 * Load on the intake: many senders at once, over HTTP, each signing its own requests with P-256.
 *
 *   intake_load ADDRESS BASE NOW push PLAN
 *       PLAN has lines "sender key.pem kind file" (blanks between): each sender pushes its files in
 *       order, all senders at once; ends when all rows are done
 *   intake_load ADDRESS BASE NOW single SENDERS SECONDS KIND ROWS.csv KEYS COUNT [wait]
 *       so many senders at once, sN with KEYS/sN.pem, each pushing one row of ROWS.csv after the
 *       other, COUNT in all at most, signed before the clock starts; until a row is on disk, or,
 *       with wait, until its result is there
 *   intake_load raw WRITERS SECONDS FOLDER
 *       what the disk gives: so many writers, each with a record of 1 KiB after the other, which
 *       share each fdatasync: whoever comes first writes for all that wait; over zeros that stand
 *       there, as the core does
 *
 * ADDRESS is 127.0.0.1:PORT, BASE what is signed before the target, NOW Unix seconds. Prints one
 * line of JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/file.h"
#include "tests/bench/intake_client.h"

#define THREADS_MAX 256
#define FILES_MAX   4096
#define FILE_MAX    (256u << 20)
#define RECORD      1024u
#define RAW_FILE    ((size_t)64 << 20) /* of zeros at first, as the core's journal */

static int64_t now_s;

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Seconds that each took. */
struct times {
    double *of;
    size_t count, max;
};

static struct times times_new(size_t max)
{
    struct times t = { .of = calloc(max + 1, sizeof *t.of), .max = max };
    if (!t.of)
        die("no memory");
    return t;
}

static double processor_s(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void print_times(struct times *t, double seconds, double processor)
{
    qsort(t->of, t->count, sizeof *t->of, compare);
    (void)printf("{\"count\":%zu,\"per_second\":%.1f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,"
                 "\"processor_s\":%.3f}\n",
                 t->count, (double)t->count / seconds, t->count ? t->of[t->count / 2] * 1e3 : 0.0,
                 t->count ? t->of[t->count * 99 / 100] * 1e3 : 0.0, processor);
    free(t->of);
}

/* --- push --- */

struct errand {
    char who[80], key[512], kind[16], file[512];
};
static struct errand errands[FILES_MAX];
static size_t errand_count;

static void location_of(struct client *c, char ret[128])
{
    const char *const at = client_header(c, "location");
    if (!at)
        die("no Location");
    (void)snprintf(ret, 128, "%.*s", (int)strcspn(at, "\r"), at);
}

static void wait_done(struct client *c, const char *location)
{
    for (;;) {
        client_ask(c, "GET", location, NULL, NULL, 30);
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
    client_ask(c, "POST", target, key, &body, 0);
    while (c->status == 429) {
        (void)usleep(200000);
        client_ask(c, "POST", target, key, &body, 0);
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

    struct client c = { .socket = -1, .who = first->who, .key = client_key(first->key) };
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

struct rows {
    struct buf text;
    struct span header;
    size_t count;
    struct span *of;
};

static void read_rows(const char *path, struct rows *r)
{
    if (file_read(path, FILE_MAX, &r->text, NULL) != RC_OK)
        die("%s: cannot be read", path);
    r->of = calloc(r->text.len / 20 + 1, sizeof *r->of);
    const uint8_t *at = r->text.ptr, *const end = at + r->text.len;
    while (at < end) {
        const uint8_t *const nl = memchr(at, '\n', (size_t)(end - at));
        const size_t len = nl ? (size_t)(nl - at) + 1 : (size_t)(end - at);
        if (!r->header.ptr)
            r->header = span_of(at, len);
        else
            r->of[r->count++] = span_of(at, len);
        at += len;
    }
}

/* One sender, with its connection once all is signed. */
struct line {
    struct client client;
    char who[16];
    struct buf requests; /* one behind the other */
    size_t *ends;
    size_t count, next;
    double began;
};

static void open_line(struct line *l, size_t n, const char *keys, size_t count)
{
    char path[512];
    (void)snprintf(l->who, sizeof l->who, "s%zu", n);
    (void)snprintf(path, sizeof path, "%s/s%zu.pem", keys, n);
    l->client = (struct client){ .socket = -1, .who = l->who, .key = client_key(path) };
    l->ends = calloc(count + 1, sizeof *l->ends);
}

static void sign_row(struct line *l, const char *kind, const struct rows *r, size_t n, bool wait)
{
    char target[64], key[64];
    struct buf body = { 0 };
    buf_put_span(&body, r->header);
    buf_put_span(&body, r->of[n]);
    const struct span s = buf_span(&body);
    (void)snprintf(target, sizeof target, "/v1/batches?kind=%s", kind);
    (void)snprintf(key, sizeof key, "row-%zu-%d", n, (int)getpid());
    client_put_request(&l->client, &l->requests, "POST", target, key, &s, wait ? 30 : 0);
    l->ends[++l->count] = l->requests.len;
    buf_free(&body);
}

/* False: it has none left. */
static bool send_next(struct line *l)
{
    if (l->next == l->count)
        return false;
    const uint8_t *const from = l->requests.ptr + l->ends[l->next];
    const size_t len = l->ends[l->next + 1] - l->ends[l->next];
    l->next++;
    l->began = clock_s();
    l->client.answer.len = 0;
    if (send(l->client.socket, from, len, MSG_NOSIGNAL) != (ssize_t)len)
        die("a request was not taken whole");
    return true;
}

/* Whether the answer is whole now. */
static bool receive_some(struct line *l)
{
    struct buf *const b = &l->client.answer;
    uint8_t *const to = buf_reserve(b, 16384);
    const ssize_t n = to ? recv(l->client.socket, to, 16384, 0) : -1;
    if (n <= 0)
        die("the connection ended");
    b->len += (size_t)n;
    const char *const text = buf_cstr(b), *const end = strstr(text, "\r\n\r\n");
    if (!end)
        return false;
    const char *const length = client_header(&l->client, "content-length");
    return length && b->len >= (size_t)(end - text) + 4 + strtoul(length, NULL, 10);
}

static void take_answer(struct line *l, unsigned wanted, struct times *t)
{
    const unsigned status = (unsigned)strtoul(buf_cstr(&l->client.answer) + 9, NULL, 10);
    if (status != wanted)
        die("%s", buf_cstr(&l->client.answer));
    if (t->count < t->max)
        t->of[t->count++] = clock_s() - l->began;
}

static double push_rows(struct line *lines, size_t count, double seconds, bool wait,
                        struct times *t)
{
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const double began = clock_s();
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = &lines[i] };
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, lines[i].client.socket, &e) != 0)
            die("epoll: %s", strerror(errno));
        left += send_next(&lines[i]);
    }
    while (left > 0) {
        struct epoll_event events[THREADS_MAX];
        const int n = epoll_wait(epoll, events, THREADS_MAX, 60000);
        if (n <= 0)
            die("no answer within a minute");
        for (int i = 0; i < n; i++) {
            struct line *const l = events[i].data.ptr;
            if (!receive_some(l))
                continue;
            take_answer(l, wait ? 200 : 202, t);
            if (clock_s() - began >= seconds || !send_next(l))
                left--;
        }
    }
    (void)close(epoll);
    return clock_s() - began;
}

static int run_single(size_t senders, double seconds, const char *const arguments[4], bool wait)
{
    static struct line lines[THREADS_MAX];
    struct rows r = { .count = 0 };
    const size_t count = strtoul(arguments[3], NULL, 10);
    read_rows(arguments[1], &r);
    if (r.count < count)
        die("%zu rows are not %zu", r.count, count);
    for (size_t i = 0; i < senders; i++)
        open_line(&lines[i], i, arguments[2], count);
    for (size_t i = 0; i < count; i++)
        sign_row(&lines[i % senders], arguments[0], &r, i, wait);
    for (size_t i = 0; i < senders; i++) /* now: nobody waits in silence while others sign */
        client_connect(&lines[i].client);
    struct times t = times_new(count);
    const double used = processor_s();
    const double took = push_rows(lines, senders, seconds, wait, &t);
    print_times(&t, took, processor_s() - used);
    return 0;
}

/* --- what the disk gives --- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t written;
    int fd;
    bool writing;               /* somebody writes for all */
    uint64_t handed_in, synced; /* records */
    struct buf next, at_work;
    size_t offset; /* where the next group goes */
    double until;
} raw = { .lock = PTHREAD_MUTEX_INITIALIZER, .written = PTHREAD_COND_INITIALIZER };

/* With the lock. */
static void write_for_all(void)
{
    const uint64_t all = raw.handed_in;
    const struct buf group = raw.next;
    raw.next = raw.at_work;
    raw.at_work = group;
    raw.next.len = 0;
    raw.writing = true;
    (void)pthread_mutex_unlock(&raw.lock);
    if (raw.offset + group.len > RAW_FILE)
        raw.offset = 0;
    if (pwrite(raw.fd, group.ptr, group.len, (off_t)raw.offset) != (ssize_t)group.len ||
        fdatasync(raw.fd) != 0)
        die("write: %s", strerror(errno));
    raw.offset += group.len;
    (void)pthread_mutex_lock(&raw.lock);
    raw.writing = false;
    raw.synced = all;
    (void)pthread_cond_broadcast(&raw.written);
}

static void *write_records(void *arg)
{
    static const uint8_t record[RECORD];
    struct times *const t = arg;
    while (clock_s() < raw.until && t->count < t->max) {
        const double began = clock_s();
        (void)pthread_mutex_lock(&raw.lock);
        buf_put(&raw.next, record, sizeof record);
        const uint64_t mine = ++raw.handed_in;
        while (raw.synced < mine) {
            if (raw.writing)
                (void)pthread_cond_wait(&raw.written, &raw.lock);
            else
                write_for_all();
        }
        (void)pthread_mutex_unlock(&raw.lock);
        t->of[t->count++] = clock_s() - began;
    }
    return NULL;
}

/* fdatasync has no new length to write then. */
static void fill_with_zeros(int fd)
{
    static const uint8_t zeros[1u << 20];
    for (size_t at = 0; at < RAW_FILE; at += sizeof zeros)
        if (pwrite(fd, zeros, sizeof zeros, (off_t)at) != (ssize_t)sizeof zeros)
            die("write: %s", strerror(errno));
    if (fsync(fd) != 0)
        die("write: %s", strerror(errno));
}

static int run_raw(size_t writers, double seconds, const char *folder)
{
    static struct times times[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    char path[512];
    (void)snprintf(path, sizeof path, "%s/raw-commits", folder);
    raw.fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (raw.fd < 0)
        die("%s: %s", path, strerror(errno));
    fill_with_zeros(raw.fd);
    const double began = clock_s(), used = processor_s();
    raw.until = began + seconds;
    for (size_t i = 0; i < writers; i++) {
        times[i] = times_new(1u << 18);
        if (pthread_create(&threads[i], NULL, write_records, &times[i]) != 0)
            die("no thread");
    }
    struct times all = times_new(writers << 18);
    for (size_t i = 0; i < writers; i++) {
        (void)pthread_join(threads[i], NULL);
        memcpy(all.of + all.count, times[i].of, times[i].count * sizeof *all.of);
        all.count += times[i].count;
    }
    print_times(&all, clock_s() - began, processor_s() - used);
    (void)close(raw.fd);
    (void)unlink(path);
    return 0;
}

static size_t threads_of(const char *text)
{
    const unsigned long n = strtoul(text, NULL, 10);
    if (n < 1 || n > THREADS_MAX)
        die("'%s': 1 to %d", text, THREADS_MAX);
    return n;
}

int main(int argc, char *argv[])
{
    if (argc == 5 && strcmp(argv[1], "raw") == 0)
        return run_raw(threads_of(argv[2]), strtod(argv[3], NULL), argv[4]);
    if (argc < 6)
        die("usage: see the head of intake_load.c");

    now_s = strtoll(argv[3], NULL, 10);
    client_aim(argv[1], argv[2], now_s);
    if (strcmp(argv[4], "push") == 0)
        return run_push(argv[5]);
    if (argc < 11 || strcmp(argv[4], "single") != 0)
        die("usage: see the head of intake_load.c");
    const char *const arguments[] = { argv[7], argv[8], argv[9], argv[10] };
    return run_single(threads_of(argv[5]), strtod(argv[6], NULL), arguments, argc > 11);
}
