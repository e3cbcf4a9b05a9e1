#include "issuer/signer/serve.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/ipc/ipc.h"
#include "core/sys/file.h"
#include "core/sys/log.h"
#include "core/sys/notify.h"
#include "core/sys/signals.h"
#include "issuer/signer/desk.h"
#include "keys/signer/signer.h"

#define CLIENTS_MAX 64
#define REFUSAL_MS  1000
#define ANSWER_MS   60000
#define TICK_MS     1000
#define END_MS      10000 /* for requests under way */
#define SOCKET_MODE 0660u

/* Who is connected, and the thread that answers. */
struct place {
    enum { PLACE_FREE, PLACE_TAKEN, PLACE_LEFT } state; /* left: the thread is to be joined */
    int socket;
    pthread_t thread;
};

struct serving {
    struct desk *desk;
    int listening, signals, wake[2];
    pthread_mutex_t lock; /* of the rest */
    char path[PATH_LEN];  /* of the socket; "": none yet */
    struct place places[CLIENTS_MAX];
    unsigned count; /* taken */
    bool broken;
};

/* --- one client --- */

struct client {
    struct serving *all;
    struct place *place;
    int socket;
};

/* NULL: none is free. */
static struct place *take_place(struct serving *s, int socket)
{
    struct place *taken = NULL;
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; !taken && i < CLIENTS_MAX; i++) {
        if (s->places[i].state == PLACE_FREE)
            taken = &s->places[i];
    }
    if (taken) {
        taken->state = PLACE_TAKEN;
        taken->socket = socket;
        s->count++;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return taken;
}

static void give_place(struct serving *s, struct place *p, bool broken)
{
    (void)pthread_mutex_lock(&s->lock);
    p->state = PLACE_LEFT;
    s->count--;
    s->broken = s->broken || broken;
    (void)close(p->socket);
    (void)!write(s->wake[1], "", 1);
    (void)pthread_mutex_unlock(&s->lock);
}

/* A thread that left its place may still be in its last steps, and use what libraries keep for it:
 * none of them is left when the process ends. By the main thread alone. */
static void join_left(struct serving *s)
{
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        struct place *const p = &s->places[i];
        (void)pthread_mutex_lock(&s->lock);
        const bool left = p->state == PLACE_LEFT;
        (void)pthread_mutex_unlock(&s->lock);
        if (!left)
            continue;
        (void)pthread_join(p->thread, NULL);
        (void)pthread_mutex_lock(&s->lock);
        p->state = PLACE_FREE;
        (void)pthread_mutex_unlock(&s->lock);
    }
}

/* What was no question is answered as well, and then the client is dropped. */
static enum rc serve_one(struct client *c, struct buf *message, struct buf *answer, struct diag *d)
{
    enum rc rc = ipc_receive(c->socket, message, NULL, 0, d);
    if (rc != RC_OK)
        return rc;
    buf_clear(answer);
    rc = desk_answer(c->all->desk, buf_span(message), answer, d);
    const enum rc sent =
        buf_ok(answer) ? ipc_send(c->socket, buf_span(answer), -1, ANSWER_MS, d) : RC_NOMEM;
    return rc != RC_OK ? rc : sent;
}

/* Until it closes. */
static void *serve_client(void *arg)
{
    struct client *const c = arg;
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    ON_EXIT(buf_free_at) struct buf answer = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = RC_OK;
    bool broken = false;
    while (rc == RC_OK && !broken) {
        rc = serve_one(c, &message, &answer, &d);
        broken = desk_is_broken(c->all->desk);
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        log_failure(LEVEL_WARN, "client_dropped", rc, &d);
    give_place(c->all, c->place, broken);
    free(c);
    return NULL;
}

static enum rc start_client(struct serving *s, int socket, struct diag *d)
{
    struct client *const c = malloc(sizeof *c);
    struct place *const p = c ? take_place(s, socket) : NULL;
    if (!p) {
        free(c);
        (void)close(socket);
        return diag_set(d, RC_LIMIT, CLIENTS_MAX, "too many clients");
    }
    *c = (struct client){ s, p, socket };
    if (pthread_create(&p->thread, NULL, serve_client, c) == 0)
        return RC_OK;
    free(c);
    give_place(s, p, false);
    p->state = PLACE_FREE; /* no thread to be joined */
    return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no thread for a client");
}

/*
 * Whom the socket's mode lets in is asked again: root, our own user, or who runs with our group as
 * its own, as core and reader do. (In a user namespace of ours other users have no number.)
 */
static enum rc check_peer(int socket, struct diag *d)
{
    uid_t uid = 0;
    gid_t gid = 0;
    const enum rc rc = ipc_peer(socket, NULL, &uid, &gid, d);
    if (rc != RC_OK)
        return rc;
    if (uid == 0 || uid == geteuid() || gid == getegid())
        return RC_OK;
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "user %u is not let in", (unsigned)uid);
}

static void welcome(struct serving *s)
{
    struct diag d = DIAG_INIT;
    int socket = -1;
    enum rc rc = ipc_accept(s->listening, 1, &socket, &d);
    if (rc == RC_BUSY)
        return;
    if (rc == RC_OK)
        rc = check_peer(socket, &d);
    if (rc == RC_OK)
        rc = start_client(s, socket, &d);
    else
        fd_close_at(&socket);
    if (rc != RC_OK)
        log_failure(LEVEL_WARN, "client_refused", rc, &d);
}

/* --- until told --- */

/* Ctrl-C is meant for the command that has started us, which then closes. */
static enum rc open_signals(bool by_client, int *ret, struct diag *d)
{
    const enum rc rc = signals_open(TOLD_END | TOLD_RELOAD, ret, d);
    if (by_client)
        (void)signal(SIGINT, SIG_IGN);
    return rc;
}

static unsigned count_clients(struct serving *s, bool *ret_broken)
{
    (void)pthread_mutex_lock(&s->lock);
    const unsigned count = s->count;
    *ret_broken = s->broken;
    (void)pthread_mutex_unlock(&s->lock);
    return count;
}

static void drain_wake(struct serving *s)
{
    char bytes[64];
    while (read(s->wake[0], bytes, sizeof bytes) > 0)
        ;
}

static enum rc run(struct serving *s, bool by_client, struct diag *d)
{
    struct pollfd p[] = {
        { .fd = s->signals, .events = POLLIN },
        { .fd = s->wake[0], .events = POLLIN },
        { .fd = s->listening, .events = POLLIN },
    };
    const int tick_ms = notify_tick_ms(TICK_MS);
    for (;;) {
        bool broken = false;
        (void)poll(p, 3, tick_ms); /* also when a client's end could not be told */
        const unsigned told = signals_take(s->signals, 0);
        if (told & TOLD_END)
            return RC_OK;
        if (told & TOLD_RELOAD)
            desk_reload(s->desk);
        join_left(s);
        if (p[2].revents & POLLIN)
            welcome(s);
        drain_wake(s);
        notify_watchdog();
        if (count_clients(s, &broken) == 0 && by_client)
            return RC_OK;
        if (desk_hsm_is_lost(s->desk))
            return diag_set(d, RC_BUSY, DIAG_NO_OFFSET,
                            "a call of the HSM hangs: begun anew, the module may find it again");
        if (broken)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the memory has to be opened anew");
    }
}

/* --- beginning and end --- */

static void end_clients(struct serving *s)
{
    const struct timespec tick = { .tv_nsec = 2000000 };
    bool broken;
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (s->places[i].state == PLACE_TAKEN)
            (void)shutdown(s->places[i].socket, SHUT_RD); /* what is under way is still answered */
    }
    (void)pthread_mutex_unlock(&s->lock);
    for (int waited = 0; count_clients(s, &broken) > 0 && waited < END_MS; waited += 2)
        (void)nanosleep(&tick, NULL);
    if (count_clients(s, &broken) > 0)
        _exit(1); /* memory and sockets are still in use: the kernel closes them */
    join_left(s);
}

static void serving_end(struct serving *s)
{
    fd_close_at(&s->listening);
    end_clients(s);
    if (s->path[0]) /* the home is ours as long as its memory is open */
        (void)unlink(s->path);
    fd_close_at(&s->signals);
    fd_close_at(&s->wake[0]);
    fd_close_at(&s->wake[1]);
    desk_close(s->desk);
    (void)pthread_mutex_destroy(&s->lock);
}

static enum rc open_socket(struct serving *s, const char *home, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = path_join(home, "run", path, d);
    if (rc == RC_OK)
        rc = folder_make(path, 0700, d);
    if (rc == RC_OK)
        rc = path_join(home, SIGNER_SOCKET, path, d);
    if (rc == RC_OK)
        rc = ipc_listen(path, SOCKET_MODE, &s->listening, d);
    if (rc == RC_OK)
        memcpy(s->path, path, sizeof path);
    return rc;
}

/* Keys are in this process: none of it is written anywhere, and nobody looks in. */
static void close_shutters(void)
{
    const struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

static enum rc begin(struct serving *s, const struct serve_options *o, struct diag *d)
{
    enum rc rc = open_signals(o->client >= 0, &s->signals, d);
    if (rc == RC_OK && pipe(s->wake) != 0)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot make a pipe: %s", strerror(errno));
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < 2; i++) {
        (void)fcntl(s->wake[i], F_SETFL, O_NONBLOCK);
        (void)fcntl(s->wake[i], F_SETFD, FD_CLOEXEC);
    }
    rc = desk_open(o->home, &s->desk, d);
    if (rc == RC_OK)
        rc = open_socket(s, o->home, d);
    if (rc == RC_OK && o->client >= 0)
        rc = start_client(s, o->client, d);
    return rc;
}

/* Who has started us hears why it came to nothing, as the answer to its first question. */
static void excuse(int client, enum rc rc, const struct diag *why)
{
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    ON_EXIT(buf_free_at) struct buf answer = { 0 };
    desk_refuse(&answer, rc, why);
    if (ipc_receive(client, &message, NULL, REFUSAL_MS, NULL) == RC_OK && buf_ok(&answer))
        (void)!ipc_send(client, buf_span(&answer), -1, REFUSAL_MS, NULL);
}

static void serving_init(struct serving *s)
{
    *s = (struct serving){ .listening = -1, .signals = -1, .wake = { -1, -1 } };
    (void)pthread_mutex_init(&s->lock, NULL);
}

enum rc serve(const struct serve_options *o, struct diag *d)
{
    assert(o && o->home);

    struct serving s;
    struct diag why = DIAG_INIT;
    serving_init(&s);
    close_shutters();
    log_open("sitecert-signer", o->client >= 0 ? LEVEL_ERROR : LEVEL_INFO);
    enum rc rc = begin(&s, o, &why);
    if (rc != RC_OK) {
        if (o->client >= 0)
            excuse(o->client, rc, &why);
        serving_end(&s);
        return diag_set(d, rc, DIAG_NO_OFFSET, "%s", why.text);
    }
    log_event(LEVEL_INFO, "ready");
    notify_ready();
    rc = run(&s, o->client >= 0, &why);
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "cannot_go_on", rc, &why);
    notify_stopping();
    serving_end(&s);
    return rc == RC_OK ? RC_OK : diag_set(d, rc, DIAG_NO_OFFSET, "%s", why.text);
}
