#include "core/cli/cli.h"

#include <string.h>

#include "core/base/dates.h"

#define DURATION_MAX_S (INT64_C(100) * 366 * 86400)

bool cli_number_parse(const char *text, int64_t *ret)
{
    int64_t v = 0;
    if (!text[0])
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || v > (INT64_MAX - 9) / 10)
            return false;
        v = v * 10 + (*text - '0');
    }
    *ret = v;
    return true;
}

bool cli_duration_parse(const char *text, int64_t *ret_s)
{
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };

    char digits[16];
    const size_t len = strlen(text);
    if (len < 2 || len > sizeof digits)
        return false;
    memcpy(digits, text, len - 1);
    digits[len - 1] = '\0';

    int64_t v;
    if (!cli_number_parse(digits, &v))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text[len - 1] == units[i].letter && v <= DURATION_MAX_S / units[i].seconds) {
            *ret_s = v * units[i].seconds;
            return true;
        }
    }
    return false;
}

bool cli_word_among(const char *words, const char *word)
{
    const size_t len = strlen(word);
    for (const char *at = words; at && len > 0; at = strchr(at, '|')) {
        if (*at == '|')
            at++;
        if (strncmp(at, word, len) == 0 && (at[len] == '|' || at[len] == '\0'))
            return true;
    }
    return false;
}

static bool store_text(const char *text, void *at)
{
    if (!text[0])
        return false;
    memcpy(at, &text, sizeof text);
    return true;
}

static bool append_text(const char *text, struct cli_texts *list)
{
    if (!text[0] || list->count == CLI_TEXTS_MAX)
        return false;
    list->at[list->count++] = text;
    return true;
}

static bool parse_date(const char *text, int64_t *ret)
{
    int32_t day;
    if (!date_parse(span_text(text), &day))
        return false;
    *ret = day;
    return true;
}

static bool parse_time(const char *text, int64_t *ret)
{
    return time_parse(span_text(text), ret);
}

static bool store_number(bool (*parse)(const char *text, int64_t *ret), const char *text,
                         struct cli_number *at)
{
    int64_t v;
    if (!parse(text, &v))
        return false;
    *at = (struct cli_number){ .given = true, .value = v };
    return true;
}

bool cli_value_store(const struct cli_option *option, const char *text, void *at)
{
    switch (option->kind) {
    case CLI_FLAG:
        *(bool *)at = true;
        return true;
    case CLI_TEXT:
        return store_text(text, at);
    case CLI_TEXTS:
        return append_text(text, at);
    case CLI_CHOICE:
        return cli_word_among(option->arg, text) && store_text(text, at);
    case CLI_NUMBER:
        return store_number(cli_number_parse, text, at);
    case CLI_DURATION:
        return store_number(cli_duration_parse, text, at);
    case CLI_DATE:
        return store_number(parse_date, text, at);
    case CLI_TIME:
        return store_number(parse_time, text, at);
    }
    return false;
}
