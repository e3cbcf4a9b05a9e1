#include "issuer/command/commands.h"
#include "issuer/register/register.h"

static int run_begin(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK && home.settings.mirror[0] == '\0')
        rc = diag_set(&d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                      "'mirror' is not set in section 'log' of sitecert.ini");
    if (rc == RC_OK)
        rc = register_mirror_begin(&home, &d);
    if (rc == RC_OK)
        say_note(&call->say, "镜像从现在开始：%s。请立即备份，此前的备份不能用它补上",
                 "the mirror begins now: %s. Make a backup at once: it makes up for none of before",
                 home.settings.mirror);
    return command_conclude(call, rc, &d);
}

const struct cli_command cmd_mirror_begin = {
    .name = "mirror begin",
    .synopsis = "",
    .zh = "在空目录上重新开始镜像（换了第二块磁盘之后）",
    .en = "begin the mirror anew in an empty folder, after its disk was replaced",
    .run = run_begin,
};
