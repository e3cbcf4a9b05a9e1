/*
 * Attacks on signed PDFs, as generators: none gets an authentic verdict, none takes long or much
 * memory. SITECERT_ATTACKS: how many random mutations; by default a tenth of 10,000.
 */
#include "tests/unit/judge/pdf_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "core/cert/judge_pdf.h"
#include "core/flate/flate.h"
#include "tests/unit/dice.h"

#define MUTATIONS 1000
#define SECONDS   1.0
#define MEMORY_KB 65536L
#if defined(__has_feature)
#define HAS_FEATURE(what) __has_feature(what)
#else
#define HAS_FEATURE(what) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                               \
    HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer) ||                             \
    HAS_FEATURE(memory_sanitizer)
#define SANITIZED true
#else
#define SANITIZED false
#endif
#define BOMB (40u << 20) /* bytes that come out of it */

static struct buf good; /* the bytes of recipe_good(), in force */
static struct evidence at_hand;
static double slowest;

static double processor_s(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct verdict judged(struct span file)
{
    struct verdict v = { 0 };
    const double before = processor_s();
    assert_int_equal(judge_pdf(file, &at_hand, &v, NULL), RC_OK);
    const double took = processor_s() - before;
    slowest = took > slowest ? took : slowest;
    return v;
}

static int make_good(void **state)
{
    (void)state;
    const struct recipe r = recipe_good();
    at_hand = scene_open(&r.scene);
    recipe_put(&r, scene_token(), &good);
    const struct verdict v = judged(buf_span(&good));
    return v.authentic == AUTH_TRUE && v.problem_count == 0 ? 0 : 1;
}

static int drop_good(void **state)
{
    (void)state;
    buf_free(&good);
    scene_forget();
    return 0;
}

static void is_refused(struct span file, const char *attack)
{
    const struct token none = { 0 };
    const struct verdict v = judged(file);
    if (v.authentic == AUTH_TRUE || verdict_exit(&v) == 0)
        fail_msg("accepted: %s", attack);
    assert_memory_equal(&v.token, &none, sizeof none);
}

static size_t find(struct span in, const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i + len <= in.len; i++)
        if (memcmp(in.ptr + i, text, len) == 0)
            return i;
    fail_msg("no '%s'", text);
    return 0;
}

static void recipe_is_refused(const struct recipe *r, const char *attack)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    recipe_put(r, scene_token(), &file);
    is_refused(buf_span(&file), attack);
}

/* --- random mutations --- */

static void put_around(struct buf *to, size_t from, size_t end, const void *bytes, size_t len)
{
    buf_put(to, good.ptr, from);
    buf_put(to, bytes, len);
    buf_put(to, good.ptr + end, good.len - end);
}

/* Where something is worth changing: half of the file is the signature's zeros. */
static size_t place(struct dice *d)
{
    const size_t zeros = find(buf_span(&good), "000000000000>/ByteRange");
    const size_t at = (size_t)dice_between(d, 0, good.len - 1);
    return dice_roll(d) % 4 != 0 && at > zeros - 6000 && at < zeros ? at - 6000 : at;
}

static void mutate(struct dice *d, struct buf *to)
{
    uint8_t noise[16];
    dice_fill(d, noise, sizeof noise);
    const size_t at = place(d), other = place(d);
    const size_t len = (size_t)dice_between(d, 1, sizeof noise);
    const size_t end = at + len < good.len ? at + len : good.len;
    const size_t far = other + 200 < good.len ? other + 200 : good.len;
    switch (dice_roll(d) % 7) {
    case 0: /* one bit */
        put_around(to, at, at, NULL, 0);
        to->ptr[at] ^= (uint8_t)(1u << dice_roll(d) % 8);
        return;
    case 1: /* noise over it */
        put_around(to, at, end, noise, end - at);
        return;
    case 2: /* noise put in */
        put_around(to, at, at, noise, len);
        return;
    case 3: /* something taken out */
        put_around(to, at, end, NULL, 0);
        return;
    case 4: /* a piece of the file put in elsewhere */
        put_around(to, at, at, good.ptr + other, far - other);
        return;
    case 5: /* a piece over another */
        put_around(to, at, at + (far - other) < good.len ? at + (far - other) : good.len,
                   good.ptr + other, far - other);
        return;
    default: /* cut off */
        buf_put(to, good.ptr, at);
    }
}

static unsigned wanted(void)
{
    const char *const more = getenv("SITECERT_ATTACKS");
    return more ? (unsigned)strtoul(more, NULL, 10) : MUTATIONS;
}

static void no_random_mutation_is_accepted(void **state)
{
    (void)state;
    struct dice d = { 20260601 };
    unsigned tried = 0;
    for (unsigned i = 0; i < wanted(); i++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        char attack[40];
        mutate(&d, &file);
        if (span_equal(buf_span(&file), buf_span(&good)))
            continue;
        (void)snprintf(attack, sizeof attack, "mutation %u", i);
        is_refused(buf_span(&file), attack);
        tried++;
    }
    assert_true(tried > wanted() * 9 / 10);
}

static void no_single_changed_digit_of_the_signature_is_accepted(void **state)
{
    (void)state;
    const size_t from = find(buf_span(&good), "/Contents<") + 10;
    const size_t end = find(buf_span(&good), ">/ByteRange");
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    buf_put_span(&file, buf_span(&good));
    for (size_t i = from; i < end; i += i < from + 1200 ? 1 : 101) {
        const uint8_t was = file.ptr[i];
        file.ptr[i] = was == '9' ? 'a' : was == 'f' ? '0' : (uint8_t)(was + 1);
        is_refused(buf_span(&file), "a digit");
        file.ptr[i] = was;
    }
}

/* --- structure --- */

static void nothing_may_be_appended(void **state)
{
    (void)state;
    static const char increment[] =
        "1 0 obj\n<</Type/Catalog/Pages 90 0 R>>\nendobj\nxref\n0 1\n0000000000 65535 f \n1 1\n"
        "0000012345 00000 n \ntrailer\n<</Size 92/Root 1 0 R/Prev 12345>>\nstartxref\n12400\n"
        "%%EOF\n";
    static const char *const tails[] = {
        increment,
        "\n",
        "%%EOF\n",
        "%comment\n",
        "5 0 obj\n<</Length 12>>\nstream\n(other) Tj\n\nendstream\nendobj\nstartxref\n0\n%%EOF\n",
    };
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        buf_put_span(&file, buf_span(&good));
        buf_put_text(&file, tails[i]);
        is_refused(buf_span(&file), tails[i]);
    }
    ON_EXIT(buf_free_at) struct buf twice = { 0 };
    buf_put_span(&twice, buf_span(&good));
    buf_put_span(&twice, buf_span(&good));
    is_refused(buf_span(&twice), "the file twice");
}

/* Universal signature forgery and wrapping: the signed bytes are there whole, but not alone. */
static void the_signed_bytes_may_not_be_moved_or_wrapped(void **state)
{
    (void)state;
    const size_t from = find(buf_span(&good), "/ByteRange[") + 11;
    const size_t a = find(buf_span(&good), "/Contents<") + 9;
    const size_t b = find(buf_span(&good), ">/ByteRange[") + 1, c = good.len - b;
    char ranges[7][80];
    (void)snprintf(ranges[0], sizeof ranges[0], "0 %zu %zu %zu]", a, b, c + 1);
    (void)snprintf(ranges[1], sizeof ranges[1], "0 %zu %zu %zu]", a, b, c - 1);
    (void)snprintf(ranges[2], sizeof ranges[2], "0 %zu %zu  %zu]", a, b, c);
    (void)snprintf(ranges[3], sizeof ranges[3], "0 %zu %zu 0]", a, b);
    (void)snprintf(ranges[4], sizeof ranges[4], "0 0 %zu %zu]", a, b + c - a);
    (void)snprintf(ranges[5], sizeof ranges[5], "0 %zu %zu -%zu]", a, b, c);
    (void)snprintf(ranges[6], sizeof ranges[6], "0 %zu %zu 18446744073709551615]", a, b);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        buf_put_span(&file, buf_span(&good));
        memset(file.ptr + from, ' ', 33);
        memcpy(file.ptr + from, ranges[i], strlen(ranges[i]) < 33 ? strlen(ranges[i]) : 33);
        is_refused(buf_span(&file), ranges[i]);
    }
    for (size_t gap = 1; gap < 5000; gap = gap * 3 + 1) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        buf_put(&file, good.ptr, b);
        for (size_t i = 0; i < gap; i++)
            buf_put_u8(&file, ' ');
        buf_put(&file, good.ptr + b, good.len - b);
        is_refused(buf_span(&file), "a gap behind the signature");
    }
}

static const uint8_t *body_at(unsigned number, size_t *ret_len)
{
    char begin[24];
    (void)snprintf(begin, sizeof begin, "\n%u 0 obj\n", number);
    const size_t at = find(buf_span(&good), begin) + strlen(begin);
    *ret_len = find(span_of(good.ptr + at, good.len - at), "\nendobj\n");
    return good.ptr + at;
}

/* Shadow attacks: what was hidden when it was signed, or is put over it later. */
static void an_object_hidden_behind_another_is_refused(void **state)
{
    (void)state;
    for (unsigned number = 1; number <= 68; number++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        char again[24];
        size_t len;
        const uint8_t *const body = body_at(number, &len);
        const size_t end = (size_t)(body - good.ptr) + len + 8;
        (void)snprintf(again, sizeof again, "%u 0 obj\n", number);
        buf_put(&file, good.ptr, end);
        buf_put_text(&file, again);
        buf_put(&file, body, len + 8);
        buf_put(&file, good.ptr + end, good.len - end);
        is_refused(buf_span(&file), "an object twice");
    }
}

static void two_objects_that_change_places_are_refused(void **state)
{
    (void)state;
    const size_t xref = find(buf_span(&good), "xref\n0 ") + 10 + 20;
    for (size_t a = 0; a < 36; a++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        const size_t b = (a + 31) % 60;
        buf_put_span(&file, buf_span(&good));
        memcpy(file.ptr + xref + a * 20, good.ptr + xref + b * 20, 20);
        memcpy(file.ptr + xref + b * 20, good.ptr + xref + a * 20, 20);
        is_refused(buf_span(&file), "a table with two lines changed over");
    }
}

/* --- content, signed by somebody else --- */

static void a_real_code_under_a_changed_name_or_photo_is_refused(void **state)
{
    (void)state;
    static const enum scene_key forgers[] = { KEY_STRANGER, KEY_TOKEN, KEY_PUBLISH, KEY_DOCUMENT };
    for (size_t i = 0; i < sizeof forgers / sizeof forgers[0]; i++) {
        struct recipe r = recipe_good();
        r.signer = forgers[i]; /* with the document key itself stolen, too */
        recipe_say(&r, "name", SPAN_LITERAL("李样本"));
        recipe_is_refused(&r, "a changed name");
        r = recipe_good();
        r.signer = forgers[i];
        r.photo = SPAN_LITERAL("\xff\xd8\xff somebody else");
        recipe_is_refused(&r, "a changed photo");
        r = recipe_good();
        r.signer = forgers[i];
        recipe_say(&r, "number", SPAN_LITERAL("03301202400000013"));
        recipe_is_refused(&r, "a changed number");
    }
}

static void a_real_signature_over_another_file_is_refused(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    recipe_say(&r, "name", SPAN_LITERAL("李样本"));
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    recipe_put(&r, scene_token(), &file);
    const size_t to = find(buf_span(&file), "/Contents<"),
                 from = find(buf_span(&good), "/Contents<");
    memcpy(file.ptr + to, good.ptr + from, 8192 + 10);
    is_refused(buf_span(&file), "a signature of another file");
}

static void a_swapped_attachment_is_refused(void **state)
{
    (void)state;
    struct recipe other = recipe_good();
    other.scene.token.number = SPAN_LITERAL("03301202400000099");
    other.scene.token.name = SPAN_LITERAL("王样本");
    struct scene_files files = { 0 };
    scene_make(&other.scene, &files);
    struct recipe r = recipe_good();
    r.token = buf_span(&files.token);
    recipe_is_refused(&r, "another certificate's token");
    r.signer = KEY_STRANGER;
    recipe_is_refused(&r, "another certificate's token, signed by a stranger");

    /* In place, without any signature: tokens of one length. */
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    buf_put_span(&file, buf_span(&good));
    const size_t at = find(buf_span(&good), "application#2fcose");
    const size_t stream = at + find(span_of(good.ptr + at, good.len - at), "stream\n") + 7;
    const size_t len = scene_token().len < files.token.len ? scene_token().len : files.token.len;
    memcpy(file.ptr + stream, files.token.ptr, len);
    is_refused(buf_span(&file), "a token put over the other");
    scene_files_free(&files);
}

/* What is drawn stays, what it is said to mean changes. */
static void a_to_unicode_that_lies_is_refused(void **state)
{
    (void)state;
    static const char *const lies[][2] = { { "><5f20>", "><674e>" }, /* 张 reads 李 */
                                           { "><d842dfb7>", "><d842dfb8>" } };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        buf_put_span(&file, buf_span(&good));
        memcpy(file.ptr + find(buf_span(&good), lies[i][0]), lies[i][1], strlen(lies[i][1]));
        is_refused(buf_span(&file), lies[i][1]);
    }
}

/* --- resources --- */

static unsigned inflated;
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
enum rc __real_flate_inflate(enum flate_form form, struct span packed, size_t max, struct buf *to,
                             struct diag *d);
enum rc __wrap_flate_inflate(enum flate_form form, struct span packed, size_t max, struct buf *to,
                             struct diag *d);
enum rc __wrap_flate_inflate(enum flate_form form, struct span packed, size_t max, struct buf *to,
                             struct diag *d)
{
    inflated++;
    return __real_flate_inflate(form, packed, max, to, d);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void a_bomb_is_never_inflated(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf zeros = { 0 };
    ON_EXIT(buf_free_at) struct buf bomb = { 0 };
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    uint8_t *const at = buf_reserve(&zeros, BOMB);
    assert_non_null(at);
    memset(at, 0, BOMB);
    zeros.len = BOMB;
    assert_int_equal(flate_deflate(FLATE_ZLIB, buf_span(&zeros), &bomb, NULL), RC_OK);
    buf_free(&zeros);
    buf_printf(&body, "<</Length %zu/Filter/FlateDecode>>\nstream\n", bomb.len);
    buf_put_span(&body, buf_span(&bomb));
    buf_put_text(&body, "\nendstream");

    struct recipe r = recipe_good();
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    r.bodies[r.body_count++] = (struct pdf_recipe_body){ 62, buf_span(&body) };
    r.signer = KEY_STRANGER;
    recipe_put(&r, scene_token(), &file);
    inflated = 0;
    is_refused(buf_span(&file), "a bomb");
    assert_int_equal(inflated, 0);
}

/* As many of everything as a file of the largest size holds. */
static void the_largest_files_take_no_time(void **state)
{
    (void)state;
    static const struct {
        unsigned object;
        const char *begin, *again, *end;
    } floods[] = {
        { 3, "<</Title<feff", "8bc1", ">>>" },
        { 5, "<</Length 900000>>\nstream\n", "/Field <</MCID 1/Name(number)>> BDC\nEMC\n", "" },
        { 5, "<</Length 900000>>\nstream\n/Field <</MCID 1/Name(number)>> BDC\nBT\n0 0 0 rg\n",
          "1 0 0 1 0 0 Tm\n", "" },
        { 5,
          "<</Length 900000>>\nstream\n/Field <</MCID 1/Name(number)>> BDC\nBT\n0 0 0 rg\n/F0 9 "
          "Tf\n<",
          "0001", "> Tj\n" },
        { 66, "<</Nums[0[", "68 0 R ", "]]>>" },
        { 67, "<</Type/StructElem/S/Document/P 65 0 R/K[", "68 0 R ", "]>>" },
        { 38, "<</Type/Font/Subtype/CIDFontType2/W[1[", "500 ", "]]>>" },
    };
    for (size_t i = 0; i < sizeof floods / sizeof floods[0]; i++) {
        ON_EXIT(buf_free_at) struct buf body = { 0 };
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        buf_put_text(&body, floods[i].begin);
        while (body.len < 900000)
            buf_put_text(&body, floods[i].again);
        buf_put_text(&body, floods[i].end);
        struct recipe r = recipe_good();
        r.bodies[r.body_count++] = (struct pdf_recipe_body){ floods[i].object, buf_span(&body) };
        recipe_put(&r, scene_token(), &file);
        is_refused(buf_span(&file), floods[i].again);
    }
}

static void nothing_took_a_second_or_64_megabytes(void **state)
{
    (void)state;
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    print_message("slowest %.1f ms, at most %ld KB\n", slowest * 1000, usage.ru_maxrss);
    assert_true(slowest < SECONDS);
    if (!SANITIZED) /* whose own memory counts too */
        assert_true(usage.ru_maxrss < MEMORY_KB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_random_mutation_is_accepted),
        cmocka_unit_test(no_single_changed_digit_of_the_signature_is_accepted),
        cmocka_unit_test(nothing_may_be_appended),
        cmocka_unit_test(the_signed_bytes_may_not_be_moved_or_wrapped),
        cmocka_unit_test(an_object_hidden_behind_another_is_refused),
        cmocka_unit_test(two_objects_that_change_places_are_refused),
        cmocka_unit_test(a_real_code_under_a_changed_name_or_photo_is_refused),
        cmocka_unit_test(a_real_signature_over_another_file_is_refused),
        cmocka_unit_test(a_swapped_attachment_is_refused),
        cmocka_unit_test(a_to_unicode_that_lies_is_refused),
        cmocka_unit_test(the_largest_files_take_no_time),
        cmocka_unit_test(nothing_took_a_second_or_64_megabytes),
        cmocka_unit_test(a_bomb_is_never_inflated), /* it makes one first, which is large */
    };
    return cmocka_run_group_tests(tests, make_good, drop_good);
}
