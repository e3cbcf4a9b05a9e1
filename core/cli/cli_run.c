#include <stdio.h>

#include "core/cli/cli.h"

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
