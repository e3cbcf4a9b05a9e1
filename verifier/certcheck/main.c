/*
 * certcheck: checks certificates offline. One file at hand, no network, no keys
 * that sign. What it says, and its exit statuses: docs/verification.md.
 */
#include "core/crypto/start.h"
#include "verifier/certcheck/commands.h"

static const struct cli_option check_options[] = {
    { "bundle", 'b', CLI_TEXT, "FILE", offsetof(struct check_options, device.bundle),
      "数据包；默认 ~/.local/share/sitecert/bundle.scb",
      "the bundle; by default ~/.local/share/sitecert/bundle.scb", false },
    { "trust", 0, CLI_TEXT, "FILE", offsetof(struct check_options, device.trust),
      "只有信任列表时：核验真伪，不能判断是否有效",
      "a trust list alone: tells genuine from forged, not whether it is in force", false },
    { "root", 0, CLI_TEXT, "FILE", offsetof(struct check_options, device.root),
      "发证系统的根密钥 (root.cbor)；不给时记住首次见到的",
      "the issuer's roots (root.cbor); without it "
      "those first seen are remembered",
      false },
    { "staple", 0, CLI_TEXT, "TEXT", offsetof(struct check_options, staple),
      "持证人手机上动态码的数字：没有数据包或数据包较旧时据此判断",
      "the digits of the live code on the holder's phone: decides where lists are missing or old",
      false },
    { "max-age", 0, CLI_DURATION, "AGE", offsetof(struct check_options, device.max_age),
      "状态数据最多多旧，如 12h、7d；默认 30d",
      "how old the status may be, as 12h or 7d; by default 30d", false },
    { "at", 0, CLI_TIME, "TIME", offsetof(struct check_options, device.at),
      "按这个时间判断，如 2024-06-01；什么也不记住",
      "judge as of this time, as 2024-06-01; nothing is remembered", false },
    { "from", 0, CLI_TEXT, "LIST", offsetof(struct check_options, from),
      "再从 LIST 读 INPUT，每行一个；- 是标准输入",
      "further INPUTs from LIST, one a line; - is standard input", false },
    CLI_OPTIONS_END,
};

static const struct cli_example check_examples[] = {
    { "certcheck --bundle bundle.scb photo.jpg", "核验手机拍的证书照片",
      "check a photo of a certificate" },
    { "certcheck 03301202400000012.pdf", "核验下载的 PDF", "check a PDF" },
    { "certcheck HTTPS://ZS.EXAMPLE.GOV.CN/V/0123…", "核验扫码得到的文字",
      "check the text that a scan gave" },
    { "certcheck --json *.png", "核验一批图片，输出 JSON", "check many pictures, as JSON" },
    { "certcheck --json --from codes.txt", "核验一份清单，每行一个", "check a list, one a line" },
    { NULL, NULL, NULL },
};

static const struct cli_option list_options[] = {
    { "bundle", 'b', CLI_TEXT, "FILE", offsetof(struct list_options, device.bundle),
      "数据包；默认 ~/.local/share/sitecert/bundle.scb",
      "the bundle; by default ~/.local/share/sitecert/bundle.scb", false },
    { "trust", 0, CLI_TEXT, "FILE", offsetof(struct list_options, device.trust), "只有信任列表时",
      "a trust list alone", false },
    { "root", 0, CLI_TEXT, "FILE", offsetof(struct list_options, device.root),
      "发证系统的根密钥 (root.cbor)", "the issuer's roots (root.cbor)", false },
    { "at", 0, CLI_TIME, "TIME", offsetof(struct list_options, device.at),
      "按这个时间判断，如 2024-06-01", "judge as of this time, as 2024-06-01", false },
    { "summary", 0, CLI_TEXT, "TEXT", offsetof(struct list_options, summary),
      "结果为 CSV 时：首部 Sitecert-Summary 的内容",
      "of an answer in CSV: what its header Sitecert-Summary says", false },
    { "signed", 0, CLI_TEXT, "DIGITS", offsetof(struct list_options, message),
      "报告上签名的汇总（二维码中的数字）；不必有 FILE",
      "the signed summary of a report in print, the digits of its code; FILE may be left out",
      false },
    CLI_OPTIONS_END,
};

static const struct cli_example list_examples[] = {
    { "certcheck list result.json", "核对用人单位出示的批量查验结果",
      "check the result of a list that an employer shows" },
    { "certcheck list result.csv --summary eyJyb3dzIjo…", "结果为 CSV 的，附上汇总",
      "a result in CSV, with its summary" },
    { "certcheck list --signed 5948…", "核对打印的报告：签名与所示各数",
      "check a report in print: its signature, and the counts that it shows" },
    { NULL, NULL, NULL },
};

static const struct cli_option show_options[] = {
    { "root", 0, CLI_TEXT, "FILE", offsetof(struct bundle_show_options, root),
      "发证系统的根密钥 (root.cbor)", "the issuer's roots (root.cbor)", false },
    CLI_OPTIONS_END,
};

static const struct cli_example show_examples[] = {
    { "certcheck bundle show bundle.scb", "检查下载的数据包", "check a bundle that was fetched" },
    { NULL, NULL, NULL },
};

static const struct cli_option update_options[] = {
    { "root", 0, CLI_TEXT, "FILE", offsetof(struct bundle_update_options, root),
      "发证系统的根密钥 (root.cbor)", "the issuer's roots (root.cbor)", false },
    CLI_OPTIONS_END,
};

static const struct cli_example update_examples[] = {
    { "certcheck bundle update bundle.scb 1631239200.delta",
      "应用网站 /publish/deltas/ 下的增量；文件名是它所接续的序号",
      "apply a delta from the issuer's /publish/deltas/; its name is the sequence that it is for" },
    { "certcheck bundle update bundle.scb 1631239200.delta 1631325600.delta",
      "错过几天时，依次给出；中间不能缺", "after some days, all of them in order, without a gap" },
    { NULL, NULL, NULL },
};

static const struct cli_command commands[] = {
    { .name = "",
      .synopsis = "INPUT…",
      .min = 0, /* --from gives INPUTs too */
      .max = CLI_MANY,
      .zh = "核验证书",
      .en = "checks certificates",
      .options = check_options,
      .options_size = sizeof(struct check_options),
      .examples = check_examples,
      .run = run_check },
    { .name = "list",
      .synopsis = "[FILE]",
      .min = 0, /* --signed is enough */
      .max = 1,
      .zh = "核对批量查验的结果：汇总的签名，以及各行是否就是所签的",
      .en = "checks the result of an employer's list: the summary's signature, and that its rows "
            "are those that were signed",
      .options = list_options,
      .options_size = sizeof(struct list_options),
      .examples = list_examples,
      .run = run_list },
    { .name = "bundle show",
      .synopsis = "FILE",
      .min = 1,
      .max = 1,
      .zh = "逐块检查数据包并列出其内容",
      .en = "checks every block of a bundle and says what is in it",
      .options = show_options,
      .options_size = sizeof(struct bundle_show_options),
      .examples = show_examples,
      .run = run_bundle_show },
    { .name = "bundle update",
      .synopsis = "FILE DELTA…",
      .min = 2,
      .max = CLI_MANY,
      .zh = "用增量更新数据包：逐个核对签名和结果，要么全部完成，要么保持原样",
      .en = "brings a bundle up to date by deltas: every signature and the result are checked; all "
            "of it or nothing",
      .options = update_options,
      .options_size = sizeof(struct bundle_update_options),
      .examples = update_examples,
      .run = run_bundle_update },
    CLI_COMMANDS_END,
};

static const struct cli_program program = {
    .name = "certcheck",
    .zh = "离线核验培训合格证。INPUT 是证书的 PDF、二维码的文字或数字、.cbor 文件、PNG 或 JPEG "
          "图片，\n"
          "或 -（标准输入）；"
          "不是可读文件的，当作文字。每个 INPUT 得到一个结论。",
    .en =
        "Checks training certificates offline. INPUT is a certificate's PDF, the text or digits of "
        "a "
        "QR code,\n"
        "a .cbor file, a PNG or JPEG, or - (standard input); what is not a readable file is taken "
        "as text.\n"
        "Each INPUT gets one verdict.",
    .commands = commands,
    .footer_zh =
        "退出码（取最坏的一个）：0 有效 · 7 无法判断 · 4 失效 · 5 暂扣 · 3 吊销、撤销或注销 ·\n"
        "6 不认识的签发者 · 1 不是真证 · 8 读不出 · 9 内部错误；2 用法错误",
    .footer_en =
        "Exit status of the worst input: 0 in force · 7 cannot decide · 4 lapsed · 5 suspended ·\n"
        "3 revoked, withdrawn or cancelled · 6 unknown issuer · 1 not authentic · 8 unreadable ·\n"
        "9 internal; 2 usage",
};

int main(int argc, char *argv[])
{
    crypto_start_bare();
    return cli_run(&program, argc, argv);
}
