/*
 * A message to the operator's command, for SMS or mail: run by /bin/sh with the message on standard
 * input, its standard output is our standard error. Blocks; not for a process with threads that
 * wait for children.
 */
#pragma once

#include "core/base/rc.h"
#include "core/base/span.h"

enum handed {
    HANDED_UNKNOWN = 0, /* cut off (also exit 128 to 255), or too slow: it may have gone out */
    HANDED_TAKEN,       /* exit 0 */
    HANDED_NOT,         /* exit 1 to 125: not sent */
    HANDED_NO_COMMAND,  /* exit 126, 127: there is no such command */
};

/* RC_IO, RC_NOMEM: nothing was run. */
MUST_CHECK enum rc handover_run(const char *command, struct span message, uint32_t timeout_ms,
                                enum handed *ret, struct diag *d);
