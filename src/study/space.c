#include "study/space.h"

#include <string.h>
#include <strings.h>

#include "base/units.h"
#include "study/space_internal.h"

enum { VALUES_MAX = 16 };

struct reader {
    const struct space_options *options;
    struct space_server server;
    struct space_entry *entries;
    size_t entry_count;
    struct arena *arena;
    struct error *error;
};

static const struct space_entry *find_entry(const struct reader *reader, const char *name) {
    for (size_t i = 0; i < reader->entry_count; i++)
        if (strcasecmp(reader->entries[i].setting.name, name) == 0)
            return &reader->entries[i];
    return NULL;
}

static const struct space_extra *find_extra(const struct reader *reader, const char *name) {
    for (size_t i = 0; i < reader->options->extra_count; i++)
        if (strcasecmp(reader->options->extra[i].name, name) == 0)
            return &reader->options->extra[i];
    return NULL;
}

static bool is_skipped(const struct reader *reader, const char *name) {
    for (size_t i = 0; i < reader->options->skip_count; i++)
        if (strcasecmp(reader->options->skip[i], name) == 0)
            return true;
    return false;
}

/* Why no study may touch a setting, whoever asks for it; NULL: it may. */
static const char *why_never(const struct space_known *known) {
    static const struct {
        const char *name, *why;
    } names[] = {
        {"fsync", "without it a crash of the machine destroys the database"},
        {"full_page_writes", "without it a crash in the middle of a page destroys the page"},
        {"data_sync_retry", "with it data that the disk has refused are lost without a word"},
        {"port", "by it pgwrite reaches the server"},
        {"unix_socket_permissions", "by it pgwrite reaches the server"},
        {"log_file_mode", "it says who may read the log, and nothing else"},
        {"transaction_isolation", "it belongs to one transaction"},
        {"transaction_read_only", "it belongs to one transaction"},
        {"transaction_deferrable", "it belongs to one transaction"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(known->domain.name, names[i].name) == 0)
            return names[i].why;
    if (strcmp(known->category, "Developer Options") == 0)
        return "it is for developers, and for saving what can be saved of a damaged database";
    if (strcmp(known->context, "internal") == 0)
        return "it is fixed when the server is built or its data folder made";
    if (known->domain.type == SPACE_STRING)
        return "its value is a text, and tune tries numbers and words";
    return NULL;
}

static bool unknown_name(const struct reader *reader, const char *name) {
    const char **names = ARENA_ARRAY(reader->arena, const char *, reader->server.count);
    for (size_t i = 0; i < reader->server.count; i++)
        names[i] = reader->server.known[i].domain.name;
    error_usage(reader->error, "--set %s: PostgreSQL %d has no such setting", name,
                reader->server.version / 10000);
    const char *near = units_nearest(name, names, reader->server.count);
    return near && error_hint(reader->error, "did you mean %s?", near);
}

static bool check_extra(const struct reader *reader, const struct space_extra *extra) {
    const struct space_known *known = space_server_find(&reader->server, extra->name);
    if (!known)
        return unknown_name(reader, extra->name);
    const char *never = why_never(known);
    if (never)
        return error_usage(reader->error, "--set %s: tune never touches it: %s", extra->name,
                           never);
    if (find_extra(reader, extra->name) != extra) {
        error_usage(reader->error, "--set %s is given twice", extra->name);
        return error_hint(reader->error, "all its values in one: --set %s=V1,V2", extra->name);
    }
    if (is_skipped(reader, extra->name))
        return error_usage(reader->error, "--set %s and --skip %s contradict each other",
                           extra->name, extra->name);
    const struct space_entry *entry = find_entry(reader, extra->name);
    if (entry && entry->setting.durability == SPACE_ASYNC_COMMIT &&
        !reader->options->allow_async_commit) {
        error_usage(reader->error, "--set %s: a crash may then lose acknowledged commits",
                    extra->name);
        return error_hint(reader->error, "if that is fine, add --allow async-commit");
    }
    return true;
}

static bool check_skip(const struct reader *reader, const char *name) {
    if (find_entry(reader, name))
        return true;
    const char **names = ARENA_ARRAY(reader->arena, const char *, reader->entry_count);
    for (size_t i = 0; i < reader->entry_count; i++)
        names[i] = reader->entries[i].setting.name;
    error_usage(reader->error, "--skip %s: no such setting is in the list", name);
    const char *near = units_nearest(name, names, reader->entry_count);
    return near ? error_hint(reader->error, "did you mean %s?", near)
                : error_hint(reader->error, "`pgwrite list settings` shows it");
}

static bool check_options(const struct reader *reader) {
    for (size_t i = 0; i < reader->options->extra_count; i++)
        if (!check_extra(reader, &reader->options->extra[i]))
            return false;
    for (size_t i = 0; i < reader->options->skip_count; i++)
        if (!check_skip(reader, reader->options->skip[i]))
            return false;
    return true;
}

/* A value in the server's spelling, not above the entry's share of memory where that is known. */
static bool read_value(const struct reader *reader, const struct space_known *known,
                       const char *max, const char *text, const char **shown, struct error *error) {
    double memory = reader->options->memory_bytes, number, limit;
    const char *limit_shown;
    if (!space_value(&known->domain, text, memory, reader->arena, shown, &number, error))
        return false;
    if (!max || !(memory > 0))
        return true;
    /* A limit that is itself out of the server's range is none. */
    struct error no_limit = {0};
    if (!space_value(&known->domain, max, memory, reader->arena, &limit_shown, &limit, &no_limit) ||
        number <= limit)
        return true;
    error_usage(error, "%s = %s is more than %s", known->domain.name, *shown, max);
    return error_hint(error, "for this machine that is %s", limit_shown);
}

/* Adds a value, unless it is there or is the present one. */
static void add_value(struct space_setting *setting, const char *shown) {
    if (strcmp(shown, setting->present) == 0)
        return;
    for (size_t i = 0; i < setting->value_count; i++)
        if (strcmp(setting->values[i], shown) == 0)
            return;
    setting->values[setting->value_count++] = shown;
}

/* Values of --set. */
struct taking {
    const struct reader *reader;
    const struct space_known *known;
    const char *max;
    struct space_setting *out;
};

static bool take_value(const char *word, void *context, struct error *error) {
    struct taking *taking = context;
    const char *shown;
    if (taking->out->value_count == VALUES_MAX)
        return error_usage(error, "there are more than %d values", VALUES_MAX);
    if (!read_value(taking->reader, taking->known, taking->max, word, &shown, error))
        return false;
    add_value(taking->out, shown);
    return true;
}

static bool take_extra(const struct reader *reader, const struct space_known *known,
                       const char *max, const struct space_extra *extra,
                       struct space_setting *out) {
    struct taking taking = {reader, known, max, out};
    out->values = ARENA_ARRAY(reader->arena, const char *, VALUES_MAX);
    if (!units_list(extra->values, take_value, &taking, reader->error))
        return error_prefix(reader->error, "--set %s=%s", extra->name, extra->values);
    if (out->value_count == 0)
        out->not_tried = "it has that value already";
    return true;
}

/* Values of the list, without those that this server would refuse: a word that it was built
 * without, a size beyond this machine. If none is left, the last refusal is why. */
static void take_entry(const struct reader *reader, const struct space_known *known,
                       const struct space_entry *entry, struct space_setting *out) {
    struct error refusal = {0};
    out->values = ARENA_ARRAY(reader->arena, const char *, entry->setting.value_count);
    bool any = false;
    for (size_t i = 0; i < entry->setting.value_count; i++) {
        const char *shown;
        refusal = (struct error){0};
        if (!read_value(reader, known, entry->max, entry->setting.values[i], &shown, &refusal))
            continue;
        any = true;
        add_value(out, shown);
    }
    if (out->value_count == 0)
        out->not_tried = any ? "it has the list's only value for this server already"
                             : arena_strdup(reader->arena, refusal.what);
}

/* Why a setting that the server knows is not tried, whatever its values; NULL: it is. */
static const char *why_not(const struct reader *reader, const struct space_known *known,
                           const struct space_setting *setting) {
    static const struct {
        const char *source, *why;
    } overrides[] = {
        {"command line", "the server was started with it on its command line, which wins"},
        {"database", "ALTER DATABASE has set it, which wins"},
        {"user", "ALTER ROLE has set it, which wins"},
        {"database user", "ALTER ROLE … IN DATABASE has set it, which wins"},
        {"client", "this connection sets it (PGOPTIONS, or options=), which wins"},
    };
    if (is_skipped(reader, setting->name))
        return "--skip was given";
    if (setting->durability == SPACE_ASYNC_COMMIT && !reader->options->allow_async_commit)
        return "a crash may then lose acknowledged commits; --allow async-commit lets it be tried";
    if (setting->context == SPACE_RESTART && reader->options->only_reload)
        return "it needs a restart, and --only reload was given";
    for (size_t i = 0; i < sizeof overrides / sizeof *overrides; i++)
        if (strcmp(known->source, overrides[i].source) == 0)
            return overrides[i].why;
    if (strcmp(known->present, "fsync_writethrough") == 0)
        return "on this system every other method leaves commits in the disk's own cache";
    return NULL;
}

/* One setting: of the list (entry), of --set (extra), or of both; NULL: it is not there. */
static bool fill(const struct reader *reader, const char *name, const struct space_entry *entry,
                 const struct space_extra *extra, struct space_setting *out) {
    const struct space_known *known = space_server_find(&reader->server, name);
    if (entry)
        *out = entry->setting;
    out->values = NULL;
    out->value_count = 0;
    if (!known) {
        out->not_tried = arena_printf(reader->arena, "PostgreSQL %d has no such setting",
                                      reader->server.version / 10000);
        return true;
    }
    out->name = known->domain.name;
    out->present = known->present;
    out->context = space_known_context(known);
    if (!entry) {
        out->why = known->summary;
        out->cost = "";
    }
    /* Those of --set are read in any case: a wrong one is told. */
    if (extra && !take_extra(reader, known, entry ? entry->max : NULL, extra, out))
        return false;
    const char *reason = why_not(reader, known, out);
    if (reason) {
        out->not_tried = reason;
        out->value_count = 0;
    } else if (entry && !extra) {
        take_entry(reader, known, entry, out);
    }
    return true;
}

bool space_read(struct control *control, const struct space_options *options, struct arena *arena,
                struct space *out, struct error *error) {
    struct reader reader = {.options = options, .arena = arena, .error = error};
    if (!space_entries(arena, &reader.entries, &reader.entry_count, error) ||
        !space_server_read(control, arena, &reader.server, error) || !check_options(&reader))
        return false;
    size_t count_max = reader.entry_count + options->extra_count;
    *out = (struct space){ARENA_ARRAY(arena, struct space_setting, count_max), 0};
    /* What the user asks for comes before what the list proposes. */
    for (size_t i = 0; i < options->extra_count; i++) {
        const struct space_extra *extra = &options->extra[i];
        if (!fill(&reader, extra->name, find_entry(&reader, extra->name), extra,
                  &out->settings[out->count++]))
            return false;
    }
    for (size_t i = 0; i < reader.entry_count; i++) {
        const struct space_entry *entry = &reader.entries[i];
        if (!find_extra(&reader, entry->setting.name) &&
            !fill(&reader, entry->setting.name, entry, NULL, &out->settings[out->count++]))
            return false;
    }
    return true;
}
