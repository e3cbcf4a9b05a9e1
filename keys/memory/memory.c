#include "keys/memory/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/reader.h"
#include "keys/memory/memory_internal.h"

#define STATE_MAX 4096u /* bytes of the file */

/* --- making --- */

static enum rc folder_of(const char *home, char ret[PATH_LEN], struct diag *d)
{
    return path_join(home, MEMORY_FOLDER, ret, d);
}

enum rc memory_create(const char *home, const uint8_t deployment[DEPLOYMENT_LEN], struct diag *d)
{
    assert(home && deployment);

    char folder[PATH_LEN], path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    struct memory_state fresh = { .sequence = 0 };
    memcpy(fresh.deployment, deployment, DEPLOYMENT_LEN);
    memory_state_put(&bytes, &fresh);
    enum rc rc = buf_rc(&bytes, d);
    if (rc == RC_OK)
        rc = folder_of(home, folder, d);
    if (rc == RC_OK)
        rc = folder_make(folder, 0700, d);
    if (rc == RC_OK)
        rc = path_join(folder, "state", path, d);
    return rc == RC_OK ? file_create(path, buf_span(&bytes), 0600, d) : rc;
}

/* --- opening --- */

static enum rc open_file(const struct memory *m, const char *name, int *ret, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = path_join(m->path, name, path, d);
    if (rc != RC_OK)
        return rc;
    *ret = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return *ret >= 0 ? RC_OK
                     : diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot open '%.150s': %s", path,
                                strerror(errno));
}

static enum rc take_lock(struct memory *m, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = path_join(m->path, "lock", path, d);
    if (rc != RC_OK)
        return rc;
    rc = lock_take(path, &m->lock, NULL);
    if (rc == RC_OK)
        return RC_OK;
    return diag_set(d, rc, DIAG_NO_OFFSET,
                    rc == RC_BUSY ? "another signer has '%.150s'" : "cannot lock '%.150s'", path);
}

static enum rc read_state(struct memory *m, const uint8_t deployment[DEPLOYMENT_LEN],
                          struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    enum rc rc = path_join(m->path, "state", path, d);
    if (rc == RC_OK)
        rc = file_read(path, STATE_MAX, &bytes, d);
    if (rc == RC_OK)
        rc = memory_state_read(buf_span(&bytes), &m->state, d);
    if (rc == RC_OK && memcmp(m->state.deployment, deployment, DEPLOYMENT_LEN) != 0)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "'%.150s' is another deployment's", path);
    m->next = m->state.tree;
    return rc;
}

/* What stands behind state's count came from a journal that is replayed now. */
static enum rc read_orders(struct memory *m, struct diag *d)
{
    uint8_t bytes[ORDER_LEN];
    size_t len = 0;
    for (uint64_t i = 0; i < m->state.order_count; i++) {
        struct memory_order o;
        enum rc rc =
            memory_read_at(m->orders, bytes, sizeof bytes, i * ORDER_LEN, &len, "orders", d);
        if (rc == RC_OK && len < sizeof bytes)
            rc = diag_set(d, RC_FORMAT, (size_t)(i * ORDER_LEN),
                          "the signer's memory: 'orders' is shorter than 'state' says");
        if (rc != RC_OK)
            return rc;
        memory_order_get(bytes, &o);
        rc = order_book_add(&m->book, &o, d);
        if (rc != RC_OK)
            return rc;
    }
    if (ftruncate(m->orders, (off_t)(m->state.order_count * ORDER_LEN)) != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the signer's memory: cannot cut 'orders': %s",
                        strerror(errno));
    return RC_OK;
}

static enum rc open_parts(struct memory *m, const uint8_t deployment[DEPLOYMENT_LEN],
                          struct diag *d)
{
    enum rc rc = take_lock(m, d);
    if (rc == RC_OK)
        rc = read_state(m, deployment, d);
    if (rc == RC_OK)
        rc = open_file(m, "leaves", &m->leaves, d);
    if (rc == RC_OK)
        rc = open_file(m, "orders", &m->orders, d);
    if (rc == RC_OK)
        rc = open_file(m, "journal", &m->journal, d);
    if (rc == RC_OK)
        rc = read_orders(m, d);
    return rc == RC_OK ? journal_replay(m, d) : rc;
}

enum rc memory_open(const char *home, const uint8_t deployment[DEPLOYMENT_LEN], struct memory **ret,
                    struct diag *d)
{
    assert(home && deployment && ret);

    struct stat st;
    ON_EXIT(memory_close_at) struct memory *m = calloc(1, sizeof *m);
    if (!m)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the signer's memory");
    m->lock = m->leaves = m->orders = m->journal = -1;
    char path[PATH_LEN];
    enum rc rc = folder_of(home, m->path, d);
    if (rc == RC_OK)
        rc = path_join(m->path, "state", path, d);
    if (rc == RC_OK && stat(path, &st) != 0)
        rc = errno == ENOENT ? diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                                        "the home has no memory of what was signed ('%.80s')", path)
                             : diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot look at '%.100s': %s",
                                        path, strerror(errno));
    if (rc == RC_OK)
        rc = open_parts(m, deployment, d);
    if (rc == RC_OK)
        *ret = TAKE(m);
    return rc;
}

void memory_close(struct memory *m)
{
    if (!m)
        return;
    fd_close_at(&m->journal);
    fd_close_at(&m->orders);
    fd_close_at(&m->leaves);
    fd_close_at(&m->lock);
    order_book_free(&m->book);
    buf_free(&m->notes);
    free(m);
}

/* --- what has been settled --- */

static bool is_empty(const uint8_t bytes[LEAF_LEN])
{
    static const uint8_t none[LEAF_LEN];
    return memcmp(bytes, none, LEAF_LEN) == 0;
}

enum rc memory_leaf(struct memory *m, uint64_t index, struct memory_leaf *ret, struct diag *d)
{
    uint8_t bytes[LEAF_LEN];
    size_t len = 0;
    if (index >= MEMORY_INDEX_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "there is no log index %llu",
                        (unsigned long long)index);
    const enum rc rc =
        memory_read_at(m->leaves, bytes, sizeof bytes, index * LEAF_LEN, &len, "leaves", d);
    if (rc != RC_OK)
        return rc;
    if (len < sizeof bytes || is_empty(bytes))
        return RC_NOT_FOUND;
    memcpy(ret->payload, bytes, SHA256_LEN);
    memcpy(ret->leaf, bytes + SHA256_LEN, SHA256_LEN);
    return RC_OK;
}

struct memory_tree memory_tree(const struct memory *m)
{
    struct memory_tree t = { .size = m->state.tree.size };
    memcpy(t.root, m->state.root, SHA256_LEN);
    return t;
}

#define LEAVES_A_READ 1024u

static enum rc add_leaves(struct memory *m, struct frontier *f, size_t count, struct diag *d)
{
    uint8_t bytes[LEAVES_A_READ * LEAF_LEN];
    size_t len = 0;
    const enum rc rc =
        memory_read_at(m->leaves, bytes, count * LEAF_LEN, f->size * LEAF_LEN, &len, "leaves", d);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < count; i++) {
        struct tlog_hash leaf;
        if ((i + 1) * LEAF_LEN > len || is_empty(bytes + i * LEAF_LEN))
            return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                            "the leaf of log index %llu was never signed or admitted here",
                            (unsigned long long)f->size);
        memcpy(leaf.bytes, bytes + i * LEAF_LEN + SHA256_LEN, SHA256_LEN);
        frontier_add(f, &leaf);
    }
    return RC_OK;
}

enum rc memory_root(struct memory *m, uint64_t size, struct tlog_hash *ret, struct diag *d)
{
    assert(m && ret && size >= m->state.tree.size);

    if (size > MEMORY_INDEX_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "no log has %llu leaves",
                        (unsigned long long)size);
    m->next = m->state.tree;
    while (m->next.size < size) {
        const uint64_t left = size - m->next.size;
        const enum rc rc =
            add_leaves(m, &m->next, left < LEAVES_A_READ ? (size_t)left : LEAVES_A_READ, d);
        if (rc != RC_OK)
            return rc;
    }
    *ret = frontier_root(&m->next);
    return RC_OK;
}

int64_t memory_last_iat(const struct memory *m)
{
    return m->state.last_iat;
}

uint64_t memory_trust_sequence(const struct memory *m)
{
    return m->state.trust_sequence;
}

const struct memory_order *memory_order_find(const struct memory *m, const uint8_t leaf[SHA256_LEN])
{
    return order_book_find(&m->book, leaf);
}

/* Newest first: they were admitted one after another, by a clock that goes forward. */
struct memory_counts memory_orders_alone(const struct memory *m, int64_t since_s,
                                         const uint8_t kid[KID_LEN])
{
    struct memory_counts c = { 0 };
    for (size_t i = m->book.count; i-- > 0 && m->book.orders[i].admitted_at > since_s;) {
        const struct memory_order *const o = &m->book.orders[i];
        c.all += o->alone;
        c.by_operator += o->alone && memcmp(o->kid, kid, KID_LEN) == 0;
    }
    return c;
}

/* --- notes --- */

void memory_note_leaf(struct memory *m, uint64_t index, const struct memory_leaf *leaf)
{
    assert(index < MEMORY_INDEX_MAX);
    buf_put_u8(&m->notes, NOTE_LEAF);
    buf_put_be64(&m->notes, index);
    buf_put(&m->notes, leaf->payload, SHA256_LEN);
    buf_put(&m->notes, leaf->leaf, SHA256_LEN);
}

void memory_note_iat(struct memory *m, int64_t iat)
{
    buf_put_u8(&m->notes, NOTE_IAT);
    buf_put_be64(&m->notes, (uint64_t)iat);
}

void memory_note_trust(struct memory *m, uint64_t sequence)
{
    buf_put_u8(&m->notes, NOTE_TRUST);
    buf_put_be64(&m->notes, sequence);
}

void memory_note_order(struct memory *m, const struct memory_order *o)
{
    buf_put_u8(&m->notes, NOTE_ORDER);
    memory_order_put(&m->notes, o);
}

void memory_note_checkpoint(struct memory *m, uint64_t size, const struct tlog_hash *root)
{
    assert(m->next.size == size);
    buf_put_u8(&m->notes, NOTE_CHECKPOINT);
    buf_put_be64(&m->notes, size);
    buf_put(&m->notes, root->bytes, SHA256_LEN);
}

void memory_forget_notes(struct memory *m)
{
    buf_clear(&m->notes);
}

static enum rc settle_notes(struct memory *m, struct diag *d)
{
    enum rc rc = buf_rc(&m->notes, d);
    if (rc == RC_OK && m->notes.len > GROUP_MAX)
        rc = diag_set(d, RC_LIMIT, GROUP_MAX, "too much to remember at once");
    if (rc == RC_OK && m->broken)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "the signer's memory has to be opened anew");
    if (rc == RC_OK && m->journal_len > MEMORY_JOURNAL_MAX)
        rc = journal_compact(m, d);
    if (rc == RC_OK)
        rc = journal_add(m, buf_span(&m->notes), d);
    if (rc != RC_OK)
        return rc;
    rc = memory_apply(m, buf_span(&m->notes), d);
    m->broken = rc != RC_OK;
    return rc;
}

enum rc memory_settle(struct memory *m, struct diag *d)
{
    assert(m);

    const enum rc rc = m->notes.len > 0 || m->notes.failed ? settle_notes(m, d) : RC_OK;
    buf_clear(&m->notes);
    return rc;
}

bool memory_is_broken(const struct memory *m)
{
    return m->broken;
}
