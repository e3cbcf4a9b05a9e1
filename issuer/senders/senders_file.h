/* The file's form, and the set in memory: what senders.h is made of. Used in this folder alone. */
#pragma once

#include "issuer/senders/senders.h"

#define SENDERS_FILE_MAX (16u << 20) /* bytes */

struct senders {
    char path[PATH_LEN];
    bool there;
    struct file_identity seen; /* of the file that was loaded */
    struct sender *at;
    size_t count, room;
};

/* Appends a zeroed sender. RC_NOMEM, RC_LIMIT: SENDERS_MAX */
MUST_CHECK enum rc senders_more(struct senders *s, struct sender **ret, struct diag *d);
void sender_clear(struct sender *s); /* frees its keys */

/* Fills an empty set from the file's text and orders it. RC_FORMAT RC_NOMEM RC_LIMIT */
MUST_CHECK enum rc senders_read(struct span text, struct senders *to, struct diag *d);
MUST_CHECK enum rc senders_put(const struct senders *s, struct buf *to, struct diag *d);
