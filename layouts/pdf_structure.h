/* The structure tree: ISO 32000-1, 14.7; docs/pdf.md section 2, objects 65 and on. */
#pragma once

#include "layouts/layout.h"
#include "layouts/pdf_write.h"

void pdf_put_structure(struct pdf_out *out, const struct layout *layout);
