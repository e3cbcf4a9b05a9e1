#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "verifier/certcheck/device_opening.h"
#include "verifier/certcheck/memory.h"

#define ROOTS_MAX 8192 /* bytes of a root set's file */

static void stop(struct opening *o, enum device_answer answer, enum problem why)
{
    o->dev->answer = answer;
    o->dev->broken = why;
}

static enum rc refuse(struct opening *o, enum rc rc, const struct diag *d)
{
    say_diag(o->say, rc, d);
    stop(o, DEVICE_REFUSED, PROBLEM_NONE);
    return rc;
}

enum rc opening_broken(struct opening *o, enum problem why, enum rc rc, const struct diag *d)
{
    say_diag(o->say, rc, d);
    stop(o, DEVICE_BROKEN, why);
    return rc;
}

enum rc opening_unknown_issuer(struct opening *o)
{
    say_error(
        o->say,
        "数据包不是本机所信任的发证系统的。确实要用另一个发证系统时，用 --root 指明它的根密钥",
        "this is not from the issuer that this device trusts; to use another one on purpose, "
        "name its roots with --root");
    stop(o, DEVICE_UNKNOWN_ISSUER, PROBLEM_UNKNOWN_ISSUER);
    return RC_BAD_SIGNATURE;
}

void opening_note(struct opening *o, enum problem p)
{
    struct device *const dev = o->dev;
    assert(dev->note_count < sizeof dev->notes / sizeof dev->notes[0]);
    dev->notes[dev->note_count++] = p;
}

/* --- roots and files --- */

static enum rc read_roots(struct opening *o, struct root_set *ret)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = file_read(o->choices->root, ROOTS_MAX, &file, &d);
    if (rc == RC_OK)
        rc = root_set_parse(buf_span(&file), ret, &d);
    return rc == RC_OK ? RC_OK : refuse(o, rc, &d);
}

/* The disk works while roots, memory and the crypto library are made ready. */
static void expect_head(const struct mapping *file)
{
    const size_t len = file->bytes.len;
    mapping_expect(file, span_of(file->bytes.ptr, len < BUNDLE_HEAD ? len : BUNDLE_HEAD));
}

static enum rc map_bundle(struct opening *o)
{
    char standard[PATH_LEN];
    struct diag d = DIAG_INIT;
    const char *path = o->choices->bundle;
    if (!path && (!place_of_bundle(standard) || access(standard, R_OK) != 0)) {
        say_error(
            o->say,
            "没有数据包。请从发证系统的 /publish/bundle.scb 下载，用 --bundle FILE 指明，或放到 %s",
            "no bundle. Fetch the issuer's /publish/bundle.scb and name it with --bundle FILE, "
            "or put it at %s",
            place_of_bundle(standard) ? standard : "~/.local/share/sitecert/bundle.scb");
        stop(o, DEVICE_REFUSED, PROBLEM_NONE);
        return RC_NOT_FOUND;
    }
    const enum rc rc = file_map(path ? path : standard, &o->dev->file, &d);
    if (rc == RC_NOT_FOUND)
        return refuse(o, rc, &d);
    if (rc == RC_OK)
        expect_head(&o->dev->file);
    return rc == RC_OK ? RC_OK : opening_broken(o, PROBLEM_NONE, rc, &d);
}

/* --- whom to believe --- */

/* It does not open with these roots: is it somebody else's, or is it damaged? */
static enum rc tell_apart(struct opening *o, enum rc rc, const struct diag *d)
{
    ON_EXIT(bundle_free_at) struct bundle *alien = NULL;
    if (bundle_open(o->dev->file.bytes, NULL, &alien, NULL) == RC_OK)
        return opening_unknown_issuer(o);
    return opening_broken(o, PROBLEM_BLOCK_DAMAGED, rc, d);
}

static enum rc open_with(struct opening *o, const struct root_set *roots)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = bundle_open(o->dev->file.bytes, roots, &o->dev->bundle, &d);
    if (rc != RC_OK)
        return tell_apart(o, rc, &d);
    o->dev->roots = roots ? *roots : bundle_trust(o->dev->bundle)->roots;
    return RC_OK;
}

static enum rc open_pinned(struct opening *o, const uint8_t pinned[DEPLOYMENT_LEN])
{
    struct seen seen;
    struct diag d = DIAG_INIT;
    enum rc rc = seen_read(o->state, pinned, &seen, &d);
    if (rc == RC_OK && !seen.known)
        rc = diag_set(&d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                      "the pinned deployment's roots are gone from '%s': remove 'pinned' there to "
                      "start anew",
                      o->state);
    if (rc != RC_OK)
        return opening_broken(o, PROBLEM_NONE, rc, &d);

    rc = open_with(o, &seen.roots);
    if (rc == RC_OK &&
        memcmp(bundle_trust(o->dev->bundle)->deployment, pinned, DEPLOYMENT_LEN) != 0)
        return opening_unknown_issuer(o);
    return rc;
}

/* No pin yet. A deployment that was once used with --root keeps the roots it was used with. */
static enum rc open_first(struct opening *o)
{
    struct diag d = DIAG_INIT;
    enum rc rc = open_with(o, NULL);
    if (rc != RC_OK || !o->has_state)
        return rc;

    struct seen seen;
    rc = seen_read(o->state, bundle_trust(o->dev->bundle)->deployment, &seen, &d);
    if (rc != RC_OK)
        return opening_broken(o, PROBLEM_NONE, rc, &d);
    o->to_pin = true;
    if (!seen.known)
        return RC_OK;
    bundle_free(TAKE(o->dev->bundle));
    return open_with(o, &seen.roots);
}

enum rc opening_find_state(struct opening *o, bool *ret_known, uint8_t ret[DEPLOYMENT_LEN])
{
    struct diag d = DIAG_INIT;
    *ret_known = false;
    o->has_state = place_of_state(o->state);
    if (!o->has_state)
        return RC_OK;

    const enum rc rc = pinned_read(o->state, ret_known, ret, &d);
    if (rc == RC_FORMAT)
        return opening_broken(o, PROBLEM_NONE, rc, &d);
    o->has_state = rc == RC_OK;
    return RC_OK;
}

static enum rc open_bundle(struct opening *o)
{
    uint8_t pinned[DEPLOYMENT_LEN];
    bool is_pinned;
    enum rc rc = opening_find_state(o, &is_pinned, pinned);
    if (rc != RC_OK)
        return rc;
    if (o->choices->root) {
        struct root_set roots;
        rc = read_roots(o, &roots);
        return rc == RC_OK ? open_with(o, &roots) : rc;
    }
    return is_pinned ? open_pinned(o, pinned) : open_first(o);
}

/* --- together --- */

static enum rc set_clock(struct opening *o, bool demo)
{
    struct diag d = DIAG_INIT;
    int64_t now;
    const enum rc rc = clock_now(demo, &now, &d);
    if (rc != RC_OK)
        return refuse(o, rc, &d);

    o->borrowed_clock = o->choices->at.given || getenv(CLOCK_VARIABLE);
    o->dev->evidence.now = o->choices->at.given ? o->choices->at.value : now;
    return RC_OK;
}

static enum rc self_test(struct opening *o)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = judge_selftest(o->dev->bundle, &d);
    return rc == RC_OK ? RC_OK : opening_broken(o, PROBLEM_SELF_TEST, rc, &d);
}

static enum rc open_lists(struct opening *o)
{
    enum rc rc = map_bundle(o);
    if (rc == RC_OK)
        rc = open_bundle(o);
    if (rc == RC_OK)
        rc = self_test(o);
    if (rc != RC_OK)
        return rc;

    o->dev->evidence.trust = bundle_trust(o->dev->bundle);
    o->dev->evidence.bundle = o->dev->bundle;
    rc = set_clock(o, o->dev->evidence.trust->demo);
    return rc == RC_OK ? opening_use_memory(o) : rc;
}

static enum rc open_keys(struct opening *o)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct root_set roots;
    struct diag d = DIAG_INIT;
    enum rc rc = read_roots(o, &roots);
    if (rc != RC_OK)
        return rc;
    rc = file_read(o->choices->trust, TRUST_FILE_MAX, &file, &d);
    if (rc != RC_OK)
        return refuse(o, rc, &d);
    rc = trust_list_read(buf_span(&file), &roots, &o->dev->own_trust, &d);
    if (rc != RC_OK) {
        ON_EXIT(trust_list_free_at) struct trust_list *alien = NULL;
        if (trust_list_read(buf_span(&file), NULL, &alien, NULL) == RC_OK)
            return opening_unknown_issuer(o);
        return opening_broken(o, PROBLEM_BLOCK_DAMAGED, rc, &d);
    }
    o->dev->evidence.trust = o->dev->own_trust;
    return set_clock(o, o->dev->own_trust->demo);
}

void device_open(const struct device_choices *choices, const struct say *say, struct device *ret)
{
    assert(choices && say && ret);

    *ret = (struct device){ .answer = DEVICE_BROKEN };
    ret->evidence.max_age_s = choices->max_age.given ? choices->max_age.value : JUDGE_MAX_AGE_S;
    struct opening o = { .choices = choices, .say = say, .dev = ret };
    const enum rc rc = choices->trust ? open_keys(&o) : open_lists(&o);
    if (rc == RC_OK)
        ret->answer = DEVICE_READY;
}

void device_expect(const struct device *dev, uint64_t index)
{
    struct span pieces[BUNDLE_PIECES];
    const size_t count = dev->bundle ? bundle_pieces(dev->bundle, index, pieces) : 0;
    for (size_t i = 0; i < count; i++)
        mapping_expect(&dev->file, pieces[i]);
}

void device_close(struct device *dev)
{
    bundle_free(dev->bundle);
    trust_list_free(dev->own_trust);
    mapping_close(&dev->file);
    *dev = (struct device){ 0 };
}

struct verdict device_no_judgement(const struct device *dev)
{
    struct verdict v = { .now = dev->evidence.now, .offset = DIAG_NO_OFFSET };
    if (dev->answer == DEVICE_UNKNOWN_ISSUER)
        v.authentic = AUTH_UNKNOWN_KEY;
    if (dev->broken != PROBLEM_NONE)
        verdict_add(&v, dev->broken);
    return v;
}
