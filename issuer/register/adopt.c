#include "issuer/register/adopt.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cert/token.h"
#include "keys/memory/memory.h"
#include "keys/private/order.h"

#define MAKING        "signer-new" /* a home of its own, in the home, while it is made */
#define LEAVES_A_TURN 4096u

static const char *const files[] = { "state", "journal", "leaves", "orders", "lock" };

/* What a killed run has left. */
static void drop_making(const char *making)
{
    char folder[PATH_LEN], path[PATH_LEN];
    if (path_join(making, MEMORY_FOLDER, folder, NULL) != RC_OK)
        return;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (path_join(folder, files[i], path, NULL) == RC_OK)
            (void)unlink(path);
    }
    (void)rmdir(folder);
    (void)rmdir(making);
}

static enum rc note_order(struct memory *m, const struct cose_sign1 *cose,
                          const struct memory_leaf *leaf, struct diag *d)
{
    struct order_text text;
    struct memory_order order = { .admitted_at = 0 };
    const enum rc rc = order_payload_read(cose->payload, &text, d);
    if (rc != RC_OK)
        return rc;
    order.admitted_at = text.ordered_at;
    order.alone = text.second_kid.len == 0;
    memcpy(order.payload, leaf->payload, SHA256_LEN);
    memcpy(order.leaf, leaf->leaf, SHA256_LEN);
    if (cose->header.kid.len == KID_LEN)
        memcpy(order.kid, cose->header.kid.ptr, KID_LEN);
    memory_note_order(m, &order);
    return RC_OK;
}

static enum rc note_entry(struct memory *m, const struct reg_log_entry *entry, int64_t *last_iat,
                          struct diag *d)
{
    struct cose_sign1 cose;
    struct memory_leaf leaf;
    struct token t;
    enum rc rc = cose_sign1_parse(entry->data, &cose, d);
    if (rc != RC_OK)
        return rc;
    const struct tlog_hash hash = tlog_leaf(entry->data);
    sha256(cose.payload, leaf.payload);
    memcpy(leaf.leaf, hash.bytes, SHA256_LEN);
    if (entry->kind == LOG_ORDER)
        rc = note_order(m, &cose, &leaf, d);
    else if (entry->kind == LOG_TOKEN)
        rc = token_payload_parse(cose.payload, &t, d);
    if (rc != RC_OK)
        return rc;
    if (entry->kind == LOG_TOKEN && t.iat > *last_iat) {
        *last_iat = t.iat;
        memory_note_iat(m, t.iat);
    }
    memory_note_leaf(m, entry->index, &leaf);
    return RC_OK;
}

/* Pending ones are asked for again, as after a crash. */
static enum rc note_leaves(struct memory *m, struct reg *r, uint64_t *ret_leaves, struct diag *d)
{
    const uint64_t size = register_log_size(r);
    int64_t last_iat = 0;
    *ret_leaves = 0;
    for (uint64_t i = 0; i < size; i++) {
        struct reg_log_entry entry;
        enum rc rc = register_log_entry(r, i, &entry, d);
        if (rc == RC_OK && !entry.pending) {
            rc = note_entry(m, &entry, &last_iat, d);
            (*ret_leaves)++;
        }
        if (rc == RC_OK && i % LEAVES_A_TURN == LEAVES_A_TURN - 1)
            rc = memory_settle(m, d);
        if (rc != RC_OK)
            return rc;
    }
    return memory_settle(m, d);
}

static enum rc note_checkpoint(struct memory *m, struct reg *r, struct diag *d)
{
    uint64_t size = 0;
    struct span note;
    struct checkpoint signed_one;
    struct tlog_hash root;
    enum rc rc = register_checkpoint_last(r, &size, &note, d);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = checkpoint_parse(note, &signed_one, d);
    if (rc == RC_OK)
        rc = memory_root(m, signed_one.size, &root, d);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_FORMAT : rc;
    if (memcmp(root.bytes, signed_one.root.bytes, SHA256_LEN) != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "the log is not what its last checkpoint says");
    memory_note_checkpoint(m, signed_one.size, &root);
    return memory_settle(m, d);
}

static enum rc make(const struct home *h, const char *making, struct reg *r, uint64_t *ret_leaves,
                    struct diag *d)
{
    ON_EXIT(memory_close_at) struct memory *m = NULL;
    enum rc rc = folder_make(making, 0700, d);
    if (rc == RC_OK)
        rc = memory_create(making, h->trust->deployment, d);
    if (rc == RC_OK)
        rc = memory_open(making, h->trust->deployment, &m, d);
    if (rc == RC_OK)
        rc = note_leaves(m, r, ret_leaves, d);
    if (rc == RC_OK)
        rc = note_checkpoint(m, r, d);
    return rc == RC_OK ? file_settle(making, d) : rc;
}

static enum rc move(const struct home *h, const char *making, struct diag *d)
{
    char from[PATH_LEN], to[PATH_LEN];
    enum rc rc = path_join(making, MEMORY_FOLDER, from, d);
    if (rc == RC_OK)
        rc = home_path(h, MEMORY_FOLDER, to, d);
    if (rc != RC_OK)
        return rc;
    if (rename(from, to) != 0) /* over an empty folder, and over no other */
        return diag_set(d, errno == ENOTEMPTY || errno == EEXIST ? RC_EXISTS : RC_IO,
                        DIAG_NO_OFFSET, "cannot make '%.150s': %s", to, strerror(errno));
    return file_settle(h->path, d);
}

enum rc adopt_memory(const struct home *h, struct reg *r, uint64_t *ret_leaves, struct diag *d)
{
    assert(h && r && ret_leaves);

    struct stat st;
    char making[PATH_LEN], state[PATH_LEN];
    enum rc rc = home_path(h, MAKING, making, d);
    if (rc == RC_OK)
        rc = home_path(h, MEMORY_FOLDER "/state", state, d);
    if (rc != RC_OK)
        return rc;
    if (stat(state, &st) == 0)
        return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET,
                        "the home has a memory of what was signed: '%.150s'", state);
    drop_making(making);
    rc = make(h, making, r, ret_leaves, d);
    if (rc == RC_OK)
        rc = move(h, making, d);
    drop_making(making);
    return rc;
}
