/* Embedded texts with places in them that the program fills in. */
#ifndef PGWRITE_CLI_TEMPLATE_H
#define PGWRITE_CLI_TEMPLATE_H

#include <stddef.h>

/* Prints what stands in place of a line that is "@NAME@" and nothing else. */
struct template_place {
    const char *name;
    void (*print)(void);
};

/* Prints an embedded file to standard output, its places filled in. */
void template_print(const char *file, const struct template_place *places, size_t count);

#endif
