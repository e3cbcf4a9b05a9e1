#include "keys/private/signing.h"

#include <assert.h>
#include <string.h>

#include "core/cert/deadline_list.h"
#include "core/cert/delta.h"
#include "core/cert/directory.h"
#include "core/cert/status_list.h"
#include "core/cose/cbor.h"

static enum rc check_status_uri(const struct trust_list *trust, struct span uri, struct diag *d)
{
    if (span_equal(uri, span_text(trust->status_uri)))
        return RC_OK;
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    "the list's uri is not the trust list's '%.120s'", trust->status_uri);
}

static enum rc check_deployment(const struct trust_list *trust, const uint8_t *deployment,
                                struct diag *d)
{
    if (memcmp(deployment, trust->deployment, DEPLOYMENT_LEN) == 0)
        return RC_OK;
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "it is another deployment's");
}

static enum rc check_status(const struct trust_list *trust, struct span payload, struct diag *d)
{
    struct status_list list = { 0 };
    enum rc rc = status_list_payload_read(payload, &list, d);
    if (rc != RC_OK)
        return rc;
    rc = check_status_uri(trust, list.uri, d);
    status_list_free(&list);
    return rc;
}

static enum rc check_deadlines(const struct trust_list *trust, struct span payload, struct diag *d)
{
    struct deadline_statement st;
    (void)trust; /* the list's own uri is not the status list's */
    return deadline_statement_read(payload, &st, d);
}

static enum rc check_directory(const struct trust_list *trust, struct span payload, struct diag *d)
{
    struct directory dir = { 0 };
    enum rc rc = directory_payload_read(payload, &dir, d);
    if (rc != RC_OK)
        return rc;
    rc = check_deployment(trust, dir.deployment, d);
    directory_free(&dir);
    return rc;
}

/* Its parts are checked by whoever opens it; here only that it is one strict CBOR map. */
static enum rc check_bundle(const struct trust_list *trust, struct span payload, struct diag *d)
{
    (void)trust;
    struct cbor_reader c = cbor_reader_over(payload, d);
    struct span whole;
    if (cbor_peek(&c) != 5)
        return diag_set(d, RC_FORMAT, 0, "a bundle's header is a map");
    return cbor_skip(&c, "bundle header", &whole) && cbor_end(&c) ? RC_OK : RC_FORMAT;
}

static enum rc check_delta(const struct trust_list *trust, struct span payload, struct diag *d)
{
    struct delta delta;
    const enum rc rc = delta_payload_read(payload, &delta, d);
    return rc == RC_OK ? check_deployment(trust, delta.deployment, d) : rc;
}

static const struct {
    const char *typ;
    enum rc (*check)(const struct trust_list *trust, struct span payload, struct diag *d);
} publications[] = {
    { TYP_STATUS, check_status },       { TYP_DEADLINES, check_deadlines },
    { TYP_DIRECTORY, check_directory }, { TYP_BUNDLE, check_bundle },
    { TYP_DELTA, check_delta },
};

static enum rc check_publication(const struct trust_list *trust, const char *typ,
                                 struct span payload, struct diag *d)
{
    for (size_t i = 0; i < sizeof publications / sizeof publications[0]; i++) {
        if (strcmp(typ, publications[i].typ) == 0)
            return publications[i].check(trust, payload, d);
    }
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "'%.80s' is not a publication", typ);
}

enum rc signer_publication(struct signer *s, const char *typ, struct span payload, int64_t now_s,
                           struct buf *to, struct diag *d)
{
    assert(s && typ && to);

    const enum rc rc = check_publication(s->trust, typ, payload, d);
    if (rc != RC_OK)
        return rc;
    const struct signing_key *const k = signing_key_find(s, USE_PUBLISH, now_s, d);
    if (!k)
        return RC_NOT_FOUND;

    const struct statement st = { .typ = typ, .payload = payload, .time_s = now_s };
    return statement_sign(&st, k->key, k->trusted, s->trust, to, d);
}
