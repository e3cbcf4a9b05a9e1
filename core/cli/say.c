#include "core/cli/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool say_locale_chinese(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *const value = getenv(names[i]);
        if (value && value[0])
            return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

bool say_colour_refused(void)
{
    const char *const no_colour = getenv("NO_COLOR");
    return no_colour && no_colour[0];
}

bool say_colour(int fd)
{
    const char *const term = getenv("TERM");
    return isatty(fd) && !say_colour_refused() && term && strcmp(term, "dumb") != 0;
}

static void say_prefix(const struct say *say, const char *colour)
{
    (void)fprintf(stderr, "%s%s:%s ", say->colour_err ? colour : "", say->program,
                  say->colour_err ? "\033[0m" : "");
}

void say_error(const struct say *say, const char *zh, const char *en, ...)
{
    va_list args;
    va_start(args, en);
    say_prefix(say, "\033[1;31m");
    (void)vfprintf(stderr, say->chinese ? zh : en, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

void say_note(const struct say *say, const char *zh, const char *en, ...)
{
    if (say->quiet)
        return;

    va_list args;
    va_start(args, en);
    say_prefix(say, "\033[1m");
    (void)vfprintf(stderr, say->chinese ? zh : en, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

const char *say_rc_chinese(enum rc rc)
{
    switch (rc) {
    case RC_OK:
        return "没有错误";
    case RC_NOMEM:
        return "内存不足";
    case RC_IO:
        return "无法读写";
    case RC_FORMAT:
        return "输入格式不对";
    case RC_LIMIT:
        return "输入超出规定的上限";
    case RC_NOT_FOUND:
        return "没有这一项";
    case RC_CRYPTO:
        return "密码库拒绝";
    case RC_REFUSED:
        return "规则不允许";
    case RC_EXISTS:
        return "已经存在";
    case RC_BUSY:
        return "正被另一个进程占用";
    case RC_FULL:
        return "磁盘或登记簿已满";
    case RC_USAGE:
        return "命令行用法不对";
    case RC_BAD_SIGNATURE:
        return "签名不符";
    }
    return "未知错误";
}

void say_diag(const struct say *say, enum rc rc, const struct diag *d)
{
    const bool has_text = d && d->text[0];
    const bool has_offset = d && d->offset != DIAG_NO_OFFSET;
    char place[48] = "";
    if (has_offset)
        (void)snprintf(place, sizeof place, "%s%zu%s", pick(say, "（字节 ", " (byte "), d->offset,
                       pick(say, "）", ")"));
    say_error(say, "%s%s%s%s", "%s%s%s%s", pick(say, say_rc_chinese(rc), rc_text(rc)),
              has_text ? pick(say, "：", ": ") : "", has_text ? d->text : "", place);
}

enum rc say_out(const struct buf *out, struct diag *d)
{
    const enum rc rc = buf_rc(out, d);
    if (rc != RC_OK)
        return rc;

    if (fwrite(out->ptr, 1, out->len, stdout) != out->len || fflush(stdout) != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot write standard output: %s",
                        strerror(errno));
    return RC_OK;
}
