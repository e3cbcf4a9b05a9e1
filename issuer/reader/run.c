#include "issuer/reader/run.h"

#include <unistd.h>

#include "core/ipc/ipc_server.h"
#include "core/sys/log.h"
#include "core/sys/signals.h"
#include "issuer/daemon/protocol.h"
#include "issuer/reader/desk.h"

#define LOOKS       16u  /* certificates, tokens and changes at once */
#define REPORTS     2u   /* at once: each reads every row */
#define MATCHES     4u   /* questions for holders at once */
#define CONNECTIONS 256u /* the front opens one for each question under way */
#define HOLDERS     64u  /* connections of the public endpoint */

struct run {
    int signals;
    struct home home; /* as it was at the start: the register's and the vault's */
    struct vault *vault;
    struct reg *reg;
    struct stock *stock;
    struct views *views;
    struct desk *desk;
    struct holders *holders;
    struct ipc_server *server, *holder_server;
};

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
    char folder[PATH_LEN];
    enum rc rc = home_folder(&r->home, "run", folder, d);
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
    fd_close_at(&r->signals);
}

static void run_until_told(struct run *r)
{
    while (!(signals_take(r->signals, TOLD_FOR_EVER) & TOLD_END))
        stock_expire(r->stock);
}

enum rc run_reader(const char *home, struct diag *d)
{
    ON_EXIT(close_all) struct run r = { .signals = -1 };
    log_open("sitecert-reader", LEVEL_INFO);
    enum rc rc = signals_open(TOLD_END | TOLD_RELOAD, &r.signals, d);
    if (rc == RC_OK)
        rc = open_register(&r, home, d);
    if (rc == RC_OK) {
        home_set_log_level(&r.home);
        rc = serve(&r, home, d);
    }
    if (rc != RC_OK)
        return rc;
    log_event(LEVEL_INFO, "ready");
    run_until_told(&r);
    log_event(LEVEL_INFO, "stopping");
    return RC_OK;
}
