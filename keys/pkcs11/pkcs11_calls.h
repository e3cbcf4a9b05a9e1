/*
 * What is asked of the token, on threads that may wait for it for ever: whoever asks does not.
 * What was begun and did not come back in time is left to its thread; while there is such a one,
 * everything else is refused at once. For the files of keys/pkcs11 alone. Threads: any.
 */
#pragma once

#include "core/base/buf.h"
#include "core/crypto/pubkey.h"

#define CALL_THREADS_MAX 64u
#define CALL_LABEL_LEN   32u

struct calls;
struct pkcs11;

/* Zeroed, then filled by who asks. Memory of its own: it may outlive him. */
struct call {
    enum rc (*run)(struct pkcs11 *p, struct call *c, struct diag *d);
    struct public_numbers key;
    struct buf what; /* owned */
    uint8_t signature[SIGNATURE_LEN];
    enum cose_alg alg;
    char label[CALL_LABEL_LEN + 1];
    bool has;
    /* of pkcs11_calls.c */
    enum { CALL_WAITS = 0, CALL_RUNS, CALL_DONE, CALL_LEFT } state;
    enum rc rc;
    struct diag why;
    struct call *next;
};
void call_free(struct call *c); /* NULL is fine */
DEFINE_ON_EXIT(struct call, call_free)

/* p: handed to run. limit_ms: how long one call may take. RC_NOMEM */
MUST_CHECK enum rc calls_open(struct pkcs11 *p, uint32_t limit_ms, struct calls **ret,
                              struct diag *d);
/*
 * Ends its threads. NULL is fine.
 * False: one of them has not come back, and uses what it was given until the process ends.
 */
bool calls_close(struct calls *k);

/*
 * Runs it.
 *
 * c        from calloc(); NULL afterwards when it was left to its thread
 * RC_BUSY  there was no answer in time, or another call is waited for already; d says so
 * others   what run returned
 */
MUST_CHECK enum rc calls_run(struct calls *k, struct call **c, struct diag *d);

/* For how long a call has not come back, ms; 0: none is missed. */
int64_t calls_missed_ms(struct calls *k);
