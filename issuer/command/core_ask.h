/*
 * A sitecert-core that runs for this home is the register's one writer: what a command wants of it
 * goes through its socket. Where none runs, nothing is asked.
 */
#pragma once

#include "core/holder/pickup.h"
#include "core/sys/file.h"

/*
 * A new pick-up code, made by the core.
 *
 * ret_asked  false: no core runs, and nothing has happened
 * RC_NOT_FOUND  no such certificate
 * RC_BUSY       it cannot work now; d says why
 */
MUST_CHECK enum rc core_pickup(const char *home, const char *number, char ret[PICKUP_LEN + 1],
                               bool *ret_asked, struct diag *d);

/*
 * Has the core close the register until core_return(): senders are told to come again meanwhile.
 * No core: nothing to do. Before home_open(): what is done here comes later than what it did.
 *
 * ret  -1 before; the socket on which the register is lent, or -1
 * RC_BUSY  it does not let go of it
 */
MUST_CHECK enum rc core_borrow(const char *home, int *ret, struct diag *d);
void core_return(int *loan); /* for ON_EXIT; after the register has been closed here */
