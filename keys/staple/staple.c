/* sitecert-staple: signs holders' live codes. */
#include "core/holder/live.h"
#include "keys/staple/mint.h"
#include "keys/staple/program.h"

#define KEY_FILE "keys/staple-1.pem"

static const struct cli_option options[] = PROGRAM_OPTIONS(KEY_FILE, LIVE_SOCKET);

static const struct cli_example examples[] = {
    { "sitecert-staple --home /var/lib/sitecert --published /srv/sitecert/public",
      "在前台运行，供 sitecert-verifierd 使用", "in the foreground, for sitecert-verifierd" },
    { NULL, NULL, NULL },
};

const struct program program = {
    .name = "sitecert-staple",
    .zh = "动态码的签名进程：在前台运行，经 HOME/" LIVE_SOCKET " 应答",
    .en = "the signer of live codes: runs in the foreground and answers at HOME/" LIVE_SOCKET,
    .does_zh = "签发持证人的动态码：只凭已发布的清单与本机时钟",
    .does_en = "signs holders' live codes, by the published lists and its own clock alone",
    .key_file = KEY_FILE,
    .socket_file = LIVE_SOCKET,
    .options = options,
    .examples = examples,
    .answer = mint_answer,
};
