#include <stdio.h>
#include <stdlib.h>

#include "core/cli/cli.h"

#define HOME_VARIABLE "SITECERT_HOME"
#define HOME_DEFAULT  "/var/lib/sitecert"

static int print_to(FILE *stream, struct buf *out, int status)
{
    const bool written = fputs(buf_cstr(out), stream) >= 0 && fflush(stream) == 0;
    return written ? status : CLI_EXIT_INTERNAL;
}

int cli_run(const struct cli_program *program, int argc, char *argv[])
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ON_EXIT(cli_call_free) struct cli_call call = { 0 };
    switch (cli_parse(program, argc, argv, &call, &out)) {
    case CLI_USAGE:
        return print_to(stderr, &out, CLI_EXIT_USAGE);
    case CLI_SHOW:
        return print_to(stdout, &out, 0);
    case CLI_RUN:
        return call.command->run(&call);
    case CLI_FAILED:
        break;
    }
    (void)fprintf(stderr, "%s: %s\n", program->name, rc_text(RC_NOMEM));
    return CLI_EXIT_INTERNAL;
}

const char *cli_home(const char *given)
{
    const char *const variable = getenv(HOME_VARIABLE);
    if (given)
        return given;
    return variable && variable[0] ? variable : HOME_DEFAULT;
}

int cli_end(const struct cli_call *call, bool checked, enum rc rc, const struct diag *d)
{
    if (rc != RC_OK) {
        say_diag(&call->say, rc, d);
        return rc == RC_USAGE ? CLI_EXIT_USAGE : 1;
    }
    if (checked)
        say_note(&call->say, "设置无误", "the settings hold");
    return 0;
}
