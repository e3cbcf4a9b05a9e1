/* The registered senders, read again when their file has changed. Threads: any. */
#pragma once

#include "issuer/senders/senders.h"

struct roster;

/* home: borrowed. RC_FORMAT RC_IO of the file */
MUST_CHECK enum rc roster_open(const char *home, struct roster **ret, struct diag *d);
void roster_close(struct roster *r); /* NULL is fine */
/* Looks whether the file is another one; what cannot be read leaves the senders as they are, with a
 * line in the log. */
void roster_refresh(struct roster *r);
/* A copy without its keys. False: no such sender. */
bool roster_find(struct roster *r, struct span id, struct sender *ret);
