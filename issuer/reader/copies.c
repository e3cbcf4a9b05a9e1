#include "issuer/reader/copies.h"

#include "core/sys/log.h"

enum rc copy_token(struct reg *r, const struct reg_cert *c, struct span *ret, struct diag *d)
{
    struct reg_version v;
    struct reg_log_entry entry;
    enum rc rc = register_version(r, c->id, c->version, &v, d);
    if (rc == RC_OK)
        rc = register_log_entry(r, v.log_index, &entry, d);
    if (rc != RC_OK)
        return rc;
    if (entry.pending)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "signing");
    *ret = entry.data;
    return RC_OK;
}

/* What is not there yet will be, when the next checkpoint is made. */
static enum rc gather(const struct home *home, struct reg *r, const struct reg_cert *c,
                      struct sheet *ret, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const struct sheet_source from = { r, home, register_log_source(r) };
    const enum rc rc = sheet_gather(&from, c, 0, ret, &why);
    if (rc == RC_NOT_FOUND)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "not_published");
    if (rc == RC_BUSY)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "signing");
    if (rc == RC_OK && !sheet_may_be_copied(ret->state))
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "%s", state_word(ret->state));
    return rc == RC_OK ? rc : diag_set(d, rc, why.offset, "%s", why.text);
}

/* What of printing is the signer's: it has gone, or signs nothing of the kind, as when its key has
 * ended. */
static enum rc blame_signer(enum rc rc, const struct diag *why, struct diag *d)
{
    const bool gone = rc == RC_IO || rc == RC_NOT_FOUND || rc == RC_BUSY;
    if (!gone && rc != RC_REFUSED)
        return diag_set(d, rc, why->offset, "%s", why->text);
    const bool hsm = strncmp(why->text, SIGNER_HSM, sizeof SIGNER_HSM - 1) == 0;
    const char *const word = !gone ? "signer_refuses" : hsm ? "hsm_gone" : "signer_gone";
    log_unnumbered(word, rc, why);
    return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "%s", word);
}

enum rc copy_pdf(struct stock *s, struct edition **e, const struct home *home, struct reg *r,
                 const struct reg_cert *c, struct buf *to, struct diag *d)
{
    struct diag why = DIAG_INIT;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    enum rc rc = gather(home, r, c, &sheet, d);
    if (rc == RC_OK)
        rc = stock_printing(s, r, e, d);
    if (rc != RC_OK)
        return rc;
    rc = press_print((*e)->press, (*e)->signer, &sheet, PRESS_CHECKED, to, &why);
    return rc == RC_OK ? rc : blame_signer(rc, &why, d);
}

void log_unnumbered(const char *event, enum rc rc, const struct diag *d)
{
    struct diag told = *d;
    size_t run = 0;
    for (char *c = told.text; *c; c++) {
        run = *c >= '0' && *c <= '9' ? run + 1 : 0;
        if (run > 4)
            *c = '#';
    }
    log_failure(LEVEL_ERROR, event, rc, &told);
}
