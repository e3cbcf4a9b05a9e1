/* The signer's inside, for the files of keys/private alone. */
#pragma once

#include <pthread.h>

#include "keys/private/document_chain.h"
#include "keys/private/signer_load.h"
#include "keys/private/statement.h"
#include "keys/signer/signer.h"

struct signing_key {
    struct private_key *key;           /* owned */
    const struct trusted_key *trusted; /* borrows the trust list; same public numbers */
    struct document_chain *chain;      /* owned; NULL: no document key, or it has none */
    char file[SIGNER_PLACE_LEN];       /* its name in the folder */
};

struct signer {
    const struct trust_list *trust;
    const struct key_keeper *keeper; /* NULL: none */
    size_t count;
    struct signing_key *keys;
    pthread_mutex_t lock; /* of the three below */
    bool has_checkpoint;
    uint64_t checkpoint_size;
    uint8_t checkpoint_root[SHA256_LEN];
};

/* The newest key of this use that we hold and whose dates hold now_s. NULL: none, and d says so. */
MUST_CHECK const struct signing_key *signing_key_find(const struct signer *s, enum key_use use,
                                                      int64_t now_s, struct diag *d);
