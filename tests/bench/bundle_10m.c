/*
 * Writes the bundle of a demonstration deployment of any size, and tokens of random rows of it.
 *
 *   bundle_10m FOLDER [ROWS [TOKENS]]     default 10000000 rows, 1000 tokens
 *
 * FOLDER gets bundle.scb root.cbor trust.cbor, tokens/000000.cbor …, texts (the QR text of each,
 * one a line) and names (the token files, one a line). Prints the size of each part against the
 * limits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/cert/digits.h"
#include "core/sys/file.h"
#include "tests/bench/big_scene.h"
#include "tests/bench/invented_rows.h"

#define ROWS_DEFAULT   10000000u
#define TOKENS_DEFAULT 1000u

static const char *folder;

static void save(const char *name, struct span bytes)
{
    char path[PATH_LEN];
    struct diag d = DIAG_INIT;
    if (path_join(folder, name, path, &d) != RC_OK)
        fail_msg("%s", d.text);
    FILE *const f = fopen(path, "wb");
    if (!f || fwrite(bytes.ptr, 1, bytes.len, f) != bytes.len || fclose(f) != 0)
        fail_msg("cannot write '%s'", path);
}

static size_t write_tokens(struct big_scene *s, unsigned count)
{
    struct buf token = { 0 }, texts = { 0 }, names = { 0 };
    size_t longest = 0;
    for (unsigned i = 0; i < count; i++) {
        char name[32];
        const uint32_t row = invented_below(&s->dice, s->columns.count);
        buf_clear(&token);
        big_scene_token(s, row, &token);
        (void)snprintf(name, sizeof name, "tokens/%06u.cbor", i);
        save(name, buf_span(&token));
        qr_text_put(&texts, BIG_HOST, buf_span(&token));
        buf_put_u8(&texts, '\n');
        buf_printf(&names, "%s/%s\n", folder, name);
        longest = token.len > longest ? token.len : longest;
    }
    save("texts", buf_span(&texts));
    save("names", buf_span(&names));
    buf_free(&token);
    buf_free(&texts);
    buf_free(&names);
    return longest;
}

static size_t write_lists(const struct big_scene *s)
{
    struct buf trust = { 0 }, roots = { 0 }, bundle = { 0 };
    big_scene_trust(s, &trust);
    root_set_put(&roots, &s->roots);
    big_scene_bundle(s, &bundle);
    save("trust.cbor", buf_span(&trust));
    save("root.cbor", buf_span(&roots));
    save("bundle.scb", buf_span(&bundle));
    const size_t len = bundle.len;
    buf_free(&trust);
    buf_free(&roots);
    buf_free(&bundle);
    return len;
}

int main(int argc, char *argv[])
{
    const unsigned long rows = argc > 2 ? strtoul(argv[2], NULL, 10) : ROWS_DEFAULT;
    const unsigned long tokens = argc > 3 ? strtoul(argv[3], NULL, 10) : TOKENS_DEFAULT;
    char path[PATH_LEN];
    if (argc < 2 || argc > 4 || rows == 0 || rows > BIG_ROWS_MAX || tokens > 1000000) {
        (void)fputs("usage: bundle_10m FOLDER [ROWS [TOKENS]]\n", stderr);
        return 2;
    }
    folder = argv[1];
    if (folder_make(folder, 0755, NULL) != RC_OK ||
        path_join(folder, "tokens", path, NULL) != RC_OK || folder_make(path, 0755, NULL) != RC_OK)
        return 1;

    ON_EXIT(big_scene_free) struct big_scene s;
    big_scene_make((uint32_t)rows, time(NULL) - 3600, &s);
    const size_t bytes = write_lists(&s);
    const size_t longest = write_tokens(&s, (unsigned)tokens);
    (void)printf(
        "%lu rows, %zu token keys: bundle %zu bytes, %.3f a certificate; longest token %zu bytes\n",
        rows, s.token_key_count, bytes, (double)bytes / (double)rows, longest);
    return 0;
}
