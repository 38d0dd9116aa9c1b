#include "cli/template.h"

#include <stdio.h>
#include <string.h>

#include "base/embed.h"
#include "base/memory.h"

static void fill_in(const char *name, size_t length, const struct template_place *places,
                    size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strlen(places[i].name) == length && strncmp(places[i].name, name, length) == 0) {
            places[i].print();
            return;
        }
    panic("a template with a place that nobody fills in");
}

void template_print(const char *file, const struct template_place *places, size_t count) {
    for (const char *line = embedded_text(file); *line;) {
        size_t length = strcspn(line, "\n");
        if (length > 2 && line[0] == '@' && line[length - 1] == '@')
            fill_in(line + 1, length - 2, places, count);
        else
            printf("%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}
