/*
 * A checkpoint of the deployment's log, or of one that was closed (docs/formats.md, "Log"), by any
 * of its log keys, whatever their dates. Pure.
 */
#pragma once

#include "core/cert/tlog.h"
#include "keys/trust/trust_list.h"

/*
 * ret_end  so many of its first entries are the current log's: all (UINT64_MAX), or the size at
 *          which it was closed
 *
 * RC_BAD_SIGNATURE  by none of our log keys; RC_REFUSED: of another log; others as
 *                   checkpoint_check()
 */
MUST_CHECK enum rc log_note_check(struct span note, const struct trust_list *trust,
                                  struct checkpoint *ret, uint64_t *ret_end, struct diag *d);

/* Where the n-th log of a deployment is published, from 1: "log", and behind a closed one "log-2",
 * …: tiles never change. */
#define LOG_FOLDER_LEN 32
void log_folder_name(size_t n, char ret[LOG_FOLDER_LEN]);
/* Of the current one. */
static inline void log_folder_now(const struct trust_list *trust, char ret[LOG_FOLDER_LEN])
{
    log_folder_name(trust->closed_count + 1, ret);
}
