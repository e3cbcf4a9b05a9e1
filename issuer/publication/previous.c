#include "issuer/publication/previous.h"

#include <assert.h>

#include "keys/trust/trust_list.h"

void previous_close(struct previous *p)
{
    bundle_free(p->bundle);
    columns_free(&p->rows);
    mapping_close(&p->file);
    *p = (struct previous){ 0 };
}

static bool is_ours(const struct bundle *b, const struct home *h)
{
    return memcmp(bundle_trust(b)->deployment, h->trust->deployment, DEPLOYMENT_LEN) == 0;
}

static bool says_nothing(enum rc rc)
{
    return rc != RC_OK && rc != RC_NOMEM && rc != RC_IO;
}

static enum rc take(struct previous *p, const struct home *h, struct diag *d)
{
    enum rc rc = bundle_open(p->file.bytes, NULL, &p->bundle, d);
    if (rc == RC_OK && !is_ours(p->bundle, h))
        return RC_REFUSED;
    return rc == RC_OK ? bundle_columns(p->bundle, &p->rows, d) : rc;
}

enum rc previous_open(const struct home *h, const char *folder, struct previous *ret,
                      struct diag *d)
{
    assert(h && folder && ret);

    ON_EXIT(previous_close) struct previous p = { 0 };
    struct diag why = DIAG_INIT;
    char path[PATH_LEN];
    enum rc rc = path_join(folder, "bundle.scb", path, d);
    if (rc != RC_OK)
        return rc;
    rc = file_map(path, &p.file, &why);
    if (rc == RC_OK)
        rc = take(&p, h, &why);
    if (says_nothing(rc)) {
        *ret = (struct previous){ 0 };
        return RC_OK;
    }
    if (rc != RC_OK)
        return diag_set(d, rc, why.offset, "%s", why.text);
    *ret = p;
    p = (struct previous){ 0 };
    return RC_OK;
}

/* The payload with the time of the one before, so that nothing but the time may differ. */
static enum rc with_time(struct span payload, int64_t issued, struct buf *to)
{
    struct directory dir = { 0 };
    const enum rc rc = directory_payload_read(payload, &dir, NULL);
    if (rc != RC_OK)
        return rc;
    dir.issued = issued;
    directory_payload_put(to, &dir);
    directory_free(&dir);
    return buf_rc(to, NULL);
}

struct span previous_directory(const struct previous *p, const struct home *h, struct span payload)
{
    static const struct span none = { 0 };
    ON_EXIT(buf_free_at) struct buf now = { 0 };
    struct cose_sign1 m;
    const struct trusted_key *key;
    if (!p->bundle)
        return none;

    const int64_t issued = bundle_directory(p->bundle)->issued;
    const struct span message = bundle_section(p->bundle, SECTION_DIRECTORY);
    if (with_time(payload, issued, &now) != RC_OK || cose_sign1_parse(message, &m, NULL) != RC_OK ||
        !span_equal(buf_span(&now), m.payload) ||
        trust_list_check(h->trust, &m, USE_PUBLISH, TYP_DIRECTORY, issued, &key, NULL) != RC_OK)
        return none;
    return message;
}
