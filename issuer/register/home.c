#include "issuer/register/home.h"

enum rc home_signer(const struct home *h, struct signer **ret, struct diag *d)
{
    return signer_open(h->path, h->trust, ret, d);
}

enum rc home_vault(const struct home *h, struct vault **ret, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, "keys/register.key", path, d);
    return rc == RC_OK ? vault_open(path, ret, d) : rc;
}
