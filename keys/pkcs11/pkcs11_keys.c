/* What the token has: objects and their numbers; and a new key. */
#include <assert.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "keys/pkcs11/pkcs11_internal.h"

#define ID_MAX       64 /* bytes of CKA_ID */
#define POINT_MAX    80 /* bytes of CKA_EC_POINT */
#define PARAMS_MAX   32
#define ID_LEN       8 /* bytes of ours */
#define OCTET_STRING 0x04
#define UNCOMPRESSED 0x04

/* RFC 5480 section 2.1.1.1, RFC 8410 section 3. The second name of Ed25519 is PKCS#11's own
 * (v3.0 section 2.3.10): a PrintableString. */
static const uint8_t p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const uint8_t ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
static const uint8_t edwards25519[] = { 0x13, 0x0c, 'e', 'd', 'w', 'a', 'r',
                                        'd',  's',  '2', '5', '5', '1', '9' };

static const struct curve {
    struct span params;
    CK_KEY_TYPE type;
    enum cose_alg alg;
} curves[] = {
    { { p256, sizeof p256 }, CKK_EC, ALG_ES256 },
    { { ed25519, sizeof ed25519 }, CKK_EC_EDWARDS, ALG_EDDSA },
    { { edwards25519, sizeof edwards25519 }, CKK_EC_EDWARDS, ALG_EDDSA },
};
#define CURVES (sizeof curves / sizeof curves[0])

struct span pkcs11_curve(enum cose_alg alg)
{
    for (size_t i = 0; i < CURVES; i++) {
        if (curves[i].alg == alg)
            return curves[i].params;
    }
    return span_of(NULL, 0);
}

/* --- reading --- */

CK_ULONG pkcs11_find(const struct pkcs11 *p, CK_ATTRIBUTE *with, CK_ULONG with_count,
                     CK_OBJECT_HANDLE *ret, CK_ULONG max)
{
    CK_ULONG count = 0;
    if (p->f->C_FindObjectsInit(p->first, with, with_count) != CKR_OK)
        return CK_UNAVAILABLE_INFORMATION;
    const CK_RV rv = p->f->C_FindObjects(p->first, ret, max, &count);
    (void)p->f->C_FindObjectsFinal(p->first);
    return rv == CKR_OK ? count : CK_UNAVAILABLE_INFORMATION;
}

/* What a token puts around a point, and what it leaves out, differs: with or without the
 * OCTET STRING of the standard. */
static bool read_point(const uint8_t *at, size_t len, enum cose_alg alg, struct public_numbers *ret)
{
    const size_t bare = alg == ALG_EDDSA ? ED25519_PUB_LEN : 1 + 2 * EC_COORD_LEN;
    if (len == bare + 2 && at[0] == OCTET_STRING && at[1] == bare) {
        at += 2;
        len -= 2;
    }
    if (len != bare || (alg == ALG_ES256 && at[0] != UNCOMPRESSED))
        return false;
    *ret = (struct public_numbers){ .alg = alg };
    if (alg == ALG_ES256)
        at++;
    memcpy(ret->x, at, EC_COORD_LEN);
    if (alg == ALG_ES256)
        memcpy(ret->y, at + EC_COORD_LEN, EC_COORD_LEN);
    return true;
}

bool pkcs11_read_numbers(const struct pkcs11 *p, CK_OBJECT_HANDLE object,
                         struct public_numbers *ret)
{
    CK_KEY_TYPE type = 0;
    uint8_t params[PARAMS_MAX], point[POINT_MAX];
    CK_ATTRIBUTE want[] = {
        { CKA_KEY_TYPE, &type, sizeof type },
        { CKA_EC_PARAMS, params, sizeof params },
        { CKA_EC_POINT, point, sizeof point },
    };
    if (p->f->C_GetAttributeValue(p->first, object, want, 3) != CKR_OK)
        return false;
    for (size_t i = 0; i < CURVES; i++) {
        if (curves[i].type == type &&
            span_equal(curves[i].params, span_of(params, want[1].ulValueLen)))
            return read_point(point, want[2].ulValueLen, curves[i].alg, ret);
    }
    return false;
}

/* False: no such public object, or none that we use. */
static bool read_public_half(const struct pkcs11 *p, CK_OBJECT_HANDLE private, struct kept *ret)
{
    uint8_t id[ID_MAX];
    CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
    CK_OBJECT_HANDLE public = 0;
    CK_ATTRIBUTE own = { CKA_ID, id, sizeof id };
    if (p->f->C_GetAttributeValue(p->first, private, &own, 1) != CKR_OK || own.ulValueLen == 0)
        return false;
    CK_ATTRIBUTE with[] = { { CKA_CLASS, &class, sizeof class }, { CKA_ID, id, own.ulValueLen } };
    ret->key = private;
    return pkcs11_find(p, with, 2, &public, 1) == 1 &&
           pkcs11_read_numbers(p, public, &ret->numbers);
}

enum rc pkcs11_find_keys(struct pkcs11 *p, struct diag *d)
{
    CK_OBJECT_HANDLE found[KEYS_MAX];
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE with = { CKA_CLASS, &class, sizeof class };
    const CK_ULONG count = pkcs11_find(p, &with, 1, found, KEYS_MAX);
    if (count == CK_UNAVAILABLE_INFORMATION)
        return pkcs11_failed(p, RC_BUSY, "tells not what it has", CKR_DEVICE_ERROR, d);
    p->count = 0;
    for (CK_ULONG i = 0; i < count; i++) {
        if (read_public_half(p, found[i], &p->kept[p->count]))
            p->count++;
    }
    return RC_OK;
}

/* --- making --- */

static enum rc check_label(const struct pkcs11 *p, CK_ATTRIBUTE label, struct diag *d)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_OBJECT_HANDLE found;
    CK_ATTRIBUTE with[] = { { CKA_CLASS, &class, sizeof class }, label };
    const CK_ULONG count = pkcs11_find(p, with, 2, &found, 1);
    if (count == CK_UNAVAILABLE_INFORMATION)
        return pkcs11_failed(p, RC_BUSY, "tells not what it has", CKR_DEVICE_ERROR, d);
    return count == 0 ? RC_OK
                      : diag_set(d, RC_EXISTS, DIAG_NO_OFFSET,
                                 PKCS11_WORDS " '%s' has a key '%.32s' already", p->token,
                                 (const char *)label.pValue);
}

static enum rc make_pair(struct pkcs11 *p, enum cose_alg alg, CK_ATTRIBUTE label,
                         struct public_numbers *ret, struct diag *d)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    uint8_t id[ID_LEN], params[PARAMS_MAX];
    const struct span curve = pkcs11_curve(alg);
    random_bytes(id, sizeof id);
    memcpy(params, curve.ptr, curve.len);
    CK_ATTRIBUTE public[] = {
        { CKA_TOKEN, &yes, sizeof yes },  { CKA_PRIVATE, &no, sizeof no },
        { CKA_VERIFY, &yes, sizeof yes }, { CKA_EC_PARAMS, params, curve.len },
        { CKA_ID, id, sizeof id },        label,
    };
    CK_ATTRIBUTE private[] = {
        { CKA_TOKEN, &yes, sizeof yes },
        { CKA_PRIVATE, &yes, sizeof yes },
        { CKA_SENSITIVE, &yes, sizeof yes },
        { CKA_EXTRACTABLE, &no, sizeof no },
        { CKA_SIGN, &yes, sizeof yes },
        { CKA_ID, id, sizeof id },
        label,
    };
    CK_MECHANISM how = { alg == ALG_EDDSA ? CKM_EC_EDWARDS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN, NULL,
                         0 };
    CK_OBJECT_HANDLE made = 0, other = 0;
    const CK_RV rv =
        p->f->C_GenerateKeyPair(p->first, &how, public, sizeof public / sizeof *public, private,
                                sizeof private / sizeof *private, &made, &other);
    if (rv != CKR_OK)
        return pkcs11_failed(p, RC_CRYPTO, "makes no key", rv, d);
    return pkcs11_read_numbers(p, made, ret)
               ? RC_OK
               : pkcs11_failed(p, RC_CRYPTO, "made a key that it does not tell", CKR_OK, d);
}

static enum rc run_make(struct pkcs11 *p, struct call *c, struct diag *d)
{
    const CK_ATTRIBUTE named = { CKA_LABEL, c->label, strlen(c->label) };
    enum rc rc = pkcs11_look(p, d);
    if (rc != RC_OK)
        return rc;
    (void)pthread_rwlock_wrlock(&p->lock);
    rc = check_label(p, named, d);
    if (rc == RC_OK)
        rc = make_pair(p, c->alg, named, &c->key, d);
    if (rc == RC_OK)
        rc = pkcs11_find_keys(p, d);
    (void)pthread_rwlock_unlock(&p->lock);
    return rc;
}

enum rc pkcs11_make(struct pkcs11 *p, enum cose_alg alg, const char *label,
                    struct public_numbers *ret, struct diag *d)
{
    assert(p && label && label[0] && strlen(label) <= LABEL_LEN && ret);

    if (pkcs11_curve(alg).len == 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        PKCS11_WORDS " keeps ES256 and EdDSA keys alone");
    ON_EXIT(call_free_at) struct call *c = pkcs11_call(run_make, d);
    if (!c)
        return RC_NOMEM;
    c->alg = alg;
    memcpy(c->label, label, strlen(label));
    const enum rc rc = calls_run(p->calls, &c, d);
    if (rc == RC_OK)
        *ret = c->key;
    return rc;
}
