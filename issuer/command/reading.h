/* What every reading command opens: home, vault, register. Nothing here writes or signs. */
#pragma once

#include "issuer/command/commands.h"
#include "issuer/register/register.h"

struct reading {
    struct home home;
    struct vault *vault;
    struct reg *reg;
};
MUST_CHECK enum rc reading_open(const struct cli_call *call, struct reading *ret, struct diag *d);
/* The certificate with this number. RC_NOT_FOUND: there is none, and d says so. */
MUST_CHECK enum rc reading_find(struct reading *r, const char *number, struct reg_cert *ret,
                                struct diag *d);
void reading_close(struct reading *r); /* for ON_EXIT; a zeroed one is fine */
