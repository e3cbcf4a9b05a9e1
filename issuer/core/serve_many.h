/* A socket that carries many questions at once (issuer/daemon/protocol.h). For serve.c alone. */
#pragma once

#include "issuer/core/serve.h"

/*
 * Takes questions as they come, until the peer closes; those that were taken are answered when it
 * returns.
 *
 * first  the first one, which has an id; the socket's next byte begins the second
 *
 * RC_NOT_FOUND  the peer has closed
 * RC_FORMAT     what came is no question of these
 */
MUST_CHECK enum rc serve_many(const struct serve_options *o, int socket, struct span first,
                              struct diag *d);
