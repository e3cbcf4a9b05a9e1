/*
 * The nonces of the last minutes, so that a signed request counts once: for each a digest over
 * sender and nonce, until its signature would be refused for its age. What the journal holds of
 * them fills it again after a start. Memory: 16 bytes a place. Threads: one at a time.
 */
#pragma once

#include "core/base/rc.h"
#include "core/base/span.h"

#include <stdbool.h>
#include <stdint.h>

#define NONCES_MAX (1u << 21) /* held at once */

struct nonces;

struct nonces *nonces_new(void); /* NULL: out of memory */
void nonces_free(struct nonces *n);

enum nonce_answer { NONCE_NONE = 0, NONCE_NEW, NONCE_SEEN, NONCE_NO_ROOM };
/*
 * Looks a nonce up.
 *
 * now  Unix seconds; what is no longer good then is forgotten as room is needed
 */
enum nonce_answer nonces_look(struct nonces *n, struct span sender, struct span nonce, int64_t now);
/* Remembers one that is new. until: Unix seconds, the last moment at which it must be known.
 * RC_NOMEM, RC_LIMIT */
MUST_CHECK enum rc nonces_add(struct nonces *n, struct span sender, struct span nonce,
                              int64_t until, int64_t now, struct diag *d);
size_t nonces_count(const struct nonces *n);
