#include "layouts/pdf.h"

/* Where Debian 12 puts them: fonts-lxgw-wenkai, fonts-hanazono, fonts-babelstone-han. */
const struct pdf_font_paths pdf_font_paths_default = {
    .face = {
        "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
        "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
        "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
        "/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf",
    },
};
