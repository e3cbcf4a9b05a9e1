#include <assert.h>
#include <stdlib.h>

#include "core/cert/bundle_state.h"
#include "core/cert/column_layout.h"

const struct trust_list *bundle_trust(const struct bundle *b)
{
    return b->trust;
}

const struct directory *bundle_directory(const struct bundle *b)
{
    return &b->directory;
}

const struct policy *bundle_policy(const struct bundle *b)
{
    return b->policy;
}

const struct checkpoint *bundle_checkpoint(const struct bundle *b)
{
    return &b->checkpoint;
}

bool bundle_witnessed(const struct bundle *b)
{
    return b->witnessed;
}

struct span bundle_section(const struct bundle *b, enum bundle_section s)
{
    assert(b && s >= SECTION_TRUST && s <= SECTION_SELFTEST);

    if (s != SECTION_SURVIVORS)
        return b->sections[s];

    if (b->later->survivors == SURVIVORS_UNREAD)
        b->later->survivors =
            bundle_check_section(b, s, NULL) == RC_OK ? SURVIVORS_GOOD : SURVIVORS_BAD;
    return b->later->survivors == SURVIVORS_GOOD ? b->sections[s] : span_of(NULL, 0);
}

struct bundle_times bundle_times(const struct bundle *b)
{
    return (struct bundle_times){
        .sequence = b->header.sequence,
        .issued = b->header.issued,
        .status_exp = b->header.sets[0].exp,
        .deadlines_exp = b->header.sets[1].exp,
        .rows = b->header.rows,
    };
}

static struct span coded_block(const struct bundle *b, const struct bundle_blocks *set,
                               uint32_t block)
{
    const uint64_t start = set->starts[block];
    return span_of(b->file.ptr + start, (size_t)(set->starts[block + 1] - start));
}

size_t bundle_pieces(const struct bundle *b, uint64_t index, struct span ret[BUNDLE_PIECES])
{
    assert(b && ret && BUNDLE_PIECES == BUNDLE_SETS);

    if (index >= b->header.rows)
        return 0;
    for (size_t i = 0; i < BUNDLE_SETS; i++)
        ret[i] = coded_block(b, &b->sets[i], (uint32_t)(index / COLUMN_BLOCK));
    return BUNDLE_SETS;
}

struct span bundle_coded_block(const struct bundle *b, size_t set, uint32_t block)
{
    assert(b && set < BUNDLE_SETS && block < b->blocks);
    return coded_block(b, &b->sets[set], block);
}

/* Undoes a block into *to and compares it with the table, which the header has vouched for. */
static enum rc read_block(const struct bundle *b, const struct bundle_blocks *set, uint32_t block,
                          struct buf *to, struct diag *d)
{
    const size_t before = to->len;
    const struct span coded = coded_block(b, set, block);
    uint8_t hash[SHA256_LEN];
    sha256(coded, hash);
    if (memcmp(hash, set->entries + (size_t)block * BUNDLE_CODED_LEN + 4, BUNDLE_CHECK_LEN) != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "its bytes are damaged");

    const enum rc rc =
        column_block_decode(coded, columns_block_rows(b->header.rows, block), set->set, to, d);
    if (rc != RC_OK)
        return rc;
    sha256(span_of(to->ptr + before, to->len - before), hash);
    if (memcmp(hash, set->hashes + (size_t)block * SHA256_LEN, SHA256_LEN) != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "it is not what the header promises");
    return RC_OK;
}

static enum rc read_and_name(const struct bundle *b, const struct bundle_blocks *set,
                             uint32_t block, struct buf *to, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = read_block(b, set, block, to, &why);
    if (rc == RC_OK)
        return RC_OK;
    return diag_set(d, rc == RC_NOMEM ? RC_NOMEM : RC_FORMAT, (size_t)set->starts[block],
                    "block %u of the bundle's %s: %s", block,
                    set->set == COLUMN_STATUS ? "statuses" : "deadlines", why.text);
}

enum rc bundle_read_block(const struct bundle *b, size_t set, uint32_t block, struct buf *to,
                          struct diag *d)
{
    assert(b && set < BUNDLE_SETS && block < b->blocks && to);
    return read_and_name(b, &b->sets[set], block, to, d);
}

static enum rc load_block(const struct bundle *b, struct bundle_blocks *set, uint32_t block,
                          struct diag *d)
{
    if (set->cached == block)
        return RC_OK;

    set->cached = BLOCK_NONE;
    buf_clear(&set->plain);
    const enum rc rc = read_and_name(b, set, block, &set->plain, d);
    if (rc == RC_OK)
        set->cached = block;
    return rc;
}

/* Every block but the last is of one length. */
static size_t block_stride(const struct bundle *b, const struct bundle_blocks *set)
{
    return column_plain_len(set->set, columns_block_rows(b->header.rows, 0));
}

static enum rc unfold_set(struct bundle *b, struct bundle_blocks *set, struct diag *d)
{
    const size_t stride = block_stride(b, set);
    set->whole = malloc(b->blocks * stride);
    if (!set->whole)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "unfolding a bundle");
    for (uint32_t block = 0; block < b->blocks; block++) {
        const enum rc rc = load_block(b, set, block, d);
        if (rc != RC_OK)
            return rc;
        assert(set->plain.len <= stride);
        memcpy(set->whole + block * stride, set->plain.ptr, set->plain.len);
    }
    buf_free(&set->plain);
    set->cached = BLOCK_NONE;
    return RC_OK;
}

enum rc bundle_unfold(struct bundle *b, struct diag *d)
{
    assert(b && !b->shares && !b->sets[0].whole);

    (void)bundle_section(b, SECTION_SURVIVORS); /* it too is found out only once */
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && b->blocks > 0 && i < BUNDLE_SETS; i++)
        rc = unfold_set(b, &b->sets[i], d);
    for (size_t i = 0; rc != RC_OK && i < BUNDLE_SETS; i++) {
        free(b->sets[i].whole);
        b->sets[i].whole = NULL;
    }
    return rc;
}

static enum rc block_of(struct bundle *b, struct bundle_blocks *set, uint32_t block,
                        struct span *ret, struct diag *d)
{
    if (set->whole) {
        *ret = span_of(set->whole + block * block_stride(b, set),
                       column_plain_len(set->set, columns_block_rows(b->header.rows, block)));
        return RC_OK;
    }
    const enum rc rc = load_block(b, set, block, d);
    if (rc == RC_OK)
        *ret = buf_span(&set->plain);
    return rc;
}

enum rc bundle_find(struct bundle *b, uint64_t index, struct column_row *ret, struct diag *d)
{
    assert(b && ret);

    if (index >= b->header.rows)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                        "status index %llu is past the bundle's %u", (unsigned long long)index,
                        b->header.rows);

    const uint32_t block = (uint32_t)(index / COLUMN_BLOCK);
    struct column_row row = { 0 };
    for (size_t i = 0; i < BUNDLE_SETS; i++) {
        struct bundle_blocks *const set = &b->sets[i];
        struct span plain = { 0 };
        const enum rc rc = block_of(b, set, block, &plain, d);
        if (rc != RC_OK)
            return rc;
        column_block_row(plain, columns_block_rows(b->header.rows, block), set->set,
                         (uint32_t)(index % COLUMN_BLOCK), &row);
    }
    *ret = row;
    return RC_OK;
}

enum rc bundle_check_all(struct bundle *b, void (*progress)(void *ctx, uint32_t done, uint32_t of),
                         void *ctx, struct diag *d)
{
    assert(b);

    for (enum bundle_section s = SECTION_TRUST; s <= SECTION_SELFTEST; s++) {
        const enum rc rc = bundle_check_section(b, s, d);
        if (rc != RC_OK)
            return rc;
    }
    const enum rc survivors = bundle_check_survivors(b, d);
    if (survivors != RC_OK)
        return survivors;
    const uint32_t of = b->blocks * BUNDLE_SETS;
    for (uint32_t done = 0; done < of; done++) {
        struct bundle_blocks *const set = &b->sets[done / b->blocks];
        set->cached = BLOCK_NONE;
        const enum rc rc = load_block(b, set, done % b->blocks, d);
        if (rc != RC_OK)
            return rc;
        if (progress)
            progress(ctx, done + 1, of);
    }
    return RC_OK;
}
