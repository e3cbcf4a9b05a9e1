#include "core/base/reader.h"

struct reader reader_over(struct span in)
{
    return (struct reader){ .in = in, .pos = 0 };
}

static bool take_be(struct reader *r, size_t n, uint64_t *ret)
{
    struct span s;
    if (!reader_take(r, n, &s))
        return false;

    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | s.ptr[i];
    *ret = v;
    return true;
}

bool reader_be16(struct reader *r, uint16_t *ret)
{
    uint64_t v;
    if (!take_be(r, 2, &v))
        return false;

    *ret = (uint16_t)v;
    return true;
}

bool reader_be32(struct reader *r, uint32_t *ret)
{
    uint64_t v;
    if (!take_be(r, 4, &v))
        return false;

    *ret = (uint32_t)v;
    return true;
}

bool reader_be64(struct reader *r, uint64_t *ret)
{
    return take_be(r, 8, ret);
}
