#include "issuer/command/commands.h"

#include <stdlib.h>

#define COMMANDS_MAX 64

static const struct cli_option options[] = {
    CLI_HOME_OPTION(struct command_globals),
    CLI_OPTIONS_END,
};

/* In the order of the help: set up, take in, look, decide, publish, check. */
static const struct cli_command *const listed[] = {
    &cmd_init,
    &cmd_import,
    &cmd_show,
    &cmd_find,
    &cmd_token,
    &cmd_qr,
    &cmd_pdf,
    &cmd_pickup,
    &cmd_order,
    &cmd_amend,
    &cmd_report,
    &cmd_remind,
    &cmd_publish,
    &cmd_keys_list,
    &cmd_keys_generate,
    &cmd_keys_publish,
    &cmd_keys_retire,
    &cmd_keys_cutoff,
    &cmd_keys_root_set,
    &cmd_keys_root_export,
    &cmd_keys_root_sign,
    &cmd_keys_root_import,
    &cmd_keys_witness,
    &cmd_operator_add,
    &cmd_operator_suspend,
    &cmd_operator_list,
    &cmd_keys_document_csr,
    &cmd_keys_document_import,
    &cmd_keys_adopt,
    &cmd_keys_reissue,
    &cmd_mirror_begin,
    &cmd_sender_add,
    &cmd_sender_rotate,
    &cmd_sender_suspend,
    &cmd_sender_resume,
    &cmd_sender_list,
    &cmd_employer_add,
    &cmd_employer_suspend,
    &cmd_employer_resume,
    &cmd_employer_list,
    &cmd_push,
    &cmd_witness_init,
    &cmd_witness_run,
    &cmd_audit,
    &cmd_monitor,
    &cmd_backup,
    &cmd_restore,
    &cmd_layout_check,
    &cmd_layout_preview,
};
#define LISTED (sizeof listed / sizeof listed[0])
_Static_assert(LISTED < COMMANDS_MAX, "the table has room for them and its end");

int main(int argc, char *argv[])
{
    static struct cli_command commands[COMMANDS_MAX];
    for (size_t i = 0; i < LISTED; i++)
        commands[i] = *listed[i];

    const struct cli_program program = {
        .name = "sitecert",
        .zh = "施工现场专业人员职业培训合格证：登记、发证、继续教育、状态与发布",
        .en = "certificates of construction-site staff: records in, certificates out, their states "
              "and publication",
        .options = options,
        .options_size = sizeof(struct command_globals),
        .commands = commands,
        .footer_zh = "退出状态：0 完成，1 未能完成，2 用法不对，4 有记录被退回",
        .footer_en =
            "exit status: 0 done, 1 it could not be done, 2 usage, 4 some rows were refused",
    };
    return cli_run(&program, argc, argv);
}
