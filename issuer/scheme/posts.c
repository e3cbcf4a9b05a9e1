#include "issuer/scheme/posts.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

/* The 13 posts of JGJ/T 250-2011 as the scheme numbers them. */
static const struct post posts[] = {
    { 1, "土建施工员", "Site foreman, civil works" },
    { 2, "装饰装修施工员", "Site foreman, decoration" },
    { 3, "设备安装施工员", "Site foreman, equipment installation" },
    { 4, "市政工程施工员", "Site foreman, municipal works" },
    { 5, "土建质量员", "Quality inspector, civil works" },
    { 6, "装饰装修质量员", "Quality inspector, decoration" },
    { 7, "设备安装质量员", "Quality inspector, equipment installation" },
    { 8, "市政工程质量员", "Quality inspector, municipal works" },
    { 9, "材料员", "Materials officer" },
    { 10, "机械员", "Machinery officer" },
    { 11, "劳务员", "Labour officer" },
    { 12, "资料员", "Documentation officer" },
    { 13, "标准员", "Standards officer" },
};

/* Posts that have a speciality: the code is base + the speciality's number. */
static const struct role {
    const char *name;
    uint32_t base;
} roles[] = { { "施工员", 0 }, { "质量员", 4 } };

/* A speciality in all the words in use; each may have a tail behind it. */
static const struct speciality {
    const char *word;
    uint32_t number;
} specialities[] = {
    { "土建", 1 },         { "房建", 1 },         { "房屋建筑", 1 },     { "装饰装修", 2 },
    { "装修装饰", 2 },     { "装饰", 2 },         { "装修", 2 },         { "建筑装饰", 2 },
    { "建筑装饰装修", 2 }, { "建筑装修装饰", 2 }, { "设备安装", 3 },     { "安装", 3 },
    { "建筑设备安装", 3 }, { "机电安装", 3 },     { "机电设备安装", 3 }, { "市政", 4 },
    { "市政公用", 4 },
};
static const char *const tails[] = { "", "工程", "专业", "方向", "类", "工程专业", "工程方向" };

/* How role and speciality are put together; a dash stands for all its look-alikes. */
static const struct pattern {
    bool role_first;
    const char *before, *between, *after;
} patterns[] = {
    { false, "", "", "" },  { true, "", "(", ")" },  { true, "", "-", "" },   { true, "", "", "" },
    { false, "", "-", "" }, { false, "(", ")", "" }, { false, "", "(", ")" },
};

/* Whoever is called so holds a safety-manager certificate, whatever else the text says. */
static const char *const safety_words[] = { "安全员",       "安全生产管理", "安全管理员",
                                            "安全管理人员", "安管人员",     "专职安全" };

/* Spellings of one character, folded before anything is compared. */
static const struct spelling {
    const char *from, *to;
} spellings[] = {
    { " ", "" },   { "\t", "" },  { "　", "" },  { "\u00a0", "" }, { "（", "(" }, { "）", ")" },
    { "【", "(" }, { "】", ")" }, { "〔", "(" }, { "〕", ")" },    { "［", "(" }, { "］", ")" },
    { "[", "(" },  { "]", ")" },  { "－", "-" }, { "—", "-" },     { "–", "-" },  { "‐", "-" },
    { "−", "-" },  { "_", "-" },  { "/", "-" },  { "／", "-" },    { "·", "-" },  { "•", "-" },
    { "：", "-" }, { ":", "-" },  { "０", "0" }, { "１", "1" },    { "２", "2" }, { "３", "3" },
    { "４", "4" }, { "５", "5" }, { "６", "6" }, { "７", "7" },    { "８", "8" }, { "９", "9" },
};

#define FOLDED_MAX 96 /* bytes: over the longest name in use */

static bool starts_with(struct span text, const char *with)
{
    const size_t len = strlen(with);
    return text.len >= len && memcmp(text.ptr, with, len) == 0;
}

static bool take_start(struct span *text, const char *start)
{
    if (!starts_with(*text, start))
        return false;
    const size_t len = strlen(start);
    *text = span_of(text->ptr + len, text->len - len);
    return true;
}

static bool take_end(struct span *text, const char *end)
{
    const size_t len = strlen(end);
    if (text->len < len || memcmp(text->ptr + (text->len - len), end, len) != 0)
        return false;
    *text = span_of(text->ptr, text->len - len);
    return true;
}

static const struct spelling *find_spelling(struct span text)
{
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        if (starts_with(text, spellings[i].from))
            return &spellings[i];
    return NULL;
}

/* False: longer than any name in use. */
static bool fold(struct span text, uint8_t folded[FOLDED_MAX], struct span *ret)
{
    size_t len = 0;
    while (text.len > 0) {
        const struct spelling *const s = find_spelling(text);
        const size_t taken = s ? strlen(s->from) : 1;
        const struct span put = s ? span_text(s->to) : span_of(text.ptr, 1);
        if (len + put.len > FOLDED_MAX)
            return false;
        for (size_t i = 0; i < put.len; i++)
            folded[len++] = put.ptr[i];
        text = span_of(text.ptr + taken, text.len - taken);
    }
    *ret = span_of(folded, len);
    return true;
}

static bool contains(struct span text, const char *word)
{
    for (; text.len > 0; text = span_of(text.ptr + 1, text.len - 1))
        if (starts_with(text, word))
            return true;
    return false;
}

static bool is_safety_post(struct span text)
{
    for (size_t i = 0; i < sizeof safety_words / sizeof safety_words[0]; i++)
        if (contains(text, safety_words[i]))
            return true;
    return false;
}

/* 0: no such speciality. */
static uint32_t speciality_number(struct span text)
{
    for (size_t t = 0; t < sizeof tails / sizeof tails[0]; t++) {
        struct span word = text;
        if (!take_end(&word, tails[t]))
            continue;
        for (size_t i = 0; i < sizeof specialities / sizeof specialities[0]; i++)
            if (span_equal(word, span_text(specialities[i].word)))
                return specialities[i].number;
    }
    return 0;
}

static uint32_t match_pattern(struct span text, const struct pattern *p, const struct role *role)
{
    if (!take_start(&text, p->before) || !take_end(&text, p->after))
        return 0;
    const bool taken = p->role_first
                           ? take_start(&text, role->name) && take_start(&text, p->between)
                           : take_end(&text, role->name) && take_end(&text, p->between);
    const uint32_t number = taken ? speciality_number(text) : 0;
    return number > 0 ? role->base + number : 0;
}

static uint32_t match_role(struct span text)
{
    for (size_t r = 0; r < sizeof roles / sizeof roles[0]; r++)
        for (size_t p = 0; p < sizeof patterns / sizeof patterns[0]; p++) {
            const uint32_t code = match_pattern(text, &patterns[p], &roles[r]);
            if (code > 0)
                return code;
        }
    return 0;
}

static uint32_t match_name(struct span text)
{
    for (size_t i = 0; i < sizeof posts / sizeof posts[0]; i++)
        if (span_equal(text, span_text(posts[i].name)))
            return posts[i].code;
    return 0;
}

/* One or two digits. */
static uint32_t match_code(struct span text)
{
    uint32_t code = 0;
    if (text.len == 0 || text.len > 2)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return 0;
        code = code * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    return post_find(code) ? code : 0;
}

const struct post *post_at(size_t i)
{
    return i < sizeof posts / sizeof posts[0] ? &posts[i] : NULL;
}

const struct post *post_find(uint32_t code)
{
    for (size_t i = 0; i < sizeof posts / sizeof posts[0]; i++)
        if (posts[i].code == code)
            return &posts[i];
    return NULL;
}

enum post_match post_resolve(struct span text, uint32_t *ret_code)
{
    assert(ret_code);

    uint8_t bytes[FOLDED_MAX];
    struct span folded;
    if (!fold(text, bytes, &folded))
        return POST_UNKNOWN;

    uint32_t code = match_code(folded);
    if (code == 0)
        code = match_name(folded);
    if (code == 0 && is_safety_post(folded))
        return POST_NOT_IN_SCHEME;
    if (code == 0)
        code = match_role(folded);
    if (code == 0)
        return POST_UNKNOWN;
    *ret_code = code;
    return POST_FOUND;
}
