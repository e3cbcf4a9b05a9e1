/*
 * sitecert-staple and sitecert-answer: a process of its own that holds this one key, reads the
 * published lists and nothing else of the deployment.
 */
#include "core/crypto/start.h"
#include "keys/staple/program.h"
#include "keys/staple/run.h"

static int run(const struct cli_call *call)
{
    const struct program_options *const o = call->options;
    const struct run_options how = {
        .program = &program,
        .home = cli_home(o->home),
        .published = o->published,
        .key = o->key,
        .socket = o->socket,
    };
    struct diag d = DIAG_INIT;
    const enum rc rc = run_signer(&how, &d);
    return cli_end(call, false, rc, &d);
}

int main(int argc, char *argv[])
{
    const struct cli_command commands[] = {
        { .name = "",
          .synopsis = "",
          .zh = program.does_zh,
          .en = program.does_en,
          .options = program.options,
          .options_size = sizeof(struct program_options),
          .examples = program.examples,
          .run = run },
        CLI_COMMANDS_END,
    };
    const struct cli_program cli = {
        .name = program.name,
        .zh = program.zh,
        .en = program.en,
        .commands = commands,
        .footer_zh = "SIGTERM：停止。退出状态：0 按要求停止，1 未能启动，2 用法不对",
        .footer_en = "SIGTERM: end. Exit status: 0 ended as asked, 1 it could not start, 2 usage",
    };
    crypto_start_bare();
    return cli_run(&cli, argc, argv);
}
