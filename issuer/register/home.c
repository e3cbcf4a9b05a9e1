#include "issuer/register/home.h"

enum rc home_signer(const struct home *h, struct signer **ret, struct diag *d)
{
    char folder[PATH_LEN];
    const enum rc rc = home_path(h, "keys", folder, d);
    return rc == RC_OK ? signer_open(folder, h->trust, ret, d) : rc;
}

enum rc home_vault(const struct home *h, struct vault **ret, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, "keys/register.key", path, d);
    return rc == RC_OK ? vault_open(path, ret, d) : rc;
}
