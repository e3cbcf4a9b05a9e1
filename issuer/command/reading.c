#include "issuer/command/reading.h"

enum rc reading_open(const struct cli_call *call, struct reading *ret, struct diag *d)
{
    enum rc rc = home_open(command_home_path(call), &ret->home, d);
    if (rc == RC_OK)
        rc = home_vault(&ret->home, &ret->vault, d);
    if (rc == RC_OK)
        rc = register_open(&ret->home, ret->vault, REG_READ, &ret->reg, d);
    return rc;
}

enum rc reading_find(struct reading *r, const char *number, struct reg_cert *ret, struct diag *d)
{
    const enum rc rc = register_cert_find(r->reg, span_text(number), ret, d);
    return rc == RC_NOT_FOUND ? diag_set(d, rc, DIAG_NO_OFFSET, "certificate '%.60s'", number) : rc;
}

void reading_close(struct reading *r)
{
    register_close(r->reg);
    vault_free(r->vault);
    home_close(&r->home);
    *r = (struct reading){ 0 };
}
