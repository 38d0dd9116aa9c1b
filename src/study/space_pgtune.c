/*
 * PGTune's rules for OLTP on Linux, those of them that can matter for writes. Its rules for
 * reading, planning and parallel queries (effective_cache_size, work_mem, random_page_cost, …) are
 * left out.
 */
#include <math.h>

#include "study/space_internal.h"

#define KB 1024.0
#define MB (1024 * KB)
#define GB (1024 * MB)

/* 3 % of shared_buffers, 16 MB where that is more than 14 MB; 32 kB at least. */
static double wal_buffers(double shared_buffers) {
    double bytes = floor(shared_buffers * 3 / 100 / KB) * KB;
    return bytes > 14 * MB ? 16 * MB : fmax(bytes, 32 * KB);
}

struct rules {
    const struct space_server *server;
    const struct space_options *options;
    struct arena *arena;
    struct server_setting *settings;
    size_t count;
};

static bool is_skipped(const struct rules *rules, const struct space_known *known) {
    for (size_t i = 0; i < rules->options->skip_count; i++)
        if (space_server_find(rules->server, rules->options->skip[i]) == known)
            return true;
    return false;
}

/* Left out if the server has no such setting, or it may not be touched. */
static bool add(struct rules *rules, const char *name, const char *value, struct error *error) {
    const struct space_known *known = space_server_find(rules->server, name);
    if (!known || is_skipped(rules, known) ||
        (rules->options->only_reload && space_known_context(known) == SPACE_RESTART))
        return true;
    const char *shown;
    if (!space_value(&known->domain, value, rules->options->memory_bytes, rules->arena, &shown,
                     NULL, error))
        return error_prefix(error, "PGTune's rules");
    rules->settings[rules->count++] = (struct server_setting){known->domain.name, shown};
    return true;
}

static bool add_bytes(struct rules *rules, const char *name, double bytes, struct error *error) {
    return add(rules, name, arena_printf(rules->arena, "%.0fkB", floor(bytes / KB)), error);
}

/* lz4 is PGTune's choice from 15 on, but a server may be built without it. */
static bool add_compression(struct rules *rules, struct error *error) {
    const struct space_known *known = space_server_find(rules->server, "wal_compression");
    struct error no_lz4 = {0};
    const char *shown;
    bool lz4 = known && space_value(&known->domain, "lz4", 0, rules->arena, &shown, NULL, &no_lz4);
    return add(rules, "wal_compression", lz4 ? "lz4" : "on", error);
}

bool space_pgtune(struct control *control, const struct space_options *options, struct arena *arena,
                  struct server_setting **settings, size_t *count, struct error *error) {
    struct space_server server;
    if (!(options->memory_bytes > 0)) {
        error_usage(error, "PGTune's rules: how much memory the server's machine has is not known");
        return error_hint(error, "say it by --memory");
    }
    if (!space_server_read(control, arena, &server, error))
        return false;
    struct rules rules = {&server, options, arena, ARENA_ARRAY(arena, struct server_setting, 7), 0};
    double shared_buffers = options->memory_bytes / 4;
    bool ok = add_bytes(&rules, "shared_buffers", shared_buffers, error) &&
              add(&rules, "huge_pages", shared_buffers >= 2 * GB ? "try" : "off", error) &&
              add_bytes(&rules, "wal_buffers", wal_buffers(shared_buffers), error) &&
              add(&rules, "checkpoint_completion_target", "0.9", error) &&
              add(&rules, "min_wal_size", "2GB", error) &&
              add(&rules, "max_wal_size", "8GB", error) && add_compression(&rules, error);
    *settings = rules.settings;
    *count = rules.count;
    return ok;
}
