/*
 * What a signed copy costs beside what cannot be avoided (libqrencode, one ES256 signature, SHA-256
 * of the file), and where it goes: sign, QR, font, assemble, hash, write. Medians of rounds in
 * which all steps take turns, of processor time: only ratios mean anything. The whole copy is one
 * of the test register, as the command prints it, without its writing.
 *
 *   bench_pdf [PHOTO.jpg]   by default 30,000 bytes that look like a photo's
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "core/crypto/hash.h"
#include "core/sys/file.h"
#include "layouts/layout_sample.h"
#include "layouts/pdf_write.h"
#include "tests/unit/rendering/press_scene.h"

#define ROUNDS      15
#define EACH        200 /* of one step in one round */
#define PHOTO_BYTES 30000

enum step {
    STEP_QR,
    STEP_SIGN,
    STEP_HASH,
    STEP_HASH_OWN,
    STEP_FONT,
    STEP_RENDER,
    STEP_RENDER_BARE,
    STEP_COPY,
    STEP_WRITE,
    STEPS
};
static const char *const step_names[STEPS] = {
    [STEP_QR] = "libqrencode, another text each time",
    [STEP_SIGN] = "ES256 signature",
    [STEP_HASH] = "SHA-256 of the file",
    [STEP_HASH_OWN] = "SHA-256 behind the layout's fixed bytes",
    [STEP_FONT] = "fonts: the glyphs of a name",
    [STEP_RENDER] = "pdf_render with photo, QR, attachments",
    [STEP_RENDER_BARE] = "pdf_render without photo and QR",
    [STEP_COPY] = "a signed copy, QR and signature in it",
    [STEP_WRITE] = "writing a file of its own",
};

struct bench {
    struct pdf_font_set *fonts;
    struct pdf_layout *layout;
    struct layout_sample sample;
    struct pdf_field field[40];
    struct pdf_fields whole, bare;
    EVP_PKEY_CTX *key;
    struct buf photo, pdf, text;
    struct pdf_signature_place place;
    struct press_scene *scene;
    struct sheet sheet;
    char folder[64];
    unsigned written;
};

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "bench_pdf: %s failed\n", what);
    exit(1);
}

/* SOI, a frame header of 413 by 626 pixels, noise: no decoder looks at it here. */
static void invent_photo(struct buf *to)
{
    static const uint8_t head[] = { 0xFF, 0xD8, 0xFF, 0xC0, 0x00, 0x11, 8, 0x02, 0x72, 0x01, 0x9D,
                                    3,    1,    0x22, 0,    2,    0x11, 1, 3,    0x11, 1 };
    buf_put(to, head, sizeof head);
    uint32_t noise = 1;
    while (to->len < PHOTO_BYTES) {
        noise = noise * 1664525u + 1013904223u;
        buf_put_u8(to, (uint8_t)(noise >> 24));
    }
}

static void set_up(struct bench *b, const char *photo)
{
    const struct pdf_layout_options options = { .demo = true };
    struct diag d = DIAG_INIT;
    must(pdf_font_set_load(&pdf_font_paths_default, &b->fonts, &d) == RC_OK, d.text);
    must(pdf_layout_load(layout_template("a4"), b->fonts, &options, &b->layout, &d) == RC_OK,
         d.text);
    must(layout_sample_make(0, &b->sample, &d) == RC_OK, d.text);
    if (photo)
        must(file_read(photo, 1u << 20, &b->photo, &d) == RC_OK, d.text);
    else
        invent_photo(&b->photo);

    b->bare = b->sample.fields;
    memcpy(b->field, b->bare.field, b->bare.count * sizeof *b->field);
    b->bare.field = b->field;
    b->bare.room = PDF_ROOM_BASIC;
    b->bare.token = span_of(b->photo.ptr, 186);
    b->bare.proof = span_of(b->photo.ptr + 200, 1200);
    b->whole = b->bare;
    b->whole.photo = buf_span(&b->photo);
    b->bare.photo = span_of(NULL, 0);
    b->bare.qr = NULL;

    EVP_PKEY *key = EVP_EC_gen("P-256");
    b->key = EVP_PKEY_CTX_new(key, NULL);
    must(key && b->key && EVP_PKEY_sign_init(b->key) == 1, "the key");
    EVP_PKEY_free(key);
}

static void open_scene(struct bench *b)
{
    void *scene = NULL;
    must(press_scene_make(&scene) == 0, "the register");
    b->scene = scene;
    press_scene_sheet(b->scene, 1, &b->sheet);
    (void)snprintf(b->folder, sizeof b->folder, "/tmp/sitecert-bench-XXXXXX");
    must(mkdtemp(b->folder) != NULL, b->folder);
}

static const char *file_name(const struct bench *b, unsigned n)
{
    static char path[96];
    (void)snprintf(path, sizeof path, "%s/%u.pdf", b->folder, n);
    return path;
}

static void close_scene(struct bench *b)
{
    for (unsigned i = 0; i < b->written; i++)
        (void)unlink(file_name(b, i));
    (void)rmdir(b->folder);
    sheet_free(&b->sheet);
    (void)press_scene_drop(&(void *){ b->scene });
}

static void one_code(struct bench *b, unsigned n)
{
    static struct qr qr;
    buf_clear(&b->text);
    buf_put_text(&b->text, "HTTPS://SITECERT.EXAMPLE/V/");
    for (unsigned i = 0; i < 452; i++)
        buf_put_u8(&b->text, (uint8_t)('0' + (n * 2654435761u >> i % 29) % 10));
    must(qr_encode(buf_span(&b->text), &qr, NULL) == RC_OK, "libqrencode");
}

static void one_signature(struct bench *b, unsigned n)
{
    uint8_t digest[32], der[80];
    size_t len = sizeof der;
    memset(digest, (int)(n & 0xff), sizeof digest);
    must(EVP_PKEY_sign(b->key, der, &len, digest, sizeof digest) == 1, "EVP_PKEY_sign");
}

static uint32_t character_of(unsigned n, size_t i)
{
    return (uint32_t)(0x4E00 + ((size_t)n * 7919 + i * 6151) % 20000);
}

static void one_font(struct bench *b, unsigned n)
{
    static struct pdf_chars chars;
    struct pdf_out out = { .to = &b->text };
    struct diag d = DIAG_INIT;
    const struct pdf_char *unused;
    memset(chars.slot, 0, sizeof chars.slot);
    memset(chars.used, 0, sizeof chars.used);
    chars.count = 0;
    for (size_t i = 0; i < 3; i++)
        must(pdf_chars_add(&chars, b->fonts, character_of(n, i), &unused, &d) == RC_OK, d.text);
    buf_clear(&b->text);
    must(pdf_put_fonts(&out, PDF_OWN_FONT, b->fonts, &chars, false, &d) == RC_OK, d.text);
}

static void one_copy(struct bench *b)
{
    struct diag d = DIAG_INIT;
    must(press_print(b->scene->press, b->scene->signer, &b->sheet, PRESS_UNCHECKED, &b->pdf, &d) ==
             RC_OK,
         d.text);
}

static void one_written(struct bench *b)
{
    struct diag d = DIAG_INIT;
    must(file_replace_later(file_name(b, b->written), buf_span(&b->pdf), 0644, &d) == RC_OK,
         d.text);
    b->written++;
}

/* Names of three characters, another one each time. */
static void one_file(struct bench *b, const struct pdf_fields *fields, unsigned n)
{
    char name[10];
    struct diag d = DIAG_INIT;
    for (size_t i = 0; i < 3; i++) {
        const uint32_t c = character_of(n, i);
        name[3 * i] = (char)(0xE0 | c >> 12);
        name[3 * i + 1] = (char)(0x80 | (c >> 6 & 63));
        name[3 * i + 2] = (char)(0x80 | (c & 63));
    }
    b->field[0].value = span_of(name, 9);
    buf_clear(&b->pdf);
    must(pdf_render(b->layout, b->fonts, fields, &b->pdf, &b->place, &d) == RC_OK, d.text);
}

static void one(struct bench *b, enum step step, unsigned n)
{
    uint8_t digest[SHA256_LEN];
    const size_t fixed = b->place.fixed_len;
    switch (step) {
    case STEP_QR:
        one_code(b, n);
        break;
    case STEP_SIGN:
        one_signature(b, n);
        break;
    case STEP_HASH:
        sha256(buf_span(&b->pdf), digest);
        break;
    case STEP_HASH_OWN:
        sha256(span_of(b->pdf.ptr + fixed, b->pdf.len - fixed - (size_t)2 * PDF_ROOM_BASIC),
               digest);
        break;
    case STEP_FONT:
        one_font(b, n);
        break;
    case STEP_RENDER:
        one_file(b, &b->whole, n);
        break;
    case STEP_RENDER_BARE:
        one_file(b, &b->bare, n);
        break;
    case STEP_COPY:
        one_copy(b);
        break;
    case STEP_WRITE:
        one_written(b);
        break;
    case STEPS:
        break;
    }
}

/* Of this process, and of the kernel for it; others' do not count. */
static double processor_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(struct bench *b, double median[STEPS])
{
    double us[STEPS][ROUNDS];
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (int step = STEPS - 1; step >= 0; step--) {
            one_file(b, &b->whole, round); /* what is hashed is a whole file */
            const double began = processor_seconds();
            for (unsigned i = 0; i < EACH; i++)
                one(b, (enum step)step, round * EACH + i);
            us[step][round] = (processor_seconds() - began) * 1e6 / EACH;
        }
    }
    for (int step = 0; step < STEPS; step++) {
        qsort(us[step], ROUNDS, sizeof us[step][0], by_value);
        median[step] = us[step][ROUNDS / 2];
    }
}

int main(int argc, char *argv[])
{
    static struct bench b;
    double median[STEPS];
    set_up(&b, argc > 1 ? argv[1] : NULL);
    open_scene(&b);
    measure(&b, median);
    close_scene(&b);

    one_file(&b, &b.whole, 1);
    for (int step = 0; step < STEPS; step++)
        printf("%-42s %8.1f us\n", step_names[step], median[step]);
    const double floor = median[STEP_QR] + median[STEP_SIGN] + median[STEP_HASH];
    printf("file %zu bytes, of these %zu the layout's\n", b.pdf.len, b.place.fixed_len);
    printf("sign %.0f, QR %.0f, font %.0f, assemble %.0f, hash %.0f, write %.0f us\n",
           median[STEP_SIGN], median[STEP_QR], median[STEP_FONT],
           median[STEP_RENDER] - median[STEP_FONT], median[STEP_HASH_OWN], median[STEP_WRITE]);
    printf("QR + signature + SHA-256: %.1f us; with pdf_render %.2f times that, a signed copy %.2f "
           "times\n",
           floor, (floor + median[STEP_RENDER]) / floor, median[STEP_COPY] / floor);
    return 0;
}
