/*
 * The bundle: all an inspector's device needs, in one file (docs/formats.md,
 * "Bundle"): "SCBUNDL1", the length of the header, the header (a COSE_Sign1 by a
 * publish key), the sections, the block table, the coded blocks. The header
 * holds the length and hash of every section and, for each column set, the root
 * of the block hashes that stand in the table; each is checked when it is read.
 * Opening takes the same time whatever the size: it reads header, trust list,
 * small sections and table, and one look-up touches one block of each set.
 * Borrows the bytes; no files here. One thread at a time: looking up fills caches; bundle_share()
 * gives another thread its own.
 *
 * A mapped file that shrinks under us is the caller's affair (core/sys/file.h).
 */
#pragma once

#include "core/cert/columns.h"
#include "core/cert/directory.h"
#include "core/cert/tlog.h"
#include "core/policy/policy.h"
#include "keys/trust/trust_list.h"

/* Sections, in this order in the file. Numbers are signed: never renumber. */
enum bundle_section {
    SECTION_TRUST = 1,
    SECTION_DIRECTORY = 2,
    SECTION_POLICY = 3,
    SECTION_CHECKPOINT = 4,
    SECTION_SURVIVORS = 5, /* CBOR map {kid as 16 hex digits: survivor set}; empty map when no key
                              is cut off */
    SECTION_SELFTEST = 6,  /* CBOR array of [COSE_Sign1, whether its signature holds]: a device that
                              disagrees must not be used */
};
#define BUNDLE_SECTIONS    6
#define BUNDLE_SECTION_MAX (64u << 20) /* bytes */
#define BUNDLE_HEADER_MAX  4096u       /* bytes of the header's COSE_Sign1 */

struct bundle;

struct bundle_parts { /* what the maker puts in; all borrowed */
    /* the deployment is the trust section's; times are 0 to CWT_TIME_MAX, issued <= both exp */
    uint64_t sequence;
    int64_t issued, status_exp, deadlines_exp;
    struct span sections[BUNDLE_SECTIONS + 1]; /* by enum bundle_section; 0 unused */
    const struct columns *columns;
    const struct bundle *same_blocks; /* of which blocks with the same rows are taken over as they
                                         are coded there; every one was read. May be NULL */
};
/*
 * The maker codes the blocks and makes the header's payload; the caller has it signed with a
 * publish key (TYP_BUNDLE) and then writes header and body: "SCBUNDL1" ‖ be32 length ‖ header ‖
 * body. Both are appended to. The trust section is read (its signatures checked by its own roots),
 * the others are taken as they are: bundle_open says whether a device would take them. RC_FORMAT,
 * RC_BAD_SIGNATURE, RC_REFUSED: as trust_list_read. RC_LIMIT: a section of over BUNDLE_SECTION_MAX
 * bytes.
 */
MUST_CHECK enum rc bundle_build(const struct bundle_parts *parts, struct buf *header_payload,
                                struct buf *body, struct diag *d);
void bundle_put(struct buf *to, struct span header_cose, struct span body);

void bundle_free(struct bundle *b); /* NULL is fine */
DEFINE_ON_EXIT(struct bundle, bundle_free)

/*
 * Opens a bundle: the trust list by roots (NULL: its own, to be pinned by the caller), the header
 * by a publish key of that list, the small sections by their hashes, the directory and checkpoint
 * by their signatures.
 *
 * file   borrowed for the bundle's life
 * RC_FORMAT         not a bundle, or cut short, or grown, or a section or the block table is not
 * what the header promises; offset says where RC_REFUSED        also: header, trust list and
 * directory are not of one deployment; a checkpoint of another log; no log key of the trust list is
 * in its dates at `issued` RC_BAD_SIGNATURE, RC_REFUSED, RC_NOT_FOUND   as trust_list_read and
 * trust_list_check
 */
MUST_CHECK enum rc bundle_open(struct span file, const struct root_set *roots, struct bundle **ret,
                               struct diag *d);

/*
 * A second handle on an open bundle for another thread: everything that is read once is shared,
 * what looking up fills is its own. Not while b is being looked up in.
 *
 * b    borrowed: must outlive *ret
 * ret  bundle_free() as any other
 * RC_NOMEM
 */
MUST_CHECK enum rc bundle_share(const struct bundle *b, struct bundle **ret, struct diag *d);

/*
 * Undoes and checks every block and keeps them: 5.25 bytes a row. From then on bundle_find() only
 * reads, so that threads may share b itself.
 *
 * RC_FORMAT  a block is not what the header promises
 * RC_NOMEM
 */
MUST_CHECK enum rc bundle_unfold(struct bundle *b, struct diag *d);

/* All borrow b. */
const struct trust_list *bundle_trust(const struct bundle *b);
const struct directory *bundle_directory(const struct bundle *b);
const struct policy *bundle_policy(const struct bundle *b);
const struct checkpoint *bundle_checkpoint(const struct bundle *b);
/* As many witnesses have cosigned the checkpoint as the trust list asks for; true when it asks for
 * none. */
bool bundle_witnessed(const struct bundle *b);
/*
 * A section's bytes. The survivors may be large, so they are hashed when first asked for: an empty
 * span (a section that is there is never empty) says that they are not what the header promises.
 */
struct span bundle_section(const struct bundle *b, enum bundle_section s);

/*
 * What the log held at an index when a token key was not yet stolen: the first bytes of the leaf's
 * hash, all zero where the key had signed no token. The set is hashed when first asked for.
 *
 * key    a token key that is cut off
 * index  from key->first, below trusted_key_end(key)
 * RC_NOT_FOUND  the bundle has no survivors of this key, or not by this cut-off
 * RC_FORMAT     they are not what the header, or the trust list, promises
 * RC_NOMEM
 */
MUST_CHECK enum rc bundle_survivor(const struct bundle *b, const struct trusted_key *key,
                                   uint64_t index, uint8_t ret[SURVIVOR_LEN], struct diag *d);

/* The maker's side: the section of these sets, in any order; kids are different. */
struct survivor_set {
    uint8_t kid[KID_LEN];
    struct span hashes; /* SURVIVOR_LEN bytes for each index from the key's first to its end */
};
void bundle_survivors_put(struct buf *to, const struct survivor_set *sets, size_t count);

struct bundle_times {
    uint64_t sequence;
    int64_t issued, status_exp, deadlines_exp;
    uint32_t rows;
};
struct bundle_times bundle_times(const struct bundle *b);

/*
 * One row: reads, hashes and checks the one block that holds it (both sets).
 * RC_NOT_FOUND  index is past the last row
 * RC_FORMAT     the block is not what the header promises
 */
MUST_CHECK enum rc bundle_find(struct bundle *b, uint64_t index, struct column_row *ret,
                               struct diag *d);

/*
 * All rows, as the maker had them: each block is read as bundle_find() reads it.
 *
 * ret  empty before; owned by the caller
 * RC_FORMAT  a block is not what the header promises
 */
MUST_CHECK enum rc bundle_columns(struct bundle *b, struct columns *ret, struct diag *d);

/*
 * Which bytes of the file bundle_find() will read of it for this index: for who can have them
 * fetched ahead. ret  borrows the file; returns how many there are, 0 when there is no such row.
 */
#define BUNDLE_PIECES 2
size_t bundle_pieces(const struct bundle *b, uint64_t index, struct span ret[BUNDLE_PIECES]);

/* The first bytes of a file that bundle_open() reads, about: all of them of a small bundle. */
#define BUNDLE_HEAD ((size_t)256 << 10)

/* Checks every byte: all blocks, no gap, nothing behind the last. progress may be NULL. */
MUST_CHECK enum rc bundle_check_all(struct bundle *b,
                                    void (*progress)(void *ctx, uint32_t done, uint32_t of),
                                    void *ctx, struct diag *d);
