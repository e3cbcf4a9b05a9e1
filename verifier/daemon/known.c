#include "verifier/daemon/known.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define STRIPES 64u /* locks: neighbours in the table seldom meet */

struct slot {
    struct tlog_hash leaf;
    uint32_t key; /* place in the list, from 1; 0: the slot is empty */
};

struct known {
    atomic_uint owners;
    uint8_t trust[SHA256_LEN];
    pthread_mutex_t locks[STRIPES];
    struct slot *slots; /* KNOWN_MAX */
};

struct known *known_new(struct span trust)
{
    struct known *const k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->slots = calloc(KNOWN_MAX, sizeof *k->slots);
    if (!k->slots) {
        free(k);
        return NULL;
    }
    k->owners = 1;
    sha256(trust, k->trust);
    for (size_t i = 0; i < STRIPES; i++)
        (void)pthread_mutex_init(&k->locks[i], NULL);
    return k;
}

struct known *known_share(struct known *k)
{
    k->owners++;
    return k;
}

void known_free(struct known *k)
{
    if (!k || --k->owners > 0)
        return;
    for (size_t i = 0; i < STRIPES; i++)
        (void)pthread_mutex_destroy(&k->locks[i]);
    free(k->slots);
    free(k);
}

bool known_is_of(const struct known *k, struct span trust)
{
    uint8_t hash[SHA256_LEN];
    sha256(trust, hash);
    return memcmp(hash, k->trust, sizeof hash) == 0;
}

/* A hash is as good an address as any of it. */
static size_t place_of(const struct tlog_hash *leaf)
{
    uint32_t at;
    memcpy(&at, leaf->bytes, sizeof at);
    return at % KNOWN_MAX;
}

int32_t known_find(struct known *k, const struct tlog_hash *leaf)
{
    const size_t at = place_of(leaf);
    const struct slot *const s = &k->slots[at];
    int32_t key = -1;
    (void)pthread_mutex_lock(&k->locks[at % STRIPES]);
    if (s->key > 0 && memcmp(&s->leaf, leaf, sizeof *leaf) == 0)
        key = (int32_t)s->key - 1;
    (void)pthread_mutex_unlock(&k->locks[at % STRIPES]);
    return key;
}

void known_keep(struct known *k, const struct tlog_hash *leaf, uint32_t key)
{
    assert(key < TRUST_KEYS_MAX);

    const size_t at = place_of(leaf);
    (void)pthread_mutex_lock(&k->locks[at % STRIPES]);
    k->slots[at] = (struct slot){ .leaf = *leaf, .key = key + 1 };
    (void)pthread_mutex_unlock(&k->locks[at % STRIPES]);
}
