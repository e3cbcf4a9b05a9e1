#include "issuer/command/signed_token.h"

enum rc signed_token(struct reading *r, const char *number, const struct cli_number *version,
                     struct span *ret, struct diag *d)
{
    struct reg_cert c;
    struct reg_version v;
    struct reg_log_entry entry;
    enum rc rc = reading_find(r, number, &c, d);
    if (rc != RC_OK)
        return rc;
    const int64_t wanted = version && version->given ? version->value : c.version;
    if (wanted < 1 || wanted > c.version)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "certificate '%s' has versions 1 to %u",
                        c.number, c.version);

    rc = register_version(r->reg, c.id, (uint32_t)wanted, &v, d);
    if (rc == RC_OK)
        rc = register_log_entry(r->reg, v.log_index, &entry, d);
    if (rc != RC_OK)
        return rc;
    if (entry.pending)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "version %u of '%s' is being signed", v.version,
                        c.number);
    *ret = entry.data;
    return RC_OK;
}
