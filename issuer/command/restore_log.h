/* The trust list behind a restore that nothing makes up for: it closes the log. */
#pragma once

#include "issuer/command/commands.h"

/* Drafts it, with a new log key, a token key for what comes next and a spare one. */
MUST_CHECK enum rc restore_close_log(const struct cli_call *call, const char *published,
                                     bool dry_run, struct diag *d);
