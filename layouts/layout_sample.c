#include "layouts/layout_sample.h"

#include <assert.h>

#include "core/cert/photo.h"
#include "core/picture/picture.h"

#define PHOTO_WIDTH  280u /* pixels */
#define PHOTO_HEIGHT 392u
#define QR_DIGITS    452        /* a full token of 186 bytes */
#define MADE_S       1795305600 /* 2026-11-22T08:00:00+08:00 */

#define V(name, text)                                                                              \
    {                                                                                              \
        name,                                                                                      \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }

#define COMMON_FIELDS                                                                              \
    V("number", "03301202600000012"), V("issued", "2026-11-22"), V("issued_zh", "2026年11月22日"), \
        V("deadline", "2028-11-21"), V("deadline_zh", "2028年11月21日"), V("version", "2"),        \
        V("log_index", "123456"), V("copy_until", "2027-05-21"),                                   \
        V("copy_until_zh", "2027年5月21日"), V("made", "2026-11-22"),                              \
        V("made_zh", "2026年11月22日"), V("deployment", "示例部署")

static const struct pdf_field usual[] = {
    V("name", "张示例"),
    V("id_type", "居民身份证"),
    V("id_tail", "**************0012"),
    V("post", "土建施工员"),
    V("authority", "示例省住房和城乡建设厅"),
    V("provider", "示例市建设职业培训学校"),
    V("ce.0.year", "1"),
    V("ce.0.hours", "32"),
    V("ce.0.post_hours", "16"),
    V("ce.1.year", "2"),
    V("ce.1.hours", "40"),
    V("ce.1.post_hours", "24"),
    COMMON_FIELDS,
};

static const struct pdf_field longest[] = {
    V("name", "示例米热阿依努尔姑丽娜尔·样本阿卜杜热合曼买买提图尔荪·"
              "示例沙塔尔艾合买提吐尔逊江·样本巴哈提古丽再努尔"),
    V("id_type", "外国人永久居留身份证（示例证件类型）"),
    V("id_tail", "**************************0012"),
    V("post", "装配式混凝土预制构件质量检验员（示例岗位）"),
    V("authority",
      "示例自治区住房和城乡建设厅建筑施工现场专业人员职业培训工作领导小组办公室（示例单位）"),
    V("provider", "示例自治区建设行业职业技能培训与人才评价服务中心（示例有限责任公司）"
                  "第二十三职业培训学校乌示例市高新技术产业开发区教学点"),
    V("ce.0.year", "10"),
    V("ce.0.hours", "64"),
    V("ce.0.post_hours", "64"),
    V("ce.1.year", "11"),
    V("ce.1.hours", "64"),
    V("ce.1.post_hours", "48"),
    COMMON_FIELDS,
};

/* 㭎 and 䶮 from extension A, 𠮷 𬭛 𬱖 𪟝 from B to F, 𰻝 from G, 𱁬 from G: all
 * above or beside what old fonts have. */
static const struct pdf_field sparse[] = {
    V("name", "王𠮷䶮"),
    V("id_type", "居民身份证"),
    V("id_tail", "**************101X"),
    V("post", "机械员"),
    V("authority", "示例市住房和城乡建设局"),
    V("provider", "𬭛𬱖𪟝㭎𰻝建设职业培训学校"),
    COMMON_FIELDS,
};

static const struct {
    const char *name;
    const struct pdf_field *field;
    size_t count;
    bool photo;
} samples[LAYOUT_SAMPLES] = {
    { "usual", usual, sizeof usual / sizeof usual[0], true },
    { "long", longest, sizeof longest / sizeof longest[0], true },
    { "sparse", sparse, sizeof sparse / sizeof sparse[0], false },
};

const char *layout_sample_name(unsigned kind)
{
    assert(kind < LAYOUT_SAMPLES);
    return samples[kind].name;
}

/* Head and shoulders of nobody, in grey. */
static uint8_t shade(unsigned x, unsigned y)
{
    const long dx = (long)x - PHOTO_WIDTH / 2;
    const long head = (long)y - 150, body = (long)y - 400;
    const bool in_head = dx * dx * 36 + head * head * 25 < 75L * 75 * 36;
    const bool in_body = dx * dx * 9 + body * body * 9 < 125L * 125 * 9;
    if (in_head)
        return 150;
    return in_body ? 110 : (uint8_t)(226 + y / 20);
}

static enum rc draw_photo(struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf grey = { 0 };
    uint8_t *pixel = buf_reserve(&grey, (size_t)PHOTO_WIDTH * PHOTO_HEIGHT);
    if (!pixel)
        return buf_rc(&grey, d);
    for (unsigned y = 0; y < PHOTO_HEIGHT; y++) {
        for (unsigned x = 0; x < PHOTO_WIDTH; x++)
            *pixel++ = shade(x, y);
    }
    ON_EXIT(buf_free_at) struct buf png = { 0 };
    const enum rc rc = picture_write_png(&png, grey.ptr, PHOTO_WIDTH, PHOTO_HEIGHT, d);
    return rc == RC_OK ? photo_plain(buf_span(&png), to, d) : rc;
}

static enum rc draw_code(struct qr *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    buf_put_text(&text, "HTTPS://SITECERT.EXAMPLE/V/");
    for (unsigned i = 0; i < QR_DIGITS; i++)
        buf_put_u8(&text, (uint8_t)('0' + (i * i + 7 * i) / 3 % 10));
    const enum rc rc = buf_rc(&text, d);
    return rc == RC_OK ? qr_encode(buf_span(&text), ret, d) : rc;
}

enum rc layout_sample_make(unsigned kind, struct layout_sample *ret, struct diag *d)
{
    assert(kind < LAYOUT_SAMPLES && ret);

    memset(ret, 0, sizeof *ret);
    enum rc rc = draw_code(&ret->qr, d);
    if (rc == RC_OK && samples[kind].photo)
        rc = draw_photo(&ret->photo, d);
    if (rc != RC_OK) {
        layout_sample_free(ret);
        return rc;
    }
    ret->fields = (struct pdf_fields){ .field = samples[kind].field,
                                       .count = samples[kind].count,
                                       .photo = buf_span(&ret->photo),
                                       .qr = &ret->qr,
                                       .made_s = MADE_S };
    return RC_OK;
}

void layout_sample_free(struct layout_sample *sample)
{
    buf_free(&sample->photo);
    memset(sample, 0, sizeof *sample);
}
