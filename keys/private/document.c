#include "keys/signer/document.h"

#include <assert.h>
#include <stdlib.h>

#include "core/cert/token.h"
#include "keys/private/signing.h"

/* In which a holder is given a new copy: a lapsed one still proves what it was. */
static bool may_be_copied(enum state state)
{
    return state == STATE_VALID || state == STATE_DUE || state == STATE_LAPSED;
}

static bool is_number(struct span number)
{
    for (size_t i = 0; i < number.len; i++) {
        const uint8_t c = number.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-'))
            return false;
    }
    return number.len >= 1 && number.len <= TOKEN_NUMBER_MAX;
}

static enum rc check_request(const struct document_request *r, struct diag *d)
{
    if (!is_number(r->number) || r->version == 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "a document is signed for one version of one certificate");
    if (!may_be_copied(r->state))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "certificate '%.*s' is %s: no copy of it is signed", (int)r->number.len,
                        (const char *)r->number.ptr, state_word(r->state));
    if (!pdf_signature_room_valid(r->room))
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a signature of ours has no room of %zu bytes",
                        r->room);
    return RC_OK;
}

static bool holds(int64_t from, int64_t until, int64_t now_s)
{
    return now_s >= from && now_s <= until;
}

/* The reason that stays is that of the key which came furthest. */
static const struct signing_key *find_key(const struct signer *s, int64_t now_s, enum rc *ret_rc,
                                          struct diag *d)
{
    const struct signing_key *best = NULL;
    bool any = false, bare = true;
    for (size_t i = 0; i < s->count; i++) {
        const struct signing_key *const k = &s->keys[i];
        if (k->trusted->use != USE_DOCUMENT || k->trusted->cut_off.given ||
            !holds(k->trusted->not_before, k->trusted->not_after, now_s))
            continue;
        any = true;
        bare = bare && !k->chain;
        if (!k->chain || !holds(k->chain->not_before, k->chain->not_after, now_s))
            continue;
        if (!best || k->trusted->not_before > best->trusted->not_before)
            best = k;
    }
    if (!best)
        *ret_rc = !any   ? diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                                    "no key here for 'document' whose dates hold the present")
                  : bare ? diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                                    "the document key has no certificate (NAME.crt beside its key)")
                         : diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                                    "the document key's certificate does not hold at present");
    return best;
}

static size_t room_for(const struct document_chain *chain, bool timed)
{
    static const size_t rooms[] = PDF_SIGNATURE_ROOMS;
    const size_t want = chain->certificates.len + chain->issuer.len + chain->serial.len +
                        DOCUMENT_MESSAGE_REST + (timed ? PDF_TIMESTAMP_MAX : 0);
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        if (want <= rooms[i])
            return rooms[i];
    }
    return PDF_SIGNATURE_ROOM_MAX; /* document_chain_read() sees to it */
}

enum rc signer_document_room(struct signer *s, bool timed, int64_t now_s, size_t *ret,
                             struct diag *d)
{
    assert(s && ret);

    enum rc rc = RC_OK;
    const struct signing_key *const k = find_key(s, now_s, &rc, d);
    if (!k)
        return rc;
    *ret = room_for(k->chain, timed);
    return RC_OK;
}

/* The message, and zeros up to the room. */
static enum rc make_contents(const struct signing_key *k, const struct document_request *r,
                             struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf attributes = { 0 };
    ON_EXIT(buf_free_at) struct buf info = { 0 };
    uint8_t signature[RSA_N_LEN];
    size_t len = 0;
    pdf_signed_attributes_put(&attributes, r->digest, (const uint8_t(*)[SHA256_LEN])k->chain->ids,
                              k->chain->count);
    enum rc rc = buf_rc(&attributes, d);
    if (rc == RC_OK)
        rc = private_key_sign_document(k->key, buf_span(&attributes), signature, &len, d);
    if (rc != RC_OK)
        return rc;

    const struct pdf_signer signer = {
        .issuer = buf_span(&k->chain->issuer),
        .serial = buf_span(&k->chain->serial),
        .alg = private_key_public(k->key)->alg,
    };
    pdf_signer_info_put(&info, &signer, buf_span(&attributes), span_of(signature, len));
    rc = buf_rc(&info, d);
    if (rc != RC_OK)
        return rc;
    return pdf_signature_fill(r->room, buf_span(&k->chain->certificates), buf_span(&info),
                              span_of(NULL, 0), to, d);
}

/* As every verifier will. */
static enum rc check_own(const struct signer *s, const struct signing_key *k,
                         const struct document_request *r, int64_t now_s, struct span contents,
                         struct diag *d)
{
    struct pdf_signature own;
    const struct trusted_key *by = NULL;
    enum rc rc = pdf_signature_parse(contents, &own, d);
    if (rc == RC_OK)
        rc = pdf_signature_check(&own, s->trust, r->digest, now_s, &by, d);
    if (rc == RC_OK && by != k->trusted)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "our own signature is another key's");
    return rc;
}

enum rc signer_document(struct signer *s, const struct document_request *r, int64_t now_s,
                        struct buf *to, struct diag *d)
{
    assert(s && r && to);

    enum rc rc = check_request(r, d);
    if (rc != RC_OK)
        return rc;
    const struct signing_key *const k = find_key(s, now_s, &rc, d);
    if (!k)
        return rc;

    ON_EXIT(buf_free_at) struct buf contents = { 0 };
    rc = make_contents(k, r, &contents, d);
    if (rc == RC_OK)
        rc = check_own(s, k, r, now_s, buf_span(&contents), d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, buf_span(&contents));
    return buf_rc(to, d);
}

void signer_documents(struct signer *s, struct document_job *jobs, size_t count, int64_t now_s)
{
    assert(s && (jobs || count == 0));

    for (size_t i = 0; i < count; i++) {
        jobs[i].contents = (struct buf){ 0 };
        jobs[i].diag = DIAG_INIT;
        jobs[i].rc = signer_document(s, &jobs[i].request, now_s, &jobs[i].contents, &jobs[i].diag);
    }
}
