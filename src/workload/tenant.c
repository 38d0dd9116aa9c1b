#include "workload/tenant.h"

#include "workload/section.h"
#include "workload/source.h"

enum { NAME_BYTES_MAX = 40, BURST_MAX = 1000000000 };

static const char example[] = "- {name: small, weight: 1, limit: 1000/min}";

static bool take_name(struct entry *entry, const struct yaml_item *item) {
    struct workload_tenant *tenant = entry->out;
    return entry_name(entry, item, NAME_BYTES_MAX, false, &tenant->name);
}

static bool take_weight(struct entry *entry, const struct yaml_item *item) {
    struct workload_tenant *tenant = entry->out;
    return entry_number(entry, item, &tenant->weight);
}

static bool take_limit(struct entry *entry, const struct yaml_item *item) {
    struct workload_tenant *tenant = entry->out;
    return entry_rate(entry, item, &tenant->limit_per_s);
}

static bool take_burst(struct entry *entry, const struct yaml_item *item) {
    struct workload_tenant *tenant = entry->out;
    uint64_t burst;
    if (!entry_count(entry, item, 1, BURST_MAX, &burst))
        return false;
    tenant->burst = (double)burst;
    return true;
}

static const struct entry_key keys[] = {
    {"name", 1, 1, "name: small", take_name},
    {"weight", 1, 0, "weight: 10", take_weight},
    {"limit", 1, 0, "limit: 1000/min", take_limit},
    {"burst", 1, 0, "burst: 100", take_burst},
};

static bool take_tenant(struct entry *entry, struct workload_tenant *tenant) {
    *tenant = (struct workload_tenant){.weight = 1, .at = entry->item->at};
    if (!entry_expect_map(entry) || !entry_take(entry, keys, sizeof keys / sizeof *keys))
        return false;
    const struct yaml_item *burst = entry_find(entry, "burst");
    if (!burst || tenant->limit_per_s > 0)
        return true;
    place_error(&burst->at, entry->error, "\"burst\" without a limit");
    return error_hint(entry->error, "add what it is a burst of: `limit: 1000/min`");
}

bool tenants_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                   struct error *error) {
    if (!section_expect(item, YAML_LIST, TENANTS_MAX, example, error))
        return false;
    const struct yaml_node *list = item->value;
    const char **names = ARENA_ARRAY(arena, const char *, list->count);
    workload->tenants = ARENA_ARRAY(arena, struct workload_tenant, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct workload_tenant *tenant = &workload->tenants[i];
        struct entry entry = {.item = &list->items[i],
                              .what = "a tenant",
                              .example = example,
                              .kind = 1,
                              .out = tenant,
                              .arena = arena,
                              .error = error};
        if (!take_tenant(&entry, tenant))
            return false;
        names[i] = tenant->name;
    }
    workload->tenant_count = list->count;
    return names_check(list, names, list->count, "tenants", error);
}
