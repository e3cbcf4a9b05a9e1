#include <assert.h>
#include <stdlib.h>

#include "core/cert/bundle_state.h"

#define KID_TEXT_LEN ((size_t)2 * KID_LEN)

/* --- the maker's side --- */

static int by_kid(const void *a, const void *b)
{
    const struct survivor_set *const *x = a;
    const struct survivor_set *const *y = b;
    return memcmp((*x)->kid, (*y)->kid, KID_LEN);
}

static void free_array(void *at)
{
    free(*(void **)at);
}

void bundle_survivors_put(struct buf *to, const struct survivor_set *sets, size_t count)
{
    assert(to && (sets || count == 0));

    ON_EXIT(free_array) const struct survivor_set **sorted = calloc(count + 1, sizeof *sorted);
    if (!sorted) {
        to->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        sorted[i] = &sets[i];
    qsort(sorted, count, sizeof *sorted, by_kid);
    cbor_put_map(to, count);
    for (size_t i = 0; i < count; i++) {
        char kid[KID_TEXT_LEN + 1];
        hex_encode(sorted[i]->kid, KID_LEN, kid);
        cbor_put_cstr(to, kid);
        cbor_put_bytes(to, sorted[i]->hashes);
    }
}

/* --- the reader's side --- */

static bool is_of(struct span name, const struct trusted_key *key)
{
    uint8_t kid[KID_LEN];
    return name.len == KID_TEXT_LEN && hex_decode(name, kid, KID_LEN) &&
           memcmp(kid, key->kid, KID_LEN) == 0;
}

/* The section is one well-formed map whose header hash holds: bundle_section() has seen to it. */
static enum survivors_found find_set(struct span section, const struct trusted_key *key,
                                     struct span *ret)
{
    struct cbor_reader c = cbor_reader_over(section, NULL);
    struct cbor_map m;
    struct span name, hashes;
    if (!cbor_map(&c, "the survivors", TRUST_KEYS_MAX, &m))
        return SURVIVORS_BAD;
    for (uint64_t i = 0; i < m.left; i++) {
        if (!cbor_text(&c, "a kid", KID_TEXT_LEN, KID_TEXT_LEN, &name) ||
            !cbor_bytes(&c, "survivors", 0, BUNDLE_SECTION_MAX, &hashes))
            return SURVIVORS_BAD;
        if (is_of(name, key)) {
            *ret = hashes;
            return SURVIVORS_GOOD;
        }
    }
    return SURVIVORS_NONE;
}

static enum survivors_found read_set(const struct bundle *b, const struct trusted_key *key,
                                     struct span *ret)
{
    uint8_t hash[SHA256_LEN];
    const struct span section = bundle_section(b, SECTION_SURVIVORS);
    const enum survivors_found found =
        section.len > 0 ? find_set(section, key, ret) : SURVIVORS_BAD;
    if (found != SURVIVORS_GOOD)
        return found;
    sha256(*ret, hash);
    return ret->len == (trusted_key_end(key) - key->first) * SURVIVOR_LEN &&
                   memcmp(hash, key->cut_off.survivors, SHA256_LEN) == 0
               ? SURVIVORS_GOOD
               : SURVIVORS_BAD;
}

/* The caller's list may be another copy of the bundle's. */
static const struct trusted_key *own_key(const struct bundle *b, const struct trusted_key *key)
{
    const struct span kid = span_of(key->kid, KID_LEN);
    const struct trusted_key *own = trust_list_find(b->trust, kid, NULL);
    while (own && !(own->cut_off.given && own->first == key->first &&
                    trusted_key_end(own) == trusted_key_end(key) &&
                    memcmp(own->cut_off.survivors, key->cut_off.survivors, SHA256_LEN) == 0))
        own = trust_list_find(b->trust, kid, own);
    return own;
}

static enum rc find_of(const struct bundle *b, const struct trusted_key *key,
                       struct survivors_of **ret, struct diag *d)
{
    struct bundle_later *const later = b->later;
    if (!later->of)
        later->of = calloc(b->trust->key_count, sizeof *later->of);
    if (!later->of)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the survivors");
    const struct trusted_key *const own = own_key(b, key);
    if (!own)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "another bundle's key");
    *ret = &later->of[own - b->trust->keys];
    if ((*ret)->found == SURVIVORS_UNREAD)
        (*ret)->found = read_set(b, own, &(*ret)->hashes);
    return RC_OK;
}

static bool has_survivors(const struct trusted_key *key)
{
    return key->use == USE_TOKEN && key->cut_off.given;
}

enum rc bundle_survivor(const struct bundle *b, const struct trusted_key *key, uint64_t index,
                        uint8_t ret[SURVIVOR_LEN], struct diag *d)
{
    assert(b && has_survivors(key) && index >= key->first && index < trusted_key_end(key));

    struct survivors_of *of;
    const enum rc rc = find_of(b, key, &of, d);
    if (rc != RC_OK)
        return rc;
    switch (of->found) {
    case SURVIVORS_GOOD:
        memcpy(ret, of->hashes.ptr + (index - key->first) * SURVIVOR_LEN, SURVIVOR_LEN);
        return RC_OK;
    case SURVIVORS_NONE:
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "no survivors of this key");
    case SURVIVORS_UNREAD:
    case SURVIVORS_BAD:
        break;
    }
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the survivors are not what was promised");
}

enum rc bundle_check_survivors(const struct bundle *b, struct diag *d)
{
    for (size_t i = 0; i < b->trust->key_count; i++) {
        const struct trusted_key *const key = &b->trust->keys[i];
        struct survivors_of *of;
        if (!has_survivors(key))
            continue;
        const enum rc rc = find_of(b, key, &of, d);
        if (rc != RC_OK)
            return rc;
        if (of->found == SURVIVORS_BAD)
            return diag_set(d, RC_FORMAT,
                            (size_t)(b->sections[SECTION_SURVIVORS].ptr - b->file.ptr),
                            "the survivors of a key are not what the trust list promises");
    }
    return RC_OK;
}
