/* The token: loaded, opened, logged in, and opened again. */
#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "keys/pkcs11/pkcs11_internal.h"
#include "keys/private/private_file.h"

#define SLOTS_MAX 64
#define PIN_MAX   255 /* bytes */

static atomic_bool left_hanging;

enum rc pkcs11_failed(const struct pkcs11 *p, enum rc rc, const char *what, CK_RV rv,
                      struct diag *d)
{
    return diag_set(d, rc, DIAG_NO_OFFSET, PKCS11_WORDS " '%s' %s: %s", p->token, what,
                    p11_kit_strerror(rv));
}

/* --- the PIN --- */

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static enum rc read_pin(const struct pkcs11 *p, struct private_bytes *ret, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = private_file_read(p->pin_file, ret, &why);
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, PKCS11_WORDS "'s PIN: %s", why.text);
    while (ret->len > 0 && (ret->bytes[ret->len - 1] == '\n' || ret->bytes[ret->len - 1] == '\r'))
        ret->len--;
    if (ret->len == 0 || ret->len > PIN_MAX)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, PKCS11_WORDS "'s PIN file holds no PIN");
    return RC_OK;
}

/* The PIN is what is wrong, and the same one would be wrong again. */
static bool is_about_pin(CK_RV rv)
{
    return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE ||
           rv == CKR_PIN_EXPIRED || rv == CKR_PIN_LOCKED;
}

/* Each wrong PIN may be one of few: a file that was refused is not tried again as it stands. */
static enum rc log_in(struct pkcs11 *p, struct diag *d)
{
    struct stat now;
    if (stat(p->pin_file, &now) == 0 && p->pin_refused && same_file(&now, &p->pin_then))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        PKCS11_WORDS " '%s' refused the PIN; correct '%.100s'", p->token,
                        p->pin_file);
    ON_EXIT(private_bytes_wipe_at) struct private_bytes pin = { .len = 0 };
    const enum rc rc = read_pin(p, &pin, d);
    if (rc != RC_OK)
        return rc;
    const CK_RV rv = p->f->C_Login(p->first, CKU_USER, pin.bytes, pin.len);
    p->pin_refused = is_about_pin(rv);
    p->pin_then = now;
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
        return RC_OK;
    return p->pin_refused ? pkcs11_failed(p, RC_REFUSED, "refused the PIN", rv, d)
                          : pkcs11_failed(p, RC_BUSY, "takes no login", rv, d);
}

/* --- opening --- */

static bool has_label(const CK_TOKEN_INFO *info, const char *label)
{
    char padded[LABEL_LEN + 1];
    (void)snprintf(padded, sizeof padded, "%-*s", LABEL_LEN, label);
    return memcmp(info->label, padded, LABEL_LEN) == 0;
}

static enum rc check_token(const struct pkcs11 *p, const CK_TOKEN_INFO *info, struct diag *d)
{
    const char *wrong = NULL;
    if (info->flags & CKF_USER_PIN_LOCKED)
        wrong = "has locked its PIN";
    else if (info->flags & CKF_USER_PIN_FINAL_TRY)
        wrong = "would lock its PIN after one more wrong one: log in once by its own tool";
    return wrong ? diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, PKCS11_WORDS " '%s' %s", p->token, wrong)
                 : RC_OK;
}

static enum rc find_slot(struct pkcs11 *p, struct diag *d)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_TOKEN_INFO info, found = { .flags = 0 };
    CK_ULONG count = SLOTS_MAX, matches = 0;
    const CK_RV rv = p->f->C_GetSlotList(CK_TRUE, slots, &count);
    if (rv != CKR_OK)
        return pkcs11_failed(p, RC_BUSY, "is gone", rv, d);
    for (CK_ULONG i = 0; i < count; i++) {
        if (p->f->C_GetTokenInfo(slots[i], &info) != CKR_OK || !has_label(&info, p->token))
            continue;
        p->slot = slots[i];
        found = info;
        matches++;
    }
    if (matches == 1)
        return check_token(p, &found, d);
    return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, PKCS11_WORDS " '%s' is gone: %lu such tokens",
                    p->token, (unsigned long)matches);
}

static void finalise(struct pkcs11 *p)
{
    if (p->initialised)
        (void)p->f->C_Finalize(NULL); /* with all sessions, and the login */
    p->initialised = p->open = false;
    p->idle_count = p->count = 0;
}

static enum rc open_token(struct pkcs11 *p, struct diag *d)
{
    CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
    finalise(p);
    CK_RV rv = p->f->C_Initialize(&args);
    if (rv != CKR_OK)
        return pkcs11_failed(p, RC_BUSY, "is gone", rv, d);
    p->initialised = true;
    enum rc rc = find_slot(p, d);
    if (rc != RC_OK)
        return rc;
    rv = p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &p->first);
    if (rv != CKR_OK)
        return pkcs11_failed(p, RC_BUSY, "opens no session", rv, d);
    rc = log_in(p, d);
    return rc == RC_OK ? pkcs11_find_keys(p, d) : rc;
}

/* The lock is held for writing. */
static enum rc try_to_open(struct pkcs11 *p, struct diag *d)
{
    if (clock_elapsed_ms() < p->try_at_ms)
        return diag_set(d, p->why.code, DIAG_NO_OFFSET, "%s", p->why.text);
    p->why = DIAG_INIT;
    const enum rc rc = open_token(p, &p->why);
    p->open = rc == RC_OK;
    if (rc == RC_OK) {
        p->generation++;
        return RC_OK;
    }
    p->try_at_ms = clock_elapsed_ms() + RETRY_MS;
    return diag_set(d, rc, DIAG_NO_OFFSET, "%s", p->why.text);
}

enum rc pkcs11_reopen(struct pkcs11 *p, unsigned seen, struct diag *d)
{
    (void)pthread_rwlock_wrlock(&p->lock);
    const bool done = p->open && p->generation != seen;
    const enum rc rc = done ? RC_OK : try_to_open(p, d);
    (void)pthread_rwlock_unlock(&p->lock);
    return rc;
}

/* --- for its users --- */

static enum rc load_module(const struct pkcs11_options *o, struct pkcs11 *p, struct diag *d)
{
    if (access(o->module, R_OK) != 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "no PKCS#11 module '%.100s'", o->module);
    p->f = p11_kit_module_load(o->module, P11_KIT_MODULE_UNMANAGED);
    return p->f ? RC_OK
                : diag_set(d, RC_IO, DIAG_NO_OFFSET, "the PKCS#11 module '%.60s': %s", o->module,
                           p11_kit_message() ? p11_kit_message() : "cannot be loaded");
}

struct call *pkcs11_call(enum rc (*run)(struct pkcs11 *p, struct call *c, struct diag *d),
                         struct diag *d)
{
    struct call *const c = calloc(1, sizeof *c);
    if (!c)
        (void)diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a question to the HSM");
    else
        c->run = run;
    return c;
}

static enum rc run_simple(struct pkcs11 *p,
                          enum rc (*run)(struct pkcs11 *p, struct call *c, struct diag *d),
                          struct diag *d)
{
    ON_EXIT(call_free_at) struct call *c = pkcs11_call(run, d);
    return c ? calls_run(p->calls, &c, d) : RC_NOMEM;
}

static enum rc open_first(struct pkcs11 *p, struct call *c, struct diag *d)
{
    (void)c;
    return pkcs11_reopen(p, 0, d);
}

static struct pkcs11 *make(const struct pkcs11_options *o)
{
    struct pkcs11 *const p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    (void)pthread_rwlock_init(&p->lock, NULL);
    (void)pthread_mutex_init(&p->idle_lock, NULL);
    (void)snprintf(p->token, sizeof p->token, "%s", o->token);
    (void)snprintf(p->name, sizeof p->name, "hsm:%s", p->token);
    (void)snprintf(p->pin_file, sizeof p->pin_file, "%s", o->pin_file);
    p->keeper =
        (struct key_keeper){ .at = p, .sign = pkcs11_sign, .has = pkcs11_has, .name = p->name };
    return p;
}

enum rc pkcs11_open(const struct pkcs11_options *o, struct pkcs11 **ret, struct diag *d)
{
    assert(o && o->module && o->token && o->pin_file && o->limit_ms > 0 && ret);

    if (strlen(o->token) > LABEL_LEN || strlen(o->pin_file) >= PATH_LEN)
        return diag_set(d, RC_LIMIT, LABEL_LEN, "a token's label has at most %d bytes", LABEL_LEN);
    ON_EXIT(pkcs11_close_at) struct pkcs11 *p = make(o);
    if (!p)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a PKCS#11 token");
    enum rc rc = load_module(o, p, d);
    if (rc == RC_OK)
        rc = calls_open(p, o->limit_ms, &p->calls, d);
    if (rc != RC_OK)
        return rc;
    (void)!run_simple(p, open_first, NULL); /* kept for pkcs11_ready() */
    *ret = TAKE(p);
    return RC_OK;
}

void pkcs11_close(struct pkcs11 *p)
{
    if (!p)
        return;
    if (!calls_close(p->calls)) {
        left_hanging = true; /* with all that its thread may still use */
        return;
    }
    if (p->f) {
        finalise(p);
        p11_kit_module_release(p->f);
    }
    (void)pthread_mutex_destroy(&p->idle_lock);
    (void)pthread_rwlock_destroy(&p->lock);
    free(p);
}

/* Without a signature: the token, and one of its keys. */
static bool answers(const struct pkcs11 *p)
{
    CK_TOKEN_INFO info;
    CK_KEY_TYPE type;
    CK_ATTRIBUTE want = { CKA_KEY_TYPE, &type, sizeof type };
    return p->f->C_GetTokenInfo(p->slot, &info) == CKR_OK &&
           (p->count == 0 ||
            p->f->C_GetAttributeValue(p->first, p->kept[0].key, &want, 1) == CKR_OK);
}

int64_t pkcs11_hangs_ms(struct pkcs11 *p)
{
    return calls_missed_ms(p->calls);
}

bool pkcs11_left_hanging(void)
{
    return left_hanging;
}

enum rc pkcs11_look(struct pkcs11 *p, struct diag *d)
{
    (void)pthread_rwlock_rdlock(&p->lock);
    const unsigned seen = p->generation;
    const bool there = p->open && answers(p);
    (void)pthread_rwlock_unlock(&p->lock);
    return there ? RC_OK : pkcs11_reopen(p, seen, d);
}

static enum rc run_look(struct pkcs11 *p, struct call *c, struct diag *d)
{
    (void)c;
    return pkcs11_look(p, d);
}

enum rc pkcs11_ready(struct pkcs11 *p, struct diag *d)
{
    assert(p);

    return run_simple(p, run_look, d);
}

const struct key_keeper *pkcs11_keeper(const struct pkcs11 *p)
{
    return &p->keeper;
}
