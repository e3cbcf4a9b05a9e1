/* Every sentence of the pages, in Chinese and English. '#' is where a number goes. */
#pragma once

#include "core/base/span.h"

#define WORD_LIST(X)                                                                               \
    X(WORD_SITE, "施工现场专业人员证书查验", "Construction-site certificates: check one")          \
    X(WORD_HOME, "查验另一份证书", "Check another certificate")                                    \
    X(WORD_SKIP, "跳到主要内容", "Skip to the content")                                            \
    X(WORD_VIEW, "显示方式", "Display")                                                            \
    X(WORD_LARGE, "大字版", "Large print")                                                         \
    X(WORD_NORMAL, "标准字号", "Normal print")                                                     \
    X(WORD_OTHER_LANGUAGE, "English", "中文")                                                      \
    X(WORD_DEMO, "演示系统，不是真实证书", "A demonstration: not a real certificate")              \
    X(WORD_RESULT, "核验结果", "Result")                                                           \
    X(WORD_COMPARE,                                                                                \
      "请与本人的身份证件核对姓名和证件尾号：证书是真的，不等于出示的人就是持证人。",              \
      "Compare name and document ending with the person's identity card: a genuine certificate "   \
      "does not say who is showing it.")                                                           \
    X(WORD_NOT_SHOWN, "没有通过核验，所以不显示证书上的任何内容。",                                \
      "It did not pass, so nothing of what it says is shown.")                                     \
    X(WORD_FACTS, "证书内容", "What the certificate says")                                         \
    X(WORD_NAME, "姓名", "Name")                                                                   \
    X(WORD_DOCUMENT, "证件尾号", "Document ending")                                                \
    X(WORD_POST, "岗位", "Post")                                                                   \
    X(WORD_AUTHORITY, "主管部门", "Authority")                                                     \
    X(WORD_PROVIDER, "培训机构", "Provider")                                                       \
    X(WORD_NUMBER, "证书编号", "Number")                                                           \
    X(WORD_VERSION, "版本", "Version")                                                             \
    X(WORD_REPLACED, "（已有更新的版本：第 # 版）", " (version # has replaced it)")                \
    X(WORD_ISSUED, "发证日期", "Issued")                                                           \
    X(WORD_DEADLINE, "续期截止", "Renewal deadline")                                               \
    X(WORD_DAYS_LEFT, "（还有 # 天）", " (# days left)")                                           \
    X(WORD_DAYS_PAST, "（已过 # 天）", " (# days ago)")                                            \
    X(WORD_COPY, "副本期限", "Copy until")                                                         \
    X(WORD_COPY_PAST, "（已过期）", " (past)")                                                     \
    X(WORD_NOTES, "须注意", "Mind")                                                                \
    X(WORD_SOURCE, "数据来源", "Where this comes from")                                            \
    X(WORD_AS_OF, "数据时间", "Data as of")                                                        \
    X(WORD_AGO, "（#前）", " (# ago)")                                                             \
    X(WORD_DEPLOYMENT, "发证系统", "Deployment")                                                   \
    X(WORD_HOST, "网址", "Host")                                                                   \
    X(WORD_HOST_ADVICE, "请确认浏览器地址栏中的网址与此相同。",                                    \
      "Make sure that the address bar shows this host.")                                           \
    X(WORD_CHECKED, "核验时间", "Checked")                                                         \
    X(WORD_INTRO, "用手机相机扫描证书上的二维码，就会打开本站的核验结果。也可以用下面的办法。",    \
      "Scan the certificate's QR code with the phone's camera: it opens the result here. Or use "  \
      "one of the ways below.")                                                                    \
    X(WORD_TYPE, "输入二维码的内容", "Type what the code says")                                    \
    X(WORD_TYPE_LABEL, "网址或数字", "Address or digits")                                          \
    X(WORD_TYPE_HELP, "HTTPS://…/V/ 后面的一长串数字，也可以连同网址一起粘贴。",                   \
      "The long row of digits behind HTTPS://…/V/; the whole address will do.")                    \
    X(WORD_FILE, "上传图片或 PDF", "Upload a picture or PDF")                                      \
    X(WORD_FILE_LABEL, "图片或 PDF 文件", "Picture or PDF file")                                   \
    X(WORD_FILE_HELP, "PNG、JPEG 或证书的 PDF，不超过 # MB。文件只用来核验，不保存。",             \
      "PNG, JPEG or the certificate's PDF, at most # MB. It is looked at and not kept.")           \
    X(WORD_LOOKUP, "凭编号、姓名、证件号码查询", "Look up by number, name and document")           \
    X(WORD_LOOKUP_HELP, "三项都要相符。证件号码只用来查询，不保存。",                              \
      "All three must fit. The document number is used for the look-up and not kept.")             \
    X(WORD_ID_NUMBER, "证件号码", "Document number")                                               \
    X(WORD_HOLDER, "持证人服务", "For holders")                                                    \
    X(WORD_HOLDER_INTRO,                                                                           \
      "填写四项，可下载证书 PDF、续期提醒日历，出示动态码，或查看谁查过本证书。",                  \
      "With number, name, document number and pick-up code: your certificate as a PDF, your "      \
      "renewal deadline as a calendar entry, a live code to show, or which employers have asked "  \
      "about you.")                                                                                \
    X(WORD_PICKUP, "取证码", "Pick-up code")                                                       \
    X(WORD_PICKUP_HELP, "十位字母和数字，由主管部门告知本人。不要告诉单位或培训机构。",            \
      "Ten letters and digits that the authority told you. Keep it from employer and provider.")   \
    X(WORD_FETCH_PDF, "下载证书（PDF）", "Certificate (PDF)")                                      \
    X(WORD_FETCH_CALENDAR, "续期提醒（日历）", "Renewal reminders (calendar)")                     \
    X(WORD_SHOW_LIVE, "出示动态码", "Show a live code")                                            \
    X(WORD_LIVE, "动态码", "Live code")                                                            \
    X(WORD_LIVE_INTRO, "请查验人先扫证书码，再扫动态码。截图十分钟后即失效。",                     \
      "Have the certificate's code scanned first, then the live code. A screenshot is void after " \
      "ten minutes.")                                                                              \
    X(WORD_LIVE_CERTIFICATE, "证书码", "Certificate")                                              \
    X(WORD_LIVE_CODE, "动态码", "Live code")                                                       \
    X(WORD_LIVE_UNTIL, "有效至", "Good until")                                                     \
    X(WORD_LIVE_RENEWS, "本页自动续期，自填写取证码起一小时内有效；在别处打开，此处即停止。",      \
      "This page renews the code before it ends, for an hour from the pick-up code on; opened "    \
      "elsewhere, it stops here.")                                                                 \
    X(WORD_RENEW_LIVE, "刷新动态码", "Renew now")                                                  \
    X(WORD_ASKED, "谁查过我的证书", "Who asked about me")                                          \
    X(WORD_ASKED_INTRO,                                                                            \
      "下列用人单位凭名单查过本证书的状态和截止日期。扫码和个人查询一概不记录。",                  \
      "These employers looked this certificate up by a list. They had number, name and document "  \
      "number already, and were told state and deadline. Scans and single look-ups are never "     \
      "recorded.")                                                                                 \
    X(WORD_ASKED_SINCE, "每天的记录保存 180 天。现有的记录始于 ",                                  \
      "A day is kept for 180 days. What is kept begins with ")                                     \
    X(WORD_ASKED_NONE, "其间没有用人单位凭名单查过本证书。",                                       \
      "No employer has looked it up by a list since then.")                                        \
    X(WORD_ASKED_MORE, "更早的没有列出。", "Earlier ones are not shown.")                          \
    X(WORD_ASKED_LIST, "名单查验", "A list was checked")                                           \
    X(WORD_ASKED_WATCH, "持续关注：查询有无变动", "A list is watched for changes")                 \
    X(WORD_PURPOSE, "用途：", "Purpose: ")                                                         \
    X(WORD_LIST_FORM, "用人单位名单查验", "Check a list (employers)")                              \
    X(WORD_LIST_INTRO,                                                                             \
      "用主管部门给的密钥查验一份名单，得到可打印、可离线核对的报告。持证人可以看到您查过。",      \
      "With the key that the authority gave you: a report to print, which anybody can check off "  \
      "line. The holders can see that you asked.")                                                 \
    X(WORD_LIST_KEY, "密钥（sc1. 开头）", "Key (begins with sc1.)")                                \
    X(WORD_LIST_FILE, "名单（CSV 文件）", "List (CSV file)")                                       \
    X(WORD_LIST_HELP, "表头 number,name,id_number；UTF-8 或 GB18030；至多 10000 行。不保存。",     \
      "With the header number,name,id_number, in UTF-8 or GB18030, at most 10,000 rows. It is "    \
      "not kept.")                                                                                 \
    X(WORD_REPORT, "名单查验报告", "Report on a list")                                             \
    X(WORD_REPORT_EMPLOYER, "用人单位", "Employer")                                                \
    X(WORD_REPORT_PURPOSE, "用途", "Purpose")                                                      \
    X(WORD_REPORT_COUNTS, "汇总", "Summary")                                                       \
    X(WORD_REPORT_ALL, "合计", "All rows")                                                         \
    X(WORD_REPORT_ROWS, "逐行结果", "Row by row")                                                  \
    X(WORD_REPORT_ROW, "行", "Row")                                                                \
    X(WORD_REPORT_TOO_OFTEN, "该编号被查询的次数过多，请一小时后再查",                             \
      "this number was asked about too often: again in an hour")                                   \
    X(WORD_REPORT_NO_NUMBER, "没有可以查询的编号", "there is no number that could be asked for")   \
    X(WORD_REPORT_SIGNATURE, "签名", "Signature")                                                  \
    X(WORD_REPORT_UNSIGNED, "这份报告没有签名，不能作为凭据。",                                    \
      "This report is not signed: it proves nothing to others.")                                   \
    X(WORD_REPORT_CHECK,                                                                           \
      "任何人可离线核对：certcheck list --signed 加下列数字（扫码即得），所示各数应与汇总相同。",  \
      "Anybody can check it off line: certcheck list --signed with these digits, as the code "     \
      "gives them, shows the counts that were signed.")                                            \
    X(WORD_REPORT_CODE, "签名的汇总", "The signed summary")                                        \
    X(WORD_REPORT_HASH, "各行 CSV 的 SHA-256：", "SHA-256 of the rows as CSV:")                    \
    X(WORD_CHECK, "查验", "Check")                                                                 \
    X(WORD_LOOK_UP, "查询", "Look up")                                                             \
    X(WORD_PROBLEM, "没有办成", "This did not work")

enum word {
#define X(name, zh, en) name,
    WORD_LIST(X)
#undef X
};

struct span word(enum word w, bool english); /* static; a NUL stands behind it */
