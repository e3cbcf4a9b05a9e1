#include "keys/staple/run.h"

#include "core/ipc/ipc_server.h"
#include "core/sys/file.h"
#include "core/sys/log.h"
#include "core/sys/notify.h"
#include "core/sys/signals.h"
#include "keys/staple/mint.h"

#define CONNECTIONS 64u
#define TICK_MS     500 /* how soon a new publication is seen */

struct run {
    int signals;
    struct private_key *key;
    struct mint mint;
    struct ipc_server *server;
};

static enum rc load_key(const struct run_options *o, struct private_key **ret, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = o->key ? RC_OK : path_join(o->home, o->program->key_file, path, d);
    return rc == RC_OK ? private_key_load(o->key ? o->key : path, ret, d) : rc;
}

static enum rc socket_of(const struct run_options *o, char ret[PATH_LEN], struct diag *d)
{
    char folder[PATH_LEN];
    if (o->socket)
        return path_join("", o->socket, ret, d);
    enum rc rc = path_join(o->home, "run", folder, d);
    if (rc == RC_OK)
        rc = folder_make(folder, 0700, d);
    return rc == RC_OK ? path_join(o->home, o->program->socket_file, ret, d) : rc;
}

static enum rc serve(struct run *r, const struct run_options *o, struct diag *d)
{
    char socket[PATH_LEN];
    const enum rc rc = socket_of(o, socket, d);
    const struct ipc_server_options so = {
        .path = socket,
        .mode = 0660,
        .connections_max = CONNECTIONS,
        .arg = &r->mint,
        .answer = o->program->answer,
    };
    return rc == RC_OK ? ipc_server_open(&so, &r->server, d) : rc;
}

static void close_all(struct run *r)
{
    ipc_server_close(r->server);
    store_close(r->mint.store);
    private_key_free(r->key);
    fd_close_at(&r->signals);
}

static void refresh(struct run *r)
{
    bool changed = false;
    struct diag d = DIAG_INIT;
    const enum rc rc = store_refresh(r->mint.store, &changed, &d);
    if (!changed)
        return;
    ON_EXIT(publication_put_at) struct publication *p = store_get(r->mint.store);
    log_take_up("publication", rc, bundle_times(publication_bundle(p)).sequence, &d);
}

static void run_until_told(struct run *r)
{
    const int tick_ms = notify_tick_ms(TICK_MS);
    while (!(signals_take(r->signals, tick_ms) & TOLD_END)) {
        refresh(r);
        notify_watchdog();
    }
}

enum rc run_signer(const struct run_options *o, struct diag *d)
{
    ON_EXIT(close_all) struct run r = { .signals = -1 };
    const struct store_options so = { .folder = o->published };
    log_open(o->program->name, LEVEL_INFO);
    enum rc rc = signals_open(TOLD_END, &r.signals, d);
    if (rc == RC_OK)
        rc = load_key(o, &r.key, d);
    if (rc == RC_OK)
        rc = store_open(&so, &r.mint.store, d);
    r.mint.key = r.key;
    if (rc == RC_OK)
        rc = serve(&r, o, d);
    if (rc != RC_OK)
        return rc;
    log_event(LEVEL_INFO, "ready");
    notify_ready();
    run_until_told(&r);
    log_event(LEVEL_INFO, "stopping");
    return RC_OK;
}
