/*
 * The log's side of C2SP tlog-witness: asks witnesses to cosign a checkpoint before it is
 * published. Sockets; blocks.
 */
#pragma once

#include "core/cert/tlog.h"
#include "keys/trust/trust_list.h"

#define COLLECT_TIMEOUT_S 15 /* for one request as a whole */

struct collector {
    const struct trust_list *trust; /* whose cosignatures count */
    const char *const *urls;        /* of witnesses: "https://HOST/…", without /add-checkpoint */
    size_t url_count;
    /* Told of each witness that did not cosign; may be NULL. */
    void (*failed)(void *arg, const char *url, const struct diag *why);
    void *arg;
};

/*
 * Adds the lines of those witnesses that cosign and that the trust list names. One that does not
 * answer, or answers 429 or 5xx, is asked three times, 1 and 4 seconds apart; then it is told, and
 * the others are asked: how many are enough is the caller's question.
 *
 * log         proves that the checkpoint's tree grew from what each witness saw last
 * checkpoint  a note; gets lines appended
 *
 * RC_FORMAT  it is no checkpoint. RC_NOMEM
 */
MUST_CHECK enum rc collect_cosignatures(const struct collector *c, const struct tlog_source *log,
                                        struct buf *checkpoint, struct diag *d);
