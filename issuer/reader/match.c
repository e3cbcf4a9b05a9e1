#include "issuer/reader/match.h"

#include <assert.h>
#include <string.h>

#include "core/base/ids.h"
#include "core/crypto/hash.h"
#include "core/lookup/lookup.h"
#include "core/unicode/name.h"

void match_number(struct span typed, char ret[HOLDER_NUMBER_MAX + 1])
{
    memset(ret, 0, HOLDER_NUMBER_MAX + 1);
    if (typed.len <= HOLDER_NUMBER_MAX)
        (void)lookup_number(typed, ret);
}

/* A certificate that is not there is looked at as another one is, so that it takes as long. */
static enum rc find(struct reg *r, const char *number, struct reg_cert *ret, bool *ret_known,
                    struct diag *d)
{
    uint8_t digest[SHA256_LEN];
    uint32_t chosen;
    const uint32_t count = register_cert_count(r);
    const enum rc rc = register_cert_find(r, span_text(number), ret, d);
    *ret_known = rc == RC_OK;
    if (rc != RC_NOT_FOUND || count == 0)
        return rc;
    sha256(span_text(number), digest);
    memcpy(&chosen, digest, sizeof chosen);
    return register_cert(r, chosen % count, ret, d);
}

static bool is_name(const struct reg_person *p, struct span typed)
{
    ON_EXIT(buf_free_at) struct buf nfc = { 0 };
    const bool read = name_normalise(typed, &nfc, NULL) == RC_OK;
    const bool same = name_same(read ? buf_span(&nfc) : SPAN_LITERAL("-"), span_text(p->who.name));
    return same & read;
}

static bool is_document(const struct reg_person *p, const struct holder_question *q, int32_t today)
{
    char number[ID_NUMBER_MAX + 1] = "";
    const bool read = id_number_normalise(p->who.id_type, q->id_number, today, number);
    const bool same = strcmp(number, p->who.id_number) == 0;
    const bool typed = q->id_type == 0 || q->id_type == p->who.id_type;
    explicit_bzero(number, sizeof number);
    return same & read & typed;
}

enum rc match_holder(struct reg *r, const char *number, const struct holder_question *q,
                     int32_t today, struct match *ret, struct diag *d)
{
    assert(r && number && q && ret);

    struct reg_person person;
    struct match m = { 0 };
    char code[PICKUP_LEN + 1];
    bool right = false;
    enum rc rc = find(r, number, &m.cert, &m.known, d);
    if (rc == RC_NOT_FOUND) { /* there is no certificate at all */
        *ret = m;
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = register_person(r, m.cert.person, &person, d);
    const bool read = pickup_read(q->pickup, code);
    if (rc == RC_OK)
        rc = register_pickup_check(r, &m.cert, code, &right, d);
    if (rc != RC_OK)
        return rc;
    const bool name = is_name(&person, q->name), document = is_document(&person, q, today);
    m.holder = m.known & read & right & name & document;
    explicit_bzero(&person, sizeof person);
    *ret = m;
    return RC_OK;
}
