/* Questions to sitecert-digests, each on a socket that is kept for the next. Threads: any. */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

struct digests_link;

/* socket: its path, copied; nobody need listen there yet. */
MUST_CHECK enum rc digests_link_open(const char *socket, struct digests_link **ret, struct diag *d);
void digests_link_close(struct digests_link *k); /* NULL is fine */

/* ret: replaced. RC_NOT_FOUND, RC_IO, RC_BUSY: nobody answers there, or not in time. */
MUST_CHECK enum rc digests_link_ask(struct digests_link *k, struct span question, struct buf *ret,
                                    struct diag *d);
void digests_link_wait(struct digests_link *k); /* until somebody listens, at most 5 s */
