/* What sizing found, on one page. */
#ifndef PGWRITE_REPORT_SIZE_H
#define PGWRITE_REPORT_SIZE_H

#include <stdio.h>

#include "result/size.h"

void size_text(const struct size_result *size, FILE *file);

#endif
