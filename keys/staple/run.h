/* The life of a process that signs with one key by the published lists: started, watched, ended.
 * For the programs of this folder alone. */
#pragma once

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

struct run_options {
    const char *program;
    const char *key_file, *socket_file; /* below the home, for the two below */
    const char *home;
    const char *published; /* folder that `sitecert publish` writes */
    const char *key;       /* NULL: that of the home */
    const char *socket;    /* NULL: that of the home */
    /* As in struct ipc_server_options; arg is a struct mint. */
    bool (*answer)(void *arg, struct span question, struct buf *to, int *ret_fd);
};

/*
 * Runs until SIGTERM or SIGINT.
 *
 * RC_OK    ended as asked
 * RC_BUSY  another one serves this home
 * others   it could not start; d says why
 */
MUST_CHECK enum rc run_signer(const struct run_options *o, struct diag *d);
