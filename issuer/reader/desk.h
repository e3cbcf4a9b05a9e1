/*
 * Where the front's questions are answered (issuer/daemon/protocol.h): who may know what, a view of
 * the register, an edition of the settings, and the answer. Threads: any.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"
#include "issuer/reader/holders.h"
#include "issuer/reader/stock.h"
#include "issuer/reader/views.h"

struct desk;

struct desk_options {
    const char *home;    /* path; borrowed */
    struct stock *stock; /* borrowed, as the next */
    struct views *views;
    struct holders *holders; /* whose counts the status tells */
};
MUST_CHECK enum rc desk_open(const struct desk_options *o, struct desk **ret, struct diag *d);
void desk_close(struct desk *d); /* NULL is fine */

/* For ipc_server_options.answer; arg is the desk. */
bool desk_answer(void *arg, struct span question, struct buf *to, int *ret_fd);
