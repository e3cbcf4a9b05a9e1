#include "issuer/scheme/units.h"

#include <assert.h>
#include <stdio.h>

#define CENTRAL_ENTERPRISES 900 /* the first of 9xx */

/* GB/T 2260 provinces of the mainland; the notice names the two enterprises. */
static const struct unit_name {
    uint32_t id;
    const char *name;
} units[] = {
    { 11, "北京" }, { 12, "天津" }, { 13, "河北" },      { 14, "山西" },      { 15, "内蒙古" },
    { 21, "辽宁" }, { 22, "吉林" }, { 23, "黑龙江" },    { 31, "上海" },      { 32, "江苏" },
    { 33, "浙江" }, { 34, "安徽" }, { 35, "福建" },      { 36, "江西" },      { 37, "山东" },
    { 41, "河南" }, { 42, "湖北" }, { 43, "湖南" },      { 44, "广东" },      { 45, "广西" },
    { 46, "海南" }, { 50, "重庆" }, { 51, "四川" },      { 52, "贵州" },      { 53, "云南" },
    { 54, "西藏" }, { 61, "陕西" }, { 62, "甘肃" },      { 63, "青海" },      { 64, "宁夏" },
    { 65, "新疆" }, { 66, "兵团" }, { 901, "中国中铁" }, { 902, "中国铁建" },
};

const char *unit_short_name(uint32_t id)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].id == id)
            return units[i].name;
    return NULL;
}

bool unit_id_parse(struct span text, uint32_t *ret)
{
    uint32_t id = 0;
    if (text.len != 3)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        id = id * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    if (id < CENTRAL_ENTERPRISES && !unit_short_name(id))
        return false;

    *ret = id;
    return true;
}

void unit_id_format(uint32_t id, char ret[4])
{
    assert(id <= 999);
    (void)snprintf(ret, 4, "%03u", (unsigned)id % 1000);
}
