/* sitecert-answer: signs the summaries of employers' lists. */
#include "core/holder/live.h"
#include "keys/staple/notary.h"
#include "keys/staple/program.h"

#define KEY_FILE "keys/answer-1.pem"

static const struct cli_option options[] = PROGRAM_OPTIONS(KEY_FILE, ANSWER_SOCKET);

static const struct cli_example examples[] = {
    { "sitecert-answer --home /var/lib/sitecert --published /srv/sitecert/public",
      "在前台运行，供 sitecert-verifierd 使用", "in the foreground, for sitecert-verifierd" },
    { NULL, NULL, NULL },
};

const struct program program = {
    .name = "sitecert-answer",
    .zh = "批量查验汇总的签名进程：在前台运行，经 HOME/" ANSWER_SOCKET " 应答",
    .en = "the signer of summaries: runs in the foreground and answers at HOME/" ANSWER_SOCKET,
    .does_zh = "签署用人单位批量查验的汇总：只核对其形式、时间与密钥的日期",
    .does_en = "signs the summaries of employers' lists; form, time and the key's dates are "
               "checked",
    .key_file = KEY_FILE,
    .socket_file = ANSWER_SOCKET,
    .options = options,
    .examples = examples,
    .answer = notary_answer,
};
