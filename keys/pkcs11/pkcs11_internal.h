/* The token's inside, for the files of keys/pkcs11 alone. */
#pragma once

#include <pthread.h>
#include <sys/stat.h>

#include <p11-kit/p11-kit.h>

#include "core/sys/file.h"
#include "keys/pkcs11/pkcs11.h"
#include "keys/pkcs11/pkcs11_calls.h"

#define KEYS_MAX     64
#define SESSIONS_MAX 64             /* kept; more threads than this open and close their own */
#define LABEL_LEN    CALL_LABEL_LEN /* CK_TOKEN_INFO's, blanks behind it */
#define RETRY_MS     1000

/* A private key that the token has. */
struct kept {
    struct public_numbers numbers;
    CK_OBJECT_HANDLE key;
};

struct pkcs11 {
    struct key_keeper keeper;
    char name[LABEL_LEN + 8];
    char token[LABEL_LEN + 1], pin_file[PATH_LEN];
    CK_FUNCTION_LIST *f;
    struct calls *calls; /* who run what follows: nobody else touches it */

    pthread_rwlock_t lock; /* of what follows: who signs reads, who opens anew writes */
    bool initialised, open;
    unsigned generation; /* how often it was opened */
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE first; /* holds the login, and searches */
    size_t count;
    struct kept kept[KEYS_MAX];
    int64_t try_at_ms; /* not before */
    bool pin_refused;
    struct stat pin_then; /* of the file when it was */
    struct diag why;      /* it is not open */

    pthread_mutex_t idle_lock;
    size_t idle_count;
    CK_SESSION_HANDLE idle[SESSIONS_MAX];
};

/* d: "the HSM 'LABEL' WHAT: …" */
enum rc pkcs11_failed(const struct pkcs11 *p, enum rc rc, const char *what, CK_RV rv,
                      struct diag *d);

/* Fills kept from the objects of an open token. The lock is held for writing. */
MUST_CHECK enum rc pkcs11_find_keys(struct pkcs11 *p, struct diag *d);
/* A public object's numbers. False: none that we use. */
bool pkcs11_read_numbers(const struct pkcs11 *p, CK_OBJECT_HANDLE object,
                         struct public_numbers *ret);
/* At most max objects; how many, or CK_UNAVAILABLE_INFORMATION when the token fails. */
CK_ULONG pkcs11_find(const struct pkcs11 *p, CK_ATTRIBUTE *with, CK_ULONG with_count,
                     CK_OBJECT_HANDLE *ret, CK_ULONG max);

/* DER of the two curves' names, as CKA_EC_PARAMS. */
struct span pkcs11_curve(enum cose_alg alg);

/*
 * It failed in generation `seen`, or is not open: opens it anew unless another thread has.
 * RC_*  as pkcs11_ready()
 */
MUST_CHECK enum rc pkcs11_reopen(struct pkcs11 *p, unsigned seen, struct diag *d);

/* pkcs11_ready(), by a thread that may wait. */
MUST_CHECK enum rc pkcs11_look(struct pkcs11 *p, struct diag *d);
/* A new call, that does this. NULL: no memory, and d says so. */
struct call *pkcs11_call(enum rc (*run)(struct pkcs11 *p, struct call *c, struct diag *d),
                         struct diag *d);

/* keeper's */
enum rc pkcs11_sign(void *at, const struct public_numbers *key, struct span what,
                    uint8_t ret[SIGNATURE_LEN], struct diag *d);
bool pkcs11_has(void *at, const struct public_numbers *key);
