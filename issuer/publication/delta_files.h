/*
 * Deltas as files: deltas/FROM.delta leads from the bundle of sequence FROM to the
 * next one of this folder; the DELTAS_KEPT latest are kept. A device follows them
 * until there is none for what it has, or fetches the bundle.
 */
#pragma once

#include "issuer/publication/previous.h"
#include "keys/signer/signer.h"

#define DELTAS_KEPT 400

/* What leads to a bundle that is about to be published; zeroed: nothing does. */
struct delta_made {
    uint64_t from;
    uint32_t rows;
    struct buf message; /* empty: none; owned */
};
void delta_made_free(struct delta_made *made); /* for ON_EXIT too */

/*
 * Makes and signs the delta from the bundle before, and applies it with the reader's code.
 *
 * bundle  the new one, open; rows  its rows
 * ret     its message is empty when there is none before, or it would be no saving
 */
MUST_CHECK enum rc delta_make(const struct previous *before, const struct bundle *bundle,
                              const struct columns *rows, struct signer *signer, int64_t now_s,
                              struct delta_made *ret, struct diag *d);

/* Writes it, and removes what is older than DELTAS_KEPT publications. */
MUST_CHECK enum rc delta_files_write(const struct delta_made *made, const char *folder,
                                     struct diag *d);
