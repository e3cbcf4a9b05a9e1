#include "verifier/certcheck/input.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cert/digits.h"
#include "core/cert/token.h"
#include "core/sys/file.h"
#include "verifier/certcheck/picture_reader.h"

#define LIKELY_TEXT      150  /* bytes of an argument: hardly a path */
#define TOKEN_FIRST_BYTE 0xd2 /* CBOR tag 18 */

void input_free(struct input *in)
{
    buf_free(&in->token);
    buf_free(&in->text);
    buf_free(&in->pdf);
    *in = (struct input){ 0 };
}

/* A pipe (as the shell's <(…) makes) is as good as a file. */
static bool is_readable_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode) && access(path, R_OK) == 0;
}

static bool starts_with(struct span s, const char *magic)
{
    const size_t len = strlen(magic);
    return s.len >= len && memcmp(s.ptr, magic, len) == 0;
}

static enum rc take_text(struct span text, struct input *ret, struct diag *d)
{
    struct qr_text parts;
    ret->text.len = 0;
    ret->token.len = 0;
    buf_put_span(&ret->text, text);
    enum rc rc = buf_rc(&ret->text, d);
    if (rc == RC_OK)
        rc = qr_text_parse(buf_span(&ret->text), &parts, d);
    if (rc == RC_OK)
        rc = digits_decode(parts.digits, &ret->token, d);
    if (rc == RC_LIMIT)
        return RC_FORMAT;
    if (rc == RC_OK)
        ret->host = parts.host;
    return rc;
}

/* A photo may show other codes too: the first that holds a token is meant. */
static enum rc take_codes(struct span lines, struct input *ret, struct diag *d)
{
    while (lines.len > 0) {
        const uint8_t *const end = memchr(lines.ptr, '\n', lines.len);
        const size_t len = end ? (size_t)(end - lines.ptr) : lines.len;
        struct token token;
        if (take_text(span_of(lines.ptr, len), ret, NULL) == RC_OK &&
            token_parse(buf_span(&ret->token), &token, NULL) == RC_OK)
            return RC_OK;
        const size_t used = end ? len + 1 : len;
        lines = span_of(lines.ptr + used, lines.len - used);
    }
    ret->host = (struct span){ 0 };
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "no certificate's QR code in the picture");
}

static enum rc take_picture(struct span file, struct input *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf texts = { 0 };
    const enum rc rc = picture_texts(file, &texts, d);
    return rc == RC_OK ? take_codes(buf_span(&texts), ret, d) : rc;
}

static enum rc take_bytes(struct span bytes, struct input *ret, struct diag *d)
{
    if (starts_with(bytes, "%PDF-")) {
        buf_put_span(&ret->pdf, bytes);
        return buf_rc(&ret->pdf, d);
    }
    if (starts_with(bytes, "\x89PNG") || starts_with(bytes, "\xff\xd8\xff"))
        return take_picture(bytes, ret, d);
    if (bytes.len > 0 && bytes.ptr[0] == TOKEN_FIRST_BYTE) {
        buf_put_span(&ret->token, bytes);
        return buf_rc(&ret->token, d);
    }
    return take_text(bytes, ret, d);
}

enum rc input_take(struct span bytes, struct input *ret, struct diag *d)
{
    assert(ret);

    ON_EXIT(input_free) struct input in = { 0 };
    const enum rc rc = take_bytes(bytes, &in, d);
    if (rc != RC_OK)
        return rc;

    *ret = in;
    in = (struct input){ 0 };
    return RC_OK;
}

/* Reading says whether it is a file in fewer calls than asking first; of a long text asking is
 * the cheaper way to hear that it is none. */
static enum rc read_argument(const char *argument, struct buf *file, bool *ret_is_file,
                             struct diag *d)
{
    const bool standard_input = strcmp(argument, "-") == 0;
    *ret_is_file = true;
    if (strlen(argument) >= LIKELY_TEXT && !is_readable_file(argument)) {
        *ret_is_file = false;
        return RC_OK;
    }
    struct diag why = DIAG_INIT;
    const enum rc rc = file_read(argument, INPUT_MAX, file, &why);
    if (rc == RC_OK)
        return RC_OK;
    *ret_is_file = standard_input || is_readable_file(argument);
    return *ret_is_file ? diag_set(d, rc, why.offset, "%s", why.text) : RC_OK;
}

enum rc input_read(const char *argument, struct input *ret, struct diag *d)
{
    assert(argument && ret);

    ON_EXIT(buf_free_at) struct buf file = { 0 };
    bool is_file;
    const enum rc rc = read_argument(argument, &file, &is_file, d);
    return rc == RC_OK ? input_take(is_file ? buf_span(&file) : span_text(argument), ret, d) : rc;
}
