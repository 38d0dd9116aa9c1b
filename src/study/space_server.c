/* The settings that a server has. */
#include <string.h>
#include <strings.h>

#include "base/embed.h"
#include "base/memory.h"
#include "study/space_internal.h"

/* The columns of space.sql. */
enum { NAME, TYPE, CONTEXT, CATEGORY, SOURCE, SUMMARY, PRESENT, UNIT, MIN, MAX, WORDS };

static enum space_type type_of(const char *vartype) {
    static const char *const names[] = {[SPACE_BOOL] = "bool",
                                        [SPACE_INTEGER] = "integer",
                                        [SPACE_REAL] = "real",
                                        [SPACE_ENUM] = "enum"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(vartype, names[i]) == 0)
            return (enum space_type)i;
    return SPACE_STRING;
}

/* Comma-separated, none empty. */
static void take_words(const char *text, struct arena *arena, struct space_domain *domain) {
    size_t commas = 0;
    for (const char *c = text; *c; c++)
        commas += *c == ',';
    domain->words = ARENA_ARRAY(arena, const char *, commas + 1);
    while (*text) {
        size_t length = strcspn(text, ",");
        domain->words[domain->word_count++] = arena_strndup(arena, text, length);
        text += length + (text[length] == ',');
    }
}

bool space_server_read(struct control *control, struct arena *arena, struct space_server *out,
                       struct error *error) {
    struct control_rows *rows;
    if (!control_query(control, embedded_text("src/study/space.sql"), CONTROL_NO_ARGS, &rows,
                       error))
        return error_prefix(error, "reading the server's settings");
    size_t count = control_rows_count(rows);
    *out = (struct space_server){.known = ARENA_ARRAY(arena, struct space_known, count),
                                 .count = count,
                                 .version = control_server_version(control)};
    for (size_t i = 0; i < count; i++) {
        struct space_known *known = &out->known[i];
        known->domain.name = arena_strdup(arena, control_text(rows, i, NAME));
        known->domain.type = type_of(control_text(rows, i, TYPE));
        known->domain.unit = arena_strdup(arena, control_text(rows, i, UNIT));
        known->domain.min = control_float8(rows, i, MIN);
        known->domain.max = control_float8(rows, i, MAX);
        take_words(control_text(rows, i, WORDS), arena, &known->domain);
        known->context = arena_strdup(arena, control_text(rows, i, CONTEXT));
        known->category = arena_strdup(arena, control_text(rows, i, CATEGORY));
        known->source = arena_strdup(arena, control_text(rows, i, SOURCE));
        known->summary = arena_strdup(arena, control_text(rows, i, SUMMARY));
        known->present = arena_strdup(arena, control_text(rows, i, PRESENT));
    }
    control_rows_free(rows);
    return true;
}

const struct space_known *space_server_find(const struct space_server *server, const char *name) {
    for (size_t i = 0; i < server->count; i++)
        if (strcasecmp(server->known[i].domain.name, name) == 0)
            return &server->known[i];
    return NULL;
}

enum space_context space_known_context(const struct space_known *known) {
    return strcmp(known->context, "postmaster") == 0 ? SPACE_RESTART
           : strcmp(known->context, "sighup") == 0   ? SPACE_RELOAD
                                                     : SPACE_SESSION;
}
