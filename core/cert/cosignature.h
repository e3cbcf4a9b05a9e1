/*
 * Witnesses' statements about a checkpoint: "as of this time, the largest tree of this log that I
 * have seen, grown from every smaller one, has this root" (C2SP tlog-cosignature, Ed25519,
 * cosignature/v1). They are signature lines of the checkpoint's note. Pure.
 */
#pragma once

#include "core/cert/tlog.h"
#include "keys/trust/trust_list.h"

/* What a witness signs: body is the checkpoint's, with its final newline. */
void cosignature_message_put(struct buf *b, int64_t time_s, struct span body);

/* The witness's key as C2SP signed-note writes it: "NAME+ID+BASE64", type 0x04. */
void cosignature_vkey_put(struct buf *b, const char *name, const uint8_t pub[ED25519_PUB_LEN]);

/* The line of a note. time_s: not negative. */
void cosignature_put(struct buf *b, const char *name, const uint8_t pub[ED25519_PUB_LEN],
                     int64_t time_s, const uint8_t signature[SIGNATURE_LEN]);

/*
 * A witness's cosignature of a note.
 *
 * note      a checkpoint that was parsed as c
 * ret_time  when it was made, the latest of several
 *
 * RC_NOT_FOUND      the note has none by this name and key
 * RC_BAD_SIGNATURE  one of them does not hold
 */
MUST_CHECK enum rc cosignature_find(struct span note, const struct checkpoint *c, const char *name,
                                    const struct pubkey *key, int64_t *ret_time, struct diag *d);

/*
 * How many of the trust list's witnesses have cosigned: each once, whatever its lines say besides.
 * A witness whose cosignature does not hold has not.
 *
 * note  a checkpoint that was parsed as c
 * ret   at most list->witness_count
 * RC_CRYPTO, RC_NOMEM
 */
MUST_CHECK enum rc cosignatures_count(struct span note, const struct checkpoint *c,
                                      const struct trust_list *list, unsigned *ret, struct diag *d);
