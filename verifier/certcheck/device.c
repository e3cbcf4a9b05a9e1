#include "verifier/certcheck/device.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "verifier/certcheck/memory.h"

#define ROOTS_MAX 8192 /* bytes of a root set's file */
#define REMEMBER_EVERY_S                                                                           \
    3600 /* the own clock is written at most this often: each time costs an fsync */

struct opening {
    const struct device_choices *choices;
    const struct say *say;
    struct device *dev;
    bool has_state; /* there is a place to remember in, and it can be read */
    char state[PATH_LEN];
    bool borrowed_clock; /* --at or the demonstration's variable: nothing is remembered */
    bool to_pin;
};

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

static enum rc broken(struct opening *o, enum problem why, enum rc rc, const struct diag *d)
{
    say_diag(o->say, rc, d);
    stop(o, DEVICE_BROKEN, why);
    return rc;
}

static enum rc unknown_issuer(struct opening *o)
{
    say_error(
        o->say,
        "数据包不是本机所信任的发证系统的。确实要用另一个发证系统时，用 --root 指明它的根密钥",
        "this is not from the issuer that this device trusts; to use another one on purpose, "
        "name its roots with --root");
    stop(o, DEVICE_UNKNOWN_ISSUER, PROBLEM_UNKNOWN_ISSUER);
    return RC_BAD_SIGNATURE;
}

static void note(struct device *dev, enum problem p)
{
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
    return rc == RC_OK ? RC_OK : broken(o, PROBLEM_NONE, rc, &d);
}

/* --- whom to believe --- */

/* It does not open with these roots: is it somebody else's, or is it damaged? */
static enum rc tell_apart(struct opening *o, enum rc rc, const struct diag *d)
{
    ON_EXIT(bundle_free_at) struct bundle *alien = NULL;
    if (bundle_open(o->dev->file.bytes, NULL, &alien, NULL) == RC_OK)
        return unknown_issuer(o);
    return broken(o, PROBLEM_BLOCK_DAMAGED, rc, d);
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
        return broken(o, PROBLEM_NONE, rc, &d);

    rc = open_with(o, &seen.roots);
    if (rc == RC_OK &&
        memcmp(bundle_trust(o->dev->bundle)->deployment, pinned, DEPLOYMENT_LEN) != 0)
        return unknown_issuer(o);
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
        return broken(o, PROBLEM_NONE, rc, &d);
    o->to_pin = true;
    if (!seen.known)
        return RC_OK;
    bundle_free(TAKE(o->dev->bundle));
    return open_with(o, &seen.roots);
}

static enum rc find_state(struct opening *o, bool *ret_known, uint8_t ret[DEPLOYMENT_LEN])
{
    struct diag d = DIAG_INIT;
    *ret_known = false;
    o->has_state = place_of_state(o->state);
    if (!o->has_state)
        return RC_OK;

    const enum rc rc = pinned_read(o->state, ret_known, ret, &d);
    if (rc == RC_FORMAT)
        return broken(o, PROBLEM_NONE, rc, &d);
    o->has_state = rc == RC_OK;
    return RC_OK;
}

static enum rc open_bundle(struct opening *o)
{
    uint8_t pinned[DEPLOYMENT_LEN];
    bool is_pinned;
    enum rc rc = find_state(o, &is_pinned, pinned);
    if (rc != RC_OK)
        return rc;
    if (o->choices->root) {
        struct root_set roots;
        rc = read_roots(o, &roots);
        return rc == RC_OK ? open_with(o, &roots) : rc;
    }
    return is_pinned ? open_pinned(o, pinned) : open_first(o);
}

/* --- the clock and what is remembered --- */

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

static int64_t latest_signed(const struct bundle *b)
{
    const int64_t bundle = bundle_times(b).issued, trust = bundle_trust(b)->issued;
    return bundle > trust ? bundle : trust;
}

/* What is signed ahead of us is not remembered: it would make every right clock look set back. */
static bool worth_remembering(const struct opening *o)
{
    const struct evidence *const e = &o->dev->evidence;
    return !o->borrowed_clock && e->refused == PROBLEM_NONE &&
           latest_signed(o->dev->bundle) <= e->now + CLOCK_SKEW_S;
}

static void compare(struct opening *o, const struct seen *seen)
{
    struct evidence *const e = &o->dev->evidence;
    if (!seen->known)
        return;
    if (bundle_times(o->dev->bundle).sequence < seen->sequence ||
        bundle_trust(o->dev->bundle)->sequence < seen->trust_sequence)
        e->refused = PROBLEM_BUNDLE_ROLLBACK;
    else if (!o->borrowed_clock && e->now < seen->signed_s - CLOCK_SKEW_S)
        e->refused = PROBLEM_CLOCK_SET_BACK;
}

static bool same_roots(const struct root_set *a, const struct root_set *b)
{
    uint8_t id_a[SHA256_LEN], id_b[SHA256_LEN];
    return root_set_id(a, id_a, NULL) == RC_OK && root_set_id(b, id_b, NULL) == RC_OK &&
           memcmp(id_a, id_b, SHA256_LEN) == 0;
}

static bool is_news(const struct seen *old, const struct seen *new)
{
    return !old->known || new->sequence != old->sequence ||
           new->trust_sequence != old->trust_sequence || new->signed_s != old->signed_s ||
           !same_roots(&new->roots, &old->roots) || new->clock_s - old->clock_s >= REMEMBER_EVERY_S;
}

static struct seen now_seen(const struct opening *o, const struct seen *old)
{
    const struct trust_list *const trust = bundle_trust(o->dev->bundle);
    const int64_t signed_s = latest_signed(o->dev->bundle), now = o->dev->evidence.now;
    return (struct seen){
        .known = true,
        .roots = trust->roots,
        .sequence = bundle_times(o->dev->bundle).sequence,
        .trust_sequence = trust->sequence,
        .signed_s = signed_s > old->signed_s ? signed_s : old->signed_s,
        .clock_s = now > old->clock_s ? now : old->clock_s,
    };
}

static enum rc write_seen(struct opening *o, const struct seen *old, struct diag *d)
{
    const struct seen new = now_seen(o, old);
    if (!is_news(old, &new))
        return RC_OK;
    return seen_write(o->state, bundle_trust(o->dev->bundle)->deployment, &new, d);
}

/* Somebody else may have pinned since we looked: the same deployment, or another. */
static enum rc write_pin(struct opening *o, struct diag *d)
{
    const uint8_t *const ours = bundle_trust(o->dev->bundle)->deployment;
    uint8_t pinned[DEPLOYMENT_LEN];
    bool known;
    enum rc rc = pinned_read(o->state, &known, pinned, d);
    if (rc == RC_OK && known)
        return memcmp(pinned, ours, DEPLOYMENT_LEN) == 0 ? RC_OK : unknown_issuer(o);
    if (rc == RC_OK)
        rc = pinned_write(o->state, ours, d);
    if (rc == RC_OK)
        note(o->dev, PROBLEM_PINNED);
    return rc;
}

static enum rc read_seen(struct opening *o, struct seen *ret)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = seen_read(o->state, bundle_trust(o->dev->bundle)->deployment, ret, &d);
    return rc == RC_OK ? RC_OK : broken(o, PROBLEM_NONE, rc, &d);
}

/* What is written is compared once more with what is there, for only now is nobody else writing:
 * an older bundle beside a newer one must not be what is remembered. */
static enum rc remember(struct opening *o)
{
    ON_EXIT(fd_close_at) int lock = -1;
    struct seen seen;
    struct diag d = DIAG_INIT;
    enum rc rc = memory_lock(o->state, &lock, &d);
    if (rc != RC_OK) {
        note(o->dev, PROBLEM_MEMORY);
        return RC_OK;
    }
    rc = read_seen(o, &seen);
    if (rc != RC_OK)
        return rc;
    compare(o, &seen);
    if (!worth_remembering(o))
        return RC_OK;
    rc = write_seen(o, &seen, &d);
    if (rc == RC_OK && o->to_pin)
        rc = write_pin(o, &d);
    if (rc == RC_BAD_SIGNATURE)
        return rc;
    if (rc != RC_OK)
        note(o->dev, PROBLEM_MEMORY);
    return RC_OK;
}

static enum rc use_memory(struct opening *o)
{
    struct seen seen = { 0 };
    if (o->has_state) {
        const enum rc rc = read_seen(o, &seen);
        if (rc != RC_OK)
            return rc;
    }
    compare(o, &seen);
    if (!worth_remembering(o))
        return RC_OK;
    if (!o->has_state) {
        note(o->dev, PROBLEM_MEMORY);
        return RC_OK;
    }
    const struct seen new = now_seen(o, &seen);
    return is_news(&seen, &new) || o->to_pin ? remember(o) : RC_OK;
}

/* --- together --- */

static enum rc self_test(struct opening *o)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = judge_selftest(o->dev->bundle, &d);
    return rc == RC_OK ? RC_OK : broken(o, PROBLEM_SELF_TEST, rc, &d);
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
    return rc == RC_OK ? use_memory(o) : rc;
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
            return unknown_issuer(o);
        return broken(o, PROBLEM_BLOCK_DAMAGED, rc, &d);
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

/* --- another bundle --- */

/* As if bundle had been opened: device_open()'s questions are then asked of it. other  gets a copy
 * of dev, which nobody closes. */
static enum rc put_in_place(struct opening *o, const struct device *dev, struct bundle *bundle,
                            struct device *other)
{
    uint8_t pinned[DEPLOYMENT_LEN];
    bool known;
    *other = *dev;
    other->bundle = bundle;
    other->note_count = 0;
    other->evidence.bundle = bundle;
    other->evidence.trust = bundle_trust(bundle);
    other->evidence.refused = PROBLEM_NONE;
    o->dev = other;
    o->borrowed_clock = o->choices->at.given || getenv(CLOCK_VARIABLE);
    return find_state(o, &known, pinned);
}

enum rc device_accepts(const struct device_choices *choices, const struct say *say,
                       const struct device *dev, struct bundle *bundle, struct diag *d)
{
    assert(choices && say && dev && bundle);

    struct device other;
    struct seen seen = { 0 };
    struct opening o = { .choices = choices, .say = say };
    enum rc rc = put_in_place(&o, dev, bundle, &other);
    if (rc == RC_OK && o.has_state)
        rc = read_seen(&o, &seen);
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "what is remembered here cannot be read");
    compare(&o, &seen);
    if (other.evidence.refused == PROBLEM_BUNDLE_ROLLBACK)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "it leads to a bundle that is older than what this device has seen");
    if (other.evidence.refused != PROBLEM_NONE)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the clock was set back");
    if (latest_signed(bundle) > other.evidence.now + CLOCK_SKEW_S)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "it is signed more than a day ahead of this clock");
    return RC_OK;
}

bool device_remember(const struct device_choices *choices, const struct say *say,
                     const struct device *dev, struct bundle *bundle)
{
    assert(choices && say && dev && bundle);

    struct device other;
    struct opening o = { .choices = choices, .say = say };
    if (put_in_place(&o, dev, bundle, &other) != RC_OK)
        return false;
    if (!worth_remembering(&o))
        return true;
    return o.has_state && remember(&o) == RC_OK && other.note_count == 0;
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
