/*
 * Writes the files that the transcripts of certcheck work on: one made-up
 * deployment, a certificate in each state, the damaged and the forged.
 * Usage: make_scenes FOLDER [NOW]   (NOW: Unix seconds; default SCENE_NOW)
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/dates.h"
#include "core/cert/digits.h"
#include "core/qr/qr.h"
#include "core/sys/file.h"
#include "tests/unit/judge/pdf_maker.h"

#define DAY_S INT64_C(86400)

static const char *folder;
static int64_t shift_s;

static void save(const char *name, const char *suffix, struct span bytes)
{
    char path[PATH_LEN];
    struct diag d = DIAG_INIT;
    (void)snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    if (file_replace(path, bytes, 0644, &d) != RC_OK)
        fail_msg("%s", d.text);
}

/* The same scene as seen at another time. */
static void shift(struct scene *s)
{
    const int32_t days = date_of_time(SCENE_NOW + shift_s) - date_of_time(SCENE_NOW);
    int64_t *const times[] = { &s->token.iat,    &s->key.not_before,    &s->key.not_after,
                               &s->trust_issued, &s->trust_next_update, &s->issued,
                               &s->status_exp,   &s->deadlines_exp,     &s->now };
    int32_t *const dates[] = { &s->token.issued, &s->token.deadline, &s->row.deadline };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        *times[i] += shift_s;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        *dates[i] += days;
}

static void save_files(const char *name, const struct scene *s, const struct scene_files *files)
{
    struct buf text = { 0 };
    save(name, ".cbor", buf_span(&files->token));
    save(name, ".scb", buf_span(&files->bundle));
    save(name, ".trust", buf_span(&files->trust));
    save(name, ".root", buf_span(&files->roots));
    qr_text_put(&text, s->host ? s->host : SCENE_HOST, buf_span(&files->token));
    save(name, ".txt", buf_span(&text));
    buf_free(&text);
}

static void write_scene(const char *name, struct scene s)
{
    struct scene_files files = { 0 };
    shift(&s);
    scene_make(&s, &files);
    save_files(name, &s, &files);
    scene_files_free(&files);
}

static void save_live(const char *name, const struct live *l, struct span token)
{
    const struct scene s = scene_stapled();
    struct buf bytes = { 0 }, digits = { 0 };
    live_make(&s, l, token, &bytes);
    digits_encode(buf_span(&bytes), &digits);
    save(name, ".live", buf_span(&digits));
    buf_free(&bytes);
    buf_free(&digits);
}

/* A deployment with live codes, and some of them for its one certificate; not shifted. */
static void write_lives(void)
{
    const struct scene s = scene_stapled();
    struct scene_files files = { 0 };
    scene_make(&s, &files);
    save_files("stapled", &s, &files);

    const struct span token = buf_span(&files.token);
    struct live l = live_good();
    save_live("good", &l, token);
    l.iat -= 600;
    save_live("old", &l, token);
    l = live_good();
    l.of_other_token = true;
    save_live("other", &l, token);
    l = live_good();
    l.root_seed = 90;
    save_live("stranger", &l, token);
    l = live_good();
    l.state = STATE_SUSPENDED;
    save_live("suspended", &l, token);
    scene_files_free(&files);
}

static void write_picture(const char *name)
{
    static struct qr qr;
    struct scene s = scene_good();
    struct scene_files files = { 0 };
    struct buf text = { 0 }, png = { 0 };
    shift(&s);
    scene_make(&s, &files);
    qr_text_put(&text, SCENE_HOST, buf_span(&files.token));
    assert_int_equal(qr_encode(buf_span(&text), &qr, NULL), RC_OK);
    assert_int_equal(qr_png_put(&png, &qr, 4, NULL), RC_OK);
    save(name, ".png", buf_span(&png));
    buf_free(&text);
    buf_free(&png);
    scene_files_free(&files);
}

static void write_pdf(const char *name, const struct recipe *r)
{
    struct scene_files files = { 0 };
    struct buf pdf = { 0 };
    scene_make(&r->scene, &files);
    recipe_put(r, buf_span(&files.token), &pdf);
    save(name, ".pdf", buf_span(&pdf));
    buf_free(&pdf);
    scene_files_free(&files);
}

/* Their deployment is that of pdf.scb. What they say stands there in words, so they are not
 * shifted. */
static void write_pdfs(void)
{
    struct recipe r = recipe_good();
    write_scene("pdf", r.scene);
    write_pdf("good", &r);
    recipe_say(&r, "name", SPAN_LITERAL("李样本"));
    write_pdf("other-name", &r);
    r = recipe_good();
    r.photo = SPAN_LITERAL("\xff\xd8\xff somebody else");
    write_pdf("other-photo", &r);
    r = recipe_good();
    r.signer = KEY_STRANGER;
    write_pdf("stranger", &r);
    r = recipe_good();
    r.no_signature = true;
    write_pdf("unsigned", &r);
    r = recipe_good();
    r.no_proof = true;
    write_pdf("no-proof", &r);
    r = recipe_good();
    recipe_say(&r, "copy_until", SPAN_LITERAL("2024-05-31"));
    recipe_say(&r, "copy_until_zh", SPAN_LITERAL("2024年5月31日"));
    write_pdf("old-copy", &r);
}

static struct scene with_row(uint8_t status, uint16_t version, int32_t days_left)
{
    struct scene s = scene_good();
    s.row = (struct column_row){ status, version, SCENE_TODAY + days_left };
    if (version == s.token.version)
        s.token.deadline = s.row.deadline;
    return s;
}

int main(int argc, char *argv[])
{
    if (argc < 2)
        return 2;
    folder = argv[1];
    shift_s = argc > 2 ? (int64_t)strtoll(argv[2], NULL, 10) - SCENE_NOW : 0;

    if (shift_s == 0)
        write_pdfs();
    write_lives();
    write_scene("good", scene_good());
    write_picture("good");
    write_scene("due", with_row(STATUS_VALID, 1, 30));
    write_scene("lapsed", with_row(STATUS_VALID, 1, -1));
    write_scene("suspended", with_row(STATUS_SUSPENDED, 1, 900));
    write_scene("revoked", with_row(STATUS_INVALID, 1, 900));
    write_scene("replaced", with_row(STATUS_VALID, 3, 400));
    write_scene("unassigned", with_row(STATUS_VALID, 0, 0));

    struct scene s = scene_good();
    s.signer = KEY_STRANGER;
    write_scene("stranger", s);
    s = scene_good();
    s.signer = KEY_PUBLISH;
    write_scene("wrong-use", s);
    static const struct {
        const char *name;
        enum scene_survivor survivor;
        uint64_t above; /* of the cut-off, beyond the token's log index */
    } cut_offs[] = {
        { "survivor", SURVIVOR_TOKEN, 1 },         { "forged", SURVIVOR_ANOTHER, 1 },
        { "forged-unused", SURVIVOR_NO_TOKEN, 1 }, { "forged-behind", SURVIVOR_ABSENT, 0 },
        { "unproven", SURVIVOR_ABSENT, 1 },        { "unpromised", SURVIVOR_DAMAGED, 1 }
    };
    for (size_t i = 0; i < sizeof cut_offs / sizeof cut_offs[0]; i++) {
        s = scene_good();
        s.key.cut_off.given = true;
        s.key.cut_off.index = s.token.log_index + cut_offs[i].above;
        s.survivor = cut_offs[i].survivor;
        write_scene(cut_offs[i].name, s);
    }
    s = scene_good();
    s.host = "ZS.EXAMPLE-GOV.CN";
    write_scene("other-host", s);
    s = scene_good();
    s.demo = true;
    write_scene("demo", s);
    s = scene_good();
    s.root_seed = 90;
    write_scene("other-issuer", s);
    s = scene_good();
    s.flip_bundle_end = 1;
    write_scene("damaged-block", s);
    s = scene_good();
    s.selftest_lies = true;
    write_scene("lying", s);
    s = scene_good();
    s.witnesses = 3;
    s.quorum = s.cosigned = 2;
    write_scene("witnessed", s);
    s.cosigned = 1;
    s.cosigned_twice = true;
    write_scene("unwitnessed", s);
    s = scene_good();
    s.sequence--;
    write_scene("older", s);
    s = scene_good();
    s.issued = SCENE_NOW + 2 * DAY_S;
    s.sequence++;
    write_scene("ahead", s);
    return 0;
}
