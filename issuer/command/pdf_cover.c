#include "issuer/command/pdf_cover.h"

#include <assert.h>

#include "issuer/command/core_ask.h"
#include "issuer/register/engine.h"
#include "issuer/register/log_checkpoint.h"

/* --- is one missing? --- */

static enum rc find_uncovered(struct reading *r, const char *number, uint32_t version, bool *ret,
                              struct diag *d)
{
    struct reg_cert cert;
    struct reg_version v;
    uint64_t size;
    struct span note;
    enum rc rc = register_cert_find(r->reg, span_text(number), &cert, NULL);
    if (rc == RC_OK)
        rc = register_version(r->reg, cert.id, version == 0 ? cert.version : version, &v, NULL);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = register_checkpoint_covering(r->reg, v.log_index, &size, &note, NULL);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return diag_set(d, rc, DIAG_NO_OFFSET, "certificate '%.60s' cannot be read", number);
    *ret = rc == RC_NOT_FOUND;
    return RC_OK;
}

static enum rc find_any_uncovered(struct reading *r, bool *ret, struct diag *d)
{
    uint64_t size = 0;
    struct span note;
    const enum rc rc = register_checkpoint_last(r->reg, &size, &note, NULL);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return diag_set(d, rc, DIAG_NO_OFFSET, "the last checkpoint cannot be read");
    *ret = size < register_log_settled(r->reg);
    return RC_OK;
}

/* --- then it is made --- */

static enum rc make_checkpoint(const struct cli_call *call, struct diag *d)
{
    ON_EXIT(core_return) int loan = -1;
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(engine_close_at) struct engine *engine = NULL;
    ON_EXIT(signer_free_at) struct signer *signer = NULL;
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    const struct engine_options options = { .sender = "local" };

    enum rc rc = core_borrow(command_home_path(call), &loan, d);
    if (rc == RC_OK)
        rc = home_open(command_home_path(call), &home, d);
    if (rc == RC_OK)
        rc = engine_open(&home, &options, &engine, d); /* settles what a crash left pending */
    if (rc == RC_OK)
        rc = home_signer(&home, &signer, d);
    return rc == RC_OK ? log_checkpoint(engine_register(engine), &home, signer, &note, d) : rc;
}

enum rc pdf_cover(const struct cli_call *call, struct reading *r, const char *number,
                  uint32_t version, struct diag *d)
{
    assert(call && r && r->reg);

    bool missing = false;
    enum rc rc = number ? find_uncovered(r, number, version, &missing, d)
                        : find_any_uncovered(r, &missing, d);
    if (rc == RC_OK && !missing)
        return RC_OK;

    reading_close(r); /* its time is behind that of what is signed now */
    if (rc == RC_OK)
        rc = make_checkpoint(call, d);
    return rc == RC_OK ? reading_open(call, r, d) : rc;
}
