/* One signature: a session that is free, and another try when the token had to be opened anew. */
#include <string.h>

#include "keys/pkcs11/pkcs11_internal.h"

static CK_RV take_session(struct pkcs11 *p, CK_SESSION_HANDLE *ret)
{
    (void)pthread_mutex_lock(&p->idle_lock);
    const bool any = p->idle_count > 0;
    if (any)
        *ret = p->idle[--p->idle_count];
    (void)pthread_mutex_unlock(&p->idle_lock);
    return any ? CKR_OK : p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION, NULL, NULL, ret);
}

/* What state it is in after a failure is unknown: it is closed. */
static void give_session(struct pkcs11 *p, CK_SESSION_HANDLE session, bool good)
{
    (void)pthread_mutex_lock(&p->idle_lock);
    const bool kept = good && p->idle_count < SESSIONS_MAX;
    if (kept)
        p->idle[p->idle_count++] = session;
    (void)pthread_mutex_unlock(&p->idle_lock);
    if (!kept)
        (void)p->f->C_CloseSession(session);
}

static const struct kept *find_kept(const struct pkcs11 *p, const struct public_numbers *key)
{
    for (size_t i = 0; i < p->count; i++) {
        if (public_numbers_equal(&p->kept[i].numbers, key))
            return &p->kept[i];
    }
    return NULL;
}

static CK_RV sign_with(const struct pkcs11 *p, CK_SESSION_HANDLE session, const struct kept *k,
                       struct span what, uint8_t ret[SIGNATURE_LEN])
{
    CK_MECHANISM how = { k->numbers.alg == ALG_EDDSA ? CKM_EDDSA : CKM_ECDSA, NULL, 0 };
    CK_ULONG len = SIGNATURE_LEN;
    union { /* the standard declares what it only reads as writable */
        const uint8_t *lent;
        CK_BYTE *own;
    } data = { .lent = what.ptr };
    CK_RV rv = p->f->C_SignInit(session, &how, k->key);
    if (rv == CKR_OK)
        rv = p->f->C_Sign(session, data.own, what.len, ret, &len);
    return rv == CKR_OK && len != SIGNATURE_LEN ? CKR_FUNCTION_FAILED : rv;
}

/* The lock is held for reading. */
static CK_RV sign_once(struct pkcs11 *p, const struct public_numbers *key, struct span what,
                       uint8_t ret[SIGNATURE_LEN])
{
    CK_SESSION_HANDLE session = 0;
    const struct kept *const k = p->open ? find_kept(p, key) : NULL;
    if (!p->open)
        return CKR_TOKEN_NOT_PRESENT;
    if (!k)
        return CKR_KEY_HANDLE_INVALID;
    CK_RV rv = take_session(p, &session);
    if (rv != CKR_OK)
        return rv;
    rv = sign_with(p, session, k, what, ret);
    give_session(p, session, rv == CKR_OK);
    return rv;
}

static bool has(struct pkcs11 *p, const struct public_numbers *key)
{
    (void)pthread_rwlock_rdlock(&p->lock);
    const bool there = p->open && find_kept(p, key) != NULL;
    (void)pthread_rwlock_unlock(&p->lock);
    return there;
}

static enum rc run_sign(struct pkcs11 *p, struct call *c, struct diag *d)
{
    CK_RV rv = CKR_OK;
    for (unsigned tries = 0; tries < 2; tries++) {
        (void)pthread_rwlock_rdlock(&p->lock);
        const unsigned seen = p->generation;
        rv = sign_once(p, &c->key, buf_span(&c->what), c->signature);
        (void)pthread_rwlock_unlock(&p->lock);
        if (rv == CKR_OK)
            return RC_OK;
        const enum rc rc = tries == 0 ? pkcs11_reopen(p, seen, d) : RC_OK;
        if (rc != RC_OK) /* never RC_REFUSED, which would be for ever: this may end */
            return rc == RC_REFUSED || rc == RC_NOT_FOUND ? RC_BUSY : rc;
    }
    return has(p, &c->key) ? pkcs11_failed(p, RC_CRYPTO, "does not sign", rv, d)
                           : pkcs11_failed(p, RC_NOT_FOUND, "lacks a key", rv, d);
}

static enum rc run_has(struct pkcs11 *p, struct call *c, struct diag *d)
{
    (void)d;
    c->has = has(p, &c->key);
    return RC_OK;
}

enum rc pkcs11_sign(void *at, const struct public_numbers *key, struct span what,
                    uint8_t ret[SIGNATURE_LEN], struct diag *d)
{
    struct pkcs11 *const p = at;
    ON_EXIT(call_free_at) struct call *c = pkcs11_call(run_sign, d);
    if (!c)
        return RC_NOMEM;
    c->key = *key;
    buf_put_span(&c->what, what);
    enum rc rc = buf_rc(&c->what, d);
    if (rc == RC_OK)
        rc = calls_run(p->calls, &c, d);
    if (rc == RC_OK)
        memcpy(ret, c->signature, SIGNATURE_LEN);
    return rc;
}

bool pkcs11_has(void *at, const struct public_numbers *key)
{
    struct pkcs11 *const p = at;
    ON_EXIT(call_free_at) struct call *c = pkcs11_call(run_has, NULL);
    if (c)
        c->key = *key;
    return c && calls_run(p->calls, &c, NULL) == RC_OK && c->has;
}
