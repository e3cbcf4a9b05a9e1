#include "issuer/witness/cosigner.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cert/cosignature.h"
#include "core/crypto/pubkey_pem.h"
#include "keys/private/keyfile.h"
#include "keys/trust/trust_list.h"

#define NAME_LEN     128 /* bytes with NUL: a witness of a trust list */
#define ROOTS_MAX    8192u
#define LOG_KEYS_MAX 16u

struct cosigner {
    char folder[PATH_LEN], name[NAME_LEN];
    struct trust_list *trust;
    struct private_key *key;
    struct pubkey *own;
    struct witness_seen seen;
    pthread_mutex_t one; /* at a time */
    int lock;
};

static bool is_name(const char *name)
{
    size_t len = 0;
    for (; name[len]; len++) {
        if (name[len] <= ' ' || name[len] > '~' || name[len] == '+')
            return false;
    }
    return len > 0 && len < NAME_LEN;
}

/* --- files of the folder --- */

static enum rc read_file(const char *folder, const char *name, size_t max, struct buf *to,
                         struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = path_join(folder, name, path, d);
    return rc == RC_OK ? file_read(path, max, to, d) : rc;
}

static enum rc write_file(const char *folder, const char *name, struct span bytes, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = path_join(folder, name, path, d);
    return rc == RC_OK ? file_replace(path, bytes, 0600, d) : rc;
}

static enum rc read_trust(struct span trust, struct span root, struct trust_list **ret,
                          struct diag *d)
{
    struct root_set roots;
    const enum rc rc = root_set_parse(root, &roots, d);
    return rc == RC_OK ? trust_list_read(trust, &roots, ret, d) : rc;
}

/* --- making it --- */

static enum rc make_key(const char *folder, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    enum rc rc = path_join(folder, "key.pem", path, d);
    if (rc == RC_OK)
        rc = private_key_generate(ALG_EDDSA, &key, d);
    if (rc == RC_OK)
        rc = private_key_save(key, path, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(buf_free_at) struct buf public = { 0 };
    pubkey_pem_put(&public, private_key_public(key));
    rc = buf_rc(&public, d);
    return rc == RC_OK ? write_file(folder, "pub.pem", buf_span(&public), d) : rc;
}

static enum rc make_files(const char *folder, const char *name, struct span trust, struct span root,
                          struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf line = { 0 };
    buf_printf(&line, "%s\n", name);
    enum rc rc = buf_rc(&line, d);
    if (rc == RC_OK)
        rc = folder_make(folder, 0700, d);
    if (rc == RC_OK)
        rc = make_key(folder, d);
    if (rc == RC_OK)
        rc = write_file(folder, "root.cbor", root, d);
    if (rc == RC_OK)
        rc = write_file(folder, "trust.cbor", trust, d);
    return rc == RC_OK ? write_file(folder, "name", buf_span(&line), d) : rc;
}

enum rc cosigner_make(const char *folder, const char *name, const char *trust, const char *root,
                      struct diag *d)
{
    assert(folder && name && trust && root);

    ON_EXIT(buf_free_at) struct buf trust_bytes = { 0 };
    ON_EXIT(buf_free_at) struct buf root_bytes = { 0 };
    ON_EXIT(trust_list_free_at) struct trust_list *list = NULL;
    if (!is_name(name))
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET, "not a name of a witness: '%.130s'", name);
    enum rc rc = file_read(trust, TRUST_FILE_MAX, &trust_bytes, d);
    if (rc == RC_OK)
        rc = file_read(root, ROOTS_MAX, &root_bytes, d);
    if (rc == RC_OK)
        rc = read_trust(buf_span(&trust_bytes), buf_span(&root_bytes), &list, d);
    if (rc != RC_OK)
        return rc;
    return make_files(folder, name, buf_span(&trust_bytes), buf_span(&root_bytes), d);
}

/* --- opening it --- */

static enum rc read_name(struct cosigner *c, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    const enum rc rc = read_file(c->folder, "name", NAME_LEN, &text, d);
    if (rc != RC_OK)
        return rc;
    if (text.len < 2 || text.ptr[text.len - 1] != '\n' || text.len > NAME_LEN)
        return diag_set(d, RC_FORMAT, 0, "'name' in '%.120s' is not one line", c->folder);
    memcpy(c->name, text.ptr, text.len - 1);
    return is_name(c->name) ? RC_OK
                            : diag_set(d, RC_FORMAT, 0, "'name' in '%.120s' is no name", c->folder);
}

static enum rc open_trust(struct cosigner *c, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf trust = { 0 };
    ON_EXIT(buf_free_at) struct buf root = { 0 };
    enum rc rc = read_file(c->folder, "trust.cbor", TRUST_FILE_MAX, &trust, d);
    if (rc == RC_OK)
        rc = read_file(c->folder, "root.cbor", ROOTS_MAX, &root, d);
    return rc == RC_OK ? read_trust(buf_span(&trust), buf_span(&root), &c->trust, d) : rc;
}

static enum rc open_key(struct cosigner *c, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = path_join(c->folder, "key.pem", path, d);
    if (rc == RC_OK)
        rc = private_key_load(path, &c->key, d);
    if (rc != RC_OK)
        return rc;
    if (private_key_public(c->key)->alg != ALG_EDDSA)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "'%.150s' is not an Ed25519 key", path);
    return pubkey_new(private_key_public(c->key), &c->own, d);
}

/* "seen" is the checkpoint that was cosigned last, with the witness's own line. */
static enum rc read_seen(struct cosigner *c, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct checkpoint last;
    int64_t time_s;
    enum rc rc = read_file(c->folder, "seen", CHECKPOINT_MAX, &note, NULL);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = checkpoint_parse(buf_span(&note), &last, d);
    if (rc == RC_OK)
        rc = cosignature_find(buf_span(&note), &last, c->name, c->own, &time_s, d);
    uint64_t end = 0;
    if (rc == RC_OK && !trust_list_log_end(c->trust, last.origin, &end))
        rc = RC_FORMAT;
    if (rc == RC_OK && end != UINT64_MAX)
        return RC_OK; /* of a log that the roots have closed: the new one begins */
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET,
                        "what was cosigned last, 'seen' in '%.120s', cannot be read", c->folder);
    c->seen = (struct witness_seen){ last.size, last.root };
    return RC_OK;
}

enum rc cosigner_open(const char *folder, struct cosigner **ret, struct diag *d)
{
    assert(folder && ret);

    ON_EXIT(cosigner_close_at) struct cosigner *c = calloc(1, sizeof *c);
    char path[PATH_LEN];
    if (!c || pthread_mutex_init(&c->one, NULL) != 0) {
        free(TAKE(c));
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a witness");
    }
    c->lock = -1;
    enum rc rc = path_join(folder, "lock", path, d);
    if (rc != RC_OK)
        return rc;
    (void)snprintf(c->folder, sizeof c->folder, "%s", folder);
    rc = lock_take(path, &c->lock, d);
    if (rc == RC_OK)
        rc = read_name(c, d);
    if (rc == RC_OK)
        rc = open_trust(c, d);
    if (rc == RC_OK)
        rc = open_key(c, d);
    if (rc == RC_OK)
        rc = read_seen(c, d);
    if (rc == RC_OK)
        *ret = TAKE(c);
    return rc;
}

void cosigner_close(struct cosigner *c)
{
    if (!c)
        return;
    trust_list_free(c->trust);
    private_key_free(c->key);
    pubkey_free(c->own);
    fd_close_at(&c->lock);
    (void)pthread_mutex_destroy(&c->one);
    free(c);
}

bool cosigner_is_demo(const struct cosigner *c)
{
    return c->trust->demo;
}

const char *cosigner_name(const struct cosigner *c)
{
    return c->name;
}

void cosigner_vkey_put(const struct cosigner *c, struct buf *to)
{
    cosignature_vkey_put(to, c->name, pubkey_numbers(c->own)->x);
}

/* --- answering --- */

static size_t log_keys(const struct trust_list *list, int64_t now,
                       const struct pubkey *ret[LOG_KEYS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < list->key_count && count < LOG_KEYS_MAX; i++) {
        const struct trusted_key *const k = &list->keys[i];
        if (k->use == USE_LOG && k->not_before <= now && now <= k->not_after)
            ret[count++] = k->key;
    }
    return count;
}

/* Its own signature is checked with the reader's code before anybody sees it. */
static enum rc sign(const struct cosigner *c, struct span note, const struct checkpoint *of,
                    int64_t now, struct buf *line, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    ON_EXIT(buf_free_at) struct buf whole = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    int64_t time_s;
    cosignature_message_put(&message, now, of->body);
    enum rc rc = buf_rc(&message, d);
    if (rc == RC_OK)
        rc = private_key_sign(c->key, buf_span(&message), signature, d);
    if (rc != RC_OK)
        return rc;
    cosignature_put(line, c->name, pubkey_numbers(c->own)->x, now, signature);
    buf_put_span(&whole, note);
    buf_put_span(&whole, buf_span(line));
    rc = buf_rc(&whole, d);
    return rc == RC_OK ? cosignature_find(buf_span(&whole), of, c->name, c->own, &time_s, d) : rc;
}

/* The body and our own line alone: whatever else a log sends along is not kept. */
static enum rc keep(struct cosigner *c, const struct checkpoint *of, struct span line,
                    struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    buf_put_span(&note, of->body);
    buf_put_text(&note, "\n");
    buf_put_span(&note, line);
    enum rc rc = buf_rc(&note, d);
    if (rc == RC_OK)
        rc = write_file(c->folder, "seen", buf_span(&note), d);
    if (rc == RC_OK)
        c->seen = (struct witness_seen){ of->size, of->root };
    return rc;
}

static enum rc cosign(struct cosigner *c, struct span note, const struct checkpoint *of,
                      int64_t now, struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf line = { 0 };
    const bool grew = of->size != c->seen.size || c->seen.size == 0;
    enum rc rc = sign(c, note, of, now, &line, d);
    if (rc == RC_OK && grew)
        rc = keep(c, of, buf_span(&line), d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, buf_span(&line));
    return buf_rc(to, d);
}

/* Two signed trees of one size: that is what a witness is for, and it is kept. */
static enum rc keep_evidence(const struct cosigner *c, struct span note, struct diag *d)
{
    return write_file(c->folder, "evidence", note, d);
}

static enum rc decide(struct cosigner *c, const struct witness_request *request, int64_t now,
                      enum witness_answer *answer, struct buf *to, struct diag *d)
{
    const struct pubkey *keys[LOG_KEYS_MAX];
    const size_t count = log_keys(c->trust, now, keys);
    struct checkpoint of = { .size = 0 };
    enum witness_answer a = WITNESS_UNDECIDED;
    enum rc rc = witness_decide(request, c->trust->log_origin, keys, count, &c->seen, &a, &of, d);
    if (rc == RC_OK && a == WITNESS_COSIGNS)
        rc = cosign(c, request->checkpoint, &of, now, to, d);
    else if (rc == RC_OK && a == WITNESS_SPLIT)
        rc = keep_evidence(c, request->checkpoint, d);
    if (rc == RC_OK && a == WITNESS_OTHER_SIZE)
        buf_printf(to, "%" PRIu64 "\n", c->seen.size);
    if (rc == RC_OK)
        *answer = a;
    return rc;
}

enum rc cosigner_answer(struct cosigner *c, struct span body, int64_t now,
                        enum witness_answer *answer, struct buf *to, struct diag *d)
{
    assert(c && answer && to);

    struct witness_request request;
    enum rc rc = witness_request_parse(body, &request, d);
    if (rc != RC_OK)
        return rc;
    (void)pthread_mutex_lock(&c->one);
    rc = decide(c, &request, now, answer, to, d);
    (void)pthread_mutex_unlock(&c->one);
    return rc == RC_FORMAT || rc == RC_LIMIT ? RC_IO : rc; /* the request itself was well formed */
}
