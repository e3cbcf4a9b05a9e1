#include "verifier/pages/page_words.h"

#define TEXT(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static const struct {
    struct span zh, en;
} words[] = {
#define X(name, zh, en) { TEXT(zh), TEXT(en) },
    WORD_LIST(X)
#undef X
};

struct span word(enum word w, bool english)
{
    return english ? words[w].en : words[w].zh;
}
