#include "base/embed.h"

#include <string.h>

#include "base/error.h"

const struct embedded_file *embedded_find(const char *name) {
    for (size_t i = 0; i < embedded_file_count; i++)
        if (strcmp(embedded_files[i].name, name) == 0)
            return &embedded_files[i];
    return NULL;
}

const char *embedded_text(const char *name) {
    const struct embedded_file *file = embedded_find(name);
    if (!file)
        panic("%s was not built into the program", name);
    return file->text;
}
