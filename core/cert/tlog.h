/*
 * The transparency log's arithmetic: RFC 6962 section 2.1 hashing, C2SP
 * tlog-tiles (height 8), tlog-checkpoint and signed-note, tlog-proof. Pure:
 * where hashes come from is the caller's function.
 */
#pragma once

#include "core/base/buf.h"
#include "core/crypto/hash.h"
#include "core/crypto/pubkey.h"

#define TLOG_TILE_WIDTH 256u
#define TLOG_SIZE_MAX                                                                              \
    INT64_MAX             /* leaves: no log of ours comes near; keeps every sum inside 64 bits */
#define TLOG_PROOF_MAX 64 /* hashes of an inclusion or consistency proof of such a log */

struct tlog_hash {
    uint8_t bytes[SHA256_LEN];
};

struct tlog_hash tlog_leaf(struct span data); /* SHA-256(0x00 ‖ data) */
struct tlog_hash tlog_node(const struct tlog_hash *left, const struct tlog_hash *right); /* 0x01 */
struct tlog_hash tlog_empty(void); /* root of no leaves */

/* Root of `count` hashes that stand side by side at one level (1 to any number). */
struct tlog_hash tlog_root_of(const struct tlog_hash *hashes, size_t count);

/*
 * Gives the hash of the complete subtree at `level` (0: leaves) and place n: leaves
 * [n << level, (n + 1) << level). The caller promises that it exists.
 */
struct tlog_source {
    enum rc (*hash)(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret, struct diag *d);
    void *ctx;
};

/* Root at `size`, at most TLOG_SIZE_MAX. */
MUST_CHECK enum rc tlog_root(const struct tlog_source *src, uint64_t size, struct tlog_hash *ret,
                             struct diag *d);
/* RFC 6962 section 2.1.1; index < size. */
MUST_CHECK enum rc tlog_prove_inclusion(const struct tlog_source *src, uint64_t index,
                                        uint64_t size, struct tlog_hash ret[TLOG_PROOF_MAX],
                                        size_t *ret_count, struct diag *d);
bool tlog_check_inclusion(const struct tlog_hash *leaf, uint64_t index, uint64_t size,
                          const struct tlog_hash *proof, size_t count,
                          const struct tlog_hash *root);
/* RFC 6962 section 2.1.2; old <= size. No hashes at all when old is 0 or size. */
MUST_CHECK enum rc tlog_prove_consistency(const struct tlog_source *src, uint64_t old,
                                          uint64_t size, struct tlog_hash ret[TLOG_PROOF_MAX],
                                          size_t *ret_count, struct diag *d);
bool tlog_check_consistency(uint64_t old, const struct tlog_hash *old_root, uint64_t size,
                            const struct tlog_hash *root, const struct tlog_hash *proof,
                            size_t count);

#define TLOG_PATH_MAX 64
/* "tile/0/x001/067" or with width < 256 "tile/0/x001/067.p/34". */
void tlog_tile_path(unsigned tile_level, uint64_t n, unsigned width, char ret[TLOG_PATH_MAX]);

/* --- checkpoint: a signed note --- */
#define CHECKPOINT_MAX 4096 /* bytes */

struct checkpoint {
    struct span origin; /* borrows the text */
    uint64_t size;
    struct tlog_hash root;
    struct span body; /* what is signed, with its final newline */
};
/* The note's text: origin, size, base64 root, each with a newline. */
void checkpoint_body_put(struct buf *b, const char *origin, uint64_t size,
                         const struct tlog_hash *root);
/* C2SP signed-note key id of an Ed25519 key: first 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key). */
void note_key_id(const char *name, const uint8_t pub[ED25519_PUB_LEN], uint8_t ret[4]);
/* The signature line "— name base64(id ‖ signature)". */
void note_signature_put(struct buf *b, const char *name, const uint8_t pub[ED25519_PUB_LEN],
                        const uint8_t signature[SIGNATURE_LEN]);
/*
 * Form only. Stricter than C2SP where our log has one form: exactly three lines of text (no
 * extension lines), a size of at most TLOG_SIZE_MAX. Other keys' signature lines (witnesses) are
 * fine. RC_FORMAT: not such a note; offset says where. RC_LIMIT: longer than CHECKPOINT_MAX.
 */
MUST_CHECK enum rc checkpoint_parse(struct span note, struct checkpoint *ret, struct diag *d);
/*
 * RC_BAD_SIGNATURE: no line by this key (an Ed25519 key named origin), or one that does not verify.
 * RC_REFUSED: another origin.
 */
MUST_CHECK enum rc checkpoint_check(struct span note, const char *origin, const struct pubkey *key,
                                    struct checkpoint *ret, struct diag *d);

/* --- C2SP tlog-proof: a leaf's inclusion and the checkpoint, in one text --- */
#define TLOG_PROOF_TEXT_MAX 16384
struct tlog_proof {
    uint64_t index;
    size_t count;
    struct tlog_hash hashes[TLOG_PROOF_MAX];
    struct span checkpoint; /* borrows the text */
};
void tlog_proof_put(struct buf *b, uint64_t index, const struct tlog_hash *hashes, size_t count,
                    struct span checkpoint);
/*
 * Form only, the checkpoint's too. An "extra" line may stand there and is ignored: nothing signs
 * it. RC_FORMAT: not such a text; offset says where. RC_LIMIT: longer than TLOG_PROOF_TEXT_MAX.
 */
MUST_CHECK enum rc tlog_proof_parse(struct span text, struct tlog_proof *ret, struct diag *d);
