#include "tests/fuzz/signature_rule.h"

enum rc __wrap_pubkey_check(const struct pubkey *key, struct span msg, struct span sig,
                            enum check *ret, struct diag *d);

enum rc __wrap_pubkey_check(const struct pubkey *key, struct span msg, struct span sig,
                            enum check *ret, struct diag *d)
{
    (void)key;
    (void)msg;
    const unsigned end =
        sig.len < 2 ? 0 : (unsigned)sig.ptr[sig.len - 2] << 8 | sig.ptr[sig.len - 1];
    if (end == 1)
        return diag_set(d, RC_CRYPTO, DIAG_NO_OFFSET, "this signature cannot be checked");
    *ret = end == 0 ? CHECK_BAD : CHECK_GOOD;
    return RC_OK;
}
