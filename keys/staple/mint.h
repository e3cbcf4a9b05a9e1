/*
 * Where live codes are made: a token comes in, the published lists judge it, and what they say is
 * signed. Threads: any.
 */
#pragma once

#include <stdbool.h>

#include "core/base/buf.h"
#include "keys/private/keyfile.h"
#include "verifier/daemon/publication.h"

struct mint {
    const struct private_key *key; /* borrowed, as the next */
    struct store *store;
};

/* For ipc_server_options.answer; arg is the mint. */
bool mint_answer(void *arg, struct span question, struct buf *to, int *ret_fd);
