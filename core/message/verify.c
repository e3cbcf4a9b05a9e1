#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/crypto/low_s.h"
#include "core/message/parts.h"

void message_evidence_free(struct message_evidence *e)
{
    buf_free(&e->base);
    *e = (struct message_evidence){ 0 };
}

const char *message_alg_name(enum cose_alg alg)
{
    switch (alg) {
    case ALG_EDDSA:
        return "ed25519";
    case ALG_ES256:
        return "ecdsa-p256-sha256";
    case ALG_NONE:
    case ALG_RS256:
    case ALG_SM2:
        break;
    }
    return NULL;
}

enum rc message_evidence_check(const struct pubkey *key, struct span base, struct span signature,
                               enum check *ret, struct diag *d)
{
    uint8_t low[SIGNATURE_LEN];
    if (signature.len != SIGNATURE_LEN) {
        *ret = CHECK_BAD;
        return RC_OK;
    }
    memcpy(low, signature.ptr, sizeof low);
    if (pubkey_numbers(key)->alg == ALG_ES256)
        p256_lower_s(low);
    return pubkey_check(key, base, span_of(low, sizeof low), ret, d);
}

/* One judgement on its way. */
struct judgement {
    const struct message_request *request;
    int64_t now;
    struct signature_input input;
    struct message_keys keys;
    struct message_evidence *evidence;
};

static void judgement_free(struct judgement *j)
{
    signature_input_free(&j->input);
}

static const char *header_of(const struct judgement *j, const char *name)
{
    return j->request->header(j->request->arg, name);
}

static enum message_verdict name_it(struct judgement *j, enum message_verdict v, const char *what)
{
    (void)snprintf(j->evidence->detail, sizeof j->evidence->detail, "%s", what);
    return v;
}

/* --- the request's own headers --- */

static bool idempotency_key_valid(const char *key)
{
    const size_t len = strlen(key);
    for (size_t i = 0; i < len; i++)
        if (key[i] <= ' ' || key[i] > '~')
            return false;
    return len > 0 && len <= MESSAGE_IDEMPOTENCY_MAX;
}

static enum message_verdict judge_headers(struct judgement *j)
{
    if (!header_of(j, "signature-input") || !header_of(j, "signature"))
        return name_it(j, MESSAGE_SIGNATURE_MISSING,
                       header_of(j, "signature-input") ? "signature" : "signature-input");
    if (!j->request->body_sha256)
        return MESSAGE_GOOD;
    const char *const key = header_of(j, "idempotency-key");
    if (!key)
        return MESSAGE_IDEMPOTENCY_KEY_MISSING;
    if (!idempotency_key_valid(key))
        return MESSAGE_IDEMPOTENCY_KEY_MALFORMED;
    if (!header_of(j, "content-type"))
        return MESSAGE_CONTENT_TYPE_MISSING;
    return header_of(j, "content-digest") ? MESSAGE_GOOD : MESSAGE_CONTENT_DIGEST_MISSING;
}

/* --- what the signature covers and says --- */

static enum message_verdict judge_coverage(struct judgement *j)
{
    for (const struct component *c = message_components; c->name; c++) {
        const bool needed = c->need == COMPONENT_ALWAYS ||
                            (c->need == COMPONENT_WITH_BODY && j->request->body_sha256);
        bool covered = false;
        for (size_t i = 0; i < j->input.count; i++)
            covered = covered || j->input.covered[i] == c;
        if (needed && !covered)
            return name_it(j, MESSAGE_COMPONENT_MISSING, c->name);
    }
    return MESSAGE_GOOD;
}

static enum message_verdict judge_times(struct judgement *j)
{
    if (!j->input.has_created)
        return MESSAGE_CREATED_MISSING;
    if (j->input.created > j->now + MESSAGE_WINDOW_S)
        return MESSAGE_CREATED_IN_FUTURE;
    if (j->input.created < j->now - MESSAGE_WINDOW_S)
        return MESSAGE_CREATED_TOO_OLD;
    if (j->input.has_expires && j->input.expires <= j->now)
        return MESSAGE_SIGNATURE_EXPIRED;
    j->evidence->created = j->input.created;
    return MESSAGE_GOOD;
}

static enum message_verdict judge_nonce(struct judgement *j)
{
    if (!j->input.has_nonce)
        return MESSAGE_NONCE_MISSING;
    if (j->input.nonce.len < MESSAGE_NONCE_MIN)
        return MESSAGE_NONCE_SHORT;
    if (j->input.nonce.len > MESSAGE_NONCE_MAX)
        return MESSAGE_NONCE_LONG;
    memcpy(j->evidence->nonce, j->input.nonce.ptr, j->input.nonce.len);
    return MESSAGE_GOOD;
}

/* --- whose it is --- */

static enum message_verdict judge_alg(struct judgement *j)
{
    if (!j->input.has_alg)
        return MESSAGE_GOOD;
    const struct span said = buf_span(&j->input.alg);
    size_t kept = 0;
    for (size_t i = 0; i < j->keys.count; i++) {
        const char *const name = message_alg_name(pubkey_numbers(j->keys.at[i])->alg);
        if (name && span_equal(said, span_text(name)))
            j->keys.at[kept++] = j->keys.at[i];
    }
    j->keys.count = kept;
    return kept > 0 ? MESSAGE_GOOD : MESSAGE_ALG_WRONG;
}

static enum message_verdict judge_sender(struct judgement *j, const struct message_key_source *keys)
{
    if (!j->input.has_keyid || j->input.keyid.len == 0)
        return MESSAGE_KEYID_MISSING;
    if (j->input.keyid.len > MESSAGE_KEYID_MAX)
        return MESSAGE_KEYID_UNKNOWN;
    memcpy(j->evidence->keyid, j->input.keyid.ptr, j->input.keyid.len);
    keys->find(keys->arg, buf_span(&j->input.keyid), j->now, &j->keys);
    assert(j->keys.count <= MESSAGE_KEYS_MAX);
    if (j->keys.count == 0)
        return MESSAGE_KEYID_UNKNOWN;
    return j->keys.suspended ? MESSAGE_SENDER_SUSPENDED : judge_alg(j);
}

/* --- the cryptography, last --- */

static enum message_verdict make_base(struct judgement *j)
{
    struct buf *const base = &j->evidence->base;
    for (size_t i = 0; i < j->input.count; i++)
        if (!component_put(base, j->input.covered[i], j->request))
            return name_it(j, MESSAGE_HEADER_MISSING, j->input.covered[i]->name);
    signature_params_line_put(base, buf_span(&j->input.params));
    return MESSAGE_GOOD;
}

static enum rc judge_digest(struct judgement *j, enum message_verdict *ret, struct diag *d)
{
    if (!j->request->body_sha256)
        return RC_OK;
    return content_digest_check(span_text(header_of(j, "content-digest")), j->request->body_sha256,
                                ret, d);
}

static enum rc judge_signature(struct judgement *j, enum message_verdict *ret, struct diag *d)
{
    struct message_evidence *const e = j->evidence;
    enum check holds = CHECK_BAD;
    for (size_t i = 0; i < j->keys.count && holds != CHECK_GOOD; i++) {
        const enum rc rc = message_evidence_check(j->keys.at[i], buf_span(&e->base),
                                                  buf_span(&j->input.signature), &holds, d);
        if (rc != RC_OK)
            return rc;
        e->key = j->keys.at[i];
    }
    if (holds == CHECK_GOOD) {
        memcpy(e->signature, j->input.signature.ptr, SIGNATURE_LEN);
        if (pubkey_numbers(e->key)->alg == ALG_ES256)
            p256_lower_s(e->signature);
        *ret = MESSAGE_GOOD;
        return RC_OK;
    }
    e->key = NULL;
    if (j->input.signature.len != SIGNATURE_LEN)
        (void)snprintf(e->detail, sizeof e->detail, "%zu bytes, not 64", j->input.signature.len);
    *ret = MESSAGE_SIGNATURE_BAD;
    return RC_OK;
}

/* All that needs no cryptography but the digest, in the order of the list. */
static enum rc judge_form(struct judgement *j, const struct message_key_source *keys,
                          enum message_verdict *ret, struct diag *d)
{
    *ret = judge_headers(j);
    if (*ret != MESSAGE_GOOD)
        return RC_OK;
    const enum rc rc =
        signature_input_read(span_text(header_of(j, "signature-input")),
                             span_text(header_of(j, "signature")), &j->input, ret, d);
    if (rc != RC_OK || *ret != MESSAGE_GOOD) {
        (void)name_it(j, *ret, j->input.detail);
        return rc;
    }
    *ret = judge_coverage(j);
    if (*ret == MESSAGE_GOOD)
        *ret = judge_times(j);
    if (*ret == MESSAGE_GOOD)
        *ret = judge_nonce(j);
    if (*ret == MESSAGE_GOOD)
        *ret = judge_sender(j, keys);
    return RC_OK;
}

static enum rc judge(struct judgement *j, const struct message_key_source *keys,
                     enum message_verdict *ret, struct diag *d)
{
    enum rc rc = judge_form(j, keys, ret, d);
    if (rc == RC_OK && *ret == MESSAGE_GOOD)
        *ret = make_base(j);
    if (rc == RC_OK && *ret == MESSAGE_GOOD)
        rc = judge_digest(j, ret, d);
    if (rc == RC_OK && *ret == MESSAGE_GOOD)
        rc = judge_signature(j, ret, d);
    return rc;
}

enum rc message_verify(const struct message_request *request, const struct message_key_source *keys,
                       int64_t now, enum message_verdict *ret,
                       struct message_evidence *ret_evidence, struct diag *d)
{
    assert(request && request->method && request->header && keys && ret && ret_evidence);
    assert(request->body_sha256 || strcmp(request->method, "GET") == 0 ||
           strcmp(request->method, "HEAD") == 0);

    ON_EXIT(judgement_free)
    struct judgement j = { .request = request, .now = now, .evidence = ret_evidence };
    enum message_verdict v = MESSAGE_UNDECIDED;
    enum rc rc = judge(&j, keys, &v, d);
    if (rc == RC_OK && (j.input.params.failed || j.input.nonce.failed || j.input.keyid.failed ||
                        j.input.alg.failed || j.input.tag.failed || j.input.signature.failed ||
                        ret_evidence->base.failed))
        rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory to judge a request");
    if (rc == RC_OK)
        *ret = v;
    return rc;
}
