#include "issuer/reader/run.h"

#include <signal.h>
#include <unistd.h>

#include "core/ipc/ipc_server.h"
#include "core/sys/log.h"
#include "issuer/daemon/protocol.h"
#include "issuer/reader/desk.h"

#define LOOKS       16u  /* certificates, tokens and changes at once */
#define REPORTS     2u   /* at once: each reads every row */
#define MATCHES     4u   /* questions for holders at once */
#define CONNECTIONS 256u /* the front opens one for each question under way */
#define HOLDERS     64u  /* connections of the public endpoint */

struct run {
    sigset_t signals;
    struct home home; /* as it was at the start: the register's and the vault's */
    struct vault *vault;
    struct reg *reg;
    struct stock *stock;
    struct views *views;
    struct desk *desk;
    struct holders *holders;
    struct ipc_server *server, *holder_server;
};

/* Before any thread is made: they all inherit the mask. */
static enum rc block_signals(sigset_t *ret, struct diag *d)
{
    (void)sigemptyset(ret);
    (void)sigaddset(ret, SIGTERM);
    (void)sigaddset(ret, SIGINT);
    (void)sigaddset(ret, SIGHUP);
    (void)signal(SIGPIPE, SIG_IGN);
    return sigprocmask(SIG_BLOCK, ret, NULL) == 0
               ? RC_OK
               : diag_set(d, RC_IO, DIAG_NO_OFFSET, "signals cannot be blocked");
}

static void set_level(const struct home *h)
{
    enum log_level level = LEVEL_INFO;
    if (log_level_from_name(h->settings.issuer.log_level, &level))
        log_set_level(level);
}

/* Drawing takes a processor. */
static unsigned presses(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > (long)LANE_PLACES_MAX ? LANE_PLACES_MAX : (unsigned)n;
}

static enum rc open_register(struct run *r, const char *path, struct diag *d)
{
    const unsigned counts[LANE_COUNT] = { LOOKS, presses(), REPORTS, MATCHES };
    enum rc rc = home_open(path, &r->home, d);
    if (rc == RC_OK)
        rc = home_vault(&r->home, &r->vault, d);
    if (rc == RC_OK)
        rc = register_open(&r->home, r->vault, REG_READ, &r->reg, d);
    if (rc != RC_OK)
        return rc;
    register_rest(r->reg);
    return views_open(r->reg, counts, &r->views, d);
}

static enum rc make_folder(const struct run *r, struct diag *d)
{
    char folder[PATH_LEN];
    const enum rc rc = home_path(&r->home, "run", folder, d);
    return rc == RC_OK ? folder_make(folder, 0700, d) : rc;
}

static enum rc serve_front(struct run *r, struct diag *d)
{
    char socket[PATH_LEN];
    const struct ipc_server_options o = {
        .path = socket,
        .mode = 0600,
        .connections_max = CONNECTIONS,
        .arg = r->desk,
        .answer = desk_answer,
    };
    const enum rc rc = home_path(&r->home, READER_SOCKET, socket, d);
    return rc == RC_OK ? ipc_server_open(&o, &r->server, d) : rc;
}

/* The endpoint is another user, who may be let into the group. */
static enum rc serve_holders(struct run *r, struct diag *d)
{
    char socket[PATH_LEN];
    const struct ipc_server_options o = {
        .path = socket,
        .mode = 0660,
        .connections_max = HOLDERS,
        .arg = r->holders,
        .answer = holders_answer,
    };
    const enum rc rc = home_path(&r->home, HOLDER_SOCKET, socket, d);
    return rc == RC_OK ? ipc_server_open(&o, &r->holder_server, d) : rc;
}

static enum rc serve(struct run *r, const char *path, struct diag *d)
{
    enum rc rc = make_folder(r, d);
    if (rc == RC_OK)
        rc = stock_open(path, &r->stock, d);
    if (rc == RC_OK)
        rc = holders_open(r->stock, r->views, &r->holders, d);
    if (rc == RC_OK)
        rc = desk_open(&(struct desk_options){ path, r->stock, r->views, r->holders }, &r->desk, d);
    if (rc == RC_OK)
        rc = serve_front(r, d);
    return rc == RC_OK ? serve_holders(r, d) : rc;
}

static void close_all(struct run *r)
{
    ipc_server_close(r->holder_server);
    ipc_server_close(r->server);
    desk_close(r->desk);
    holders_close(r->holders);
    stock_close(r->stock);
    views_close(r->views);
    register_close(r->reg);
    vault_free(r->vault);
    home_close(&r->home);
}

static void say(const char *event)
{
    struct log_line l = log_begin(LEVEL_INFO, event);
    log_end(&l);
}

static void wait_for_end(struct run *r)
{
    int signal_number = 0;
    while (sigwait(&r->signals, &signal_number) == 0 && signal_number == SIGHUP)
        stock_expire(r->stock);
}

enum rc run_reader(const char *home, struct diag *d)
{
    ON_EXIT(close_all) struct run r = { 0 };
    log_open("sitecert-reader", LEVEL_INFO);
    enum rc rc = block_signals(&r.signals, d);
    if (rc == RC_OK)
        rc = open_register(&r, home, d);
    if (rc == RC_OK) {
        set_level(&r.home);
        rc = serve(&r, home, d);
    }
    if (rc != RC_OK)
        return rc;
    say("ready");
    wait_for_end(&r);
    say("stopping");
    return RC_OK;
}
