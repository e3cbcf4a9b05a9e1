/*
 * certcheck-picture: reads one PNG or JPEG on standard input (or the file that
 * is named) and prints the text of each QR code in it, one a line. It is a
 * program of its own so that whatever a picture does to it stays in it.
 * Exit status: 0 done, whether or not there was a code; 8 not a picture; 9 internal.
 */
#include <unistd.h>

#include "core/cli/cli.h"
#include "core/sys/file.h"
#include "verifier/picture/codes.h"
#include "verifier/picture/sandbox.h"

#define EXIT_NO_PICTURE 8

/* The file is read first, and looked into only where nothing can come of it. */
static enum rc read_codes(const char *path, struct buf *texts, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(picture_free) struct picture picture = { 0 };
    enum rc rc = file_read(path, PICTURE_FILE_MAX, &file, d);
    if (rc == RC_OK)
        rc = sandbox_enter(d);
    if (rc == RC_OK)
        rc = picture_read(buf_span(&file), &picture, d);
    return rc == RC_OK ? codes_find(&picture, texts, d) : rc;
}

__attribute__((noreturn)) static int run_read(const struct cli_call *call)
{
    ON_EXIT(buf_free_at) struct buf texts = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = read_codes(call->argc > 0 ? call->argv[0] : "-", &texts, &d);
    if (rc == RC_OK && texts.len > 0)
        rc = say_out(&texts, &d);
    if (rc == RC_OK)
        _exit(0); /* the libraries' own tidying up would not be allowed in the sandbox */
    say_diag(&call->say, rc, &d);
    _exit(rc == RC_FORMAT || rc == RC_LIMIT ? EXIT_NO_PICTURE : CLI_EXIT_INTERNAL);
}

static const struct cli_command commands[] = {
    { .name = "",
      .synopsis = "[FILE]",
      .max = 1,
      .zh = "读出图片中的二维码",
      .en = "reads the QR codes of a picture",
      .run = run_read },
    CLI_COMMANDS_END,
};

static const struct cli_program program = {
    .name = "certcheck-picture",
    .zh = "读出 PNG 或 JPEG 图片中的二维码，每行一个；由 certcheck 调用。",
    .en = "Prints the text of each QR code in a PNG or JPEG, one a line; certcheck runs it.",
    .commands = commands,
};

int main(int argc, char *argv[])
{
    return cli_run(&program, argc, argv);
}
