#include "workload/fault.h"

#include "base/clock.h"
#include "workload/section.h"
#include "workload/shape.h"
#include "workload/source.h"

static const char example[] = "- {do: timeout, after: 50ms, share: 10%}";

static const char *const kind_names[] = {
    [FAULT_TIMEOUT] = "timeout", [FAULT_CUT] = "cut", [FAULT_DELAY] = "delay"};
enum { KIND_COUNT = sizeof kind_names / sizeof *kind_names };

/* statement_timeout counts whole milliseconds, and 0 is none; its largest is 24 days. */
#define TIMEOUT_NS_MIN NS_PER_MS
#define TIMEOUT_NS_MAX (86400 * NS_PER_S)

const char *fault_kind_name(enum fault_kind kind) {
    return kind_names[kind];
}

static bool take_do(struct entry *entry, const struct yaml_item *item) {
    (void)entry, (void)item;
    return true; /* taken before all others */
}

static bool take_share(struct entry *entry, const struct yaml_item *item) {
    struct workload_fault *fault = entry->out;
    return entry_share(entry, item, &fault->share);
}

static bool take_after(struct entry *entry, const struct yaml_item *item) {
    struct workload_fault *fault = entry->out;
    if (!entry_duration(entry, item, TIMEOUT_NS_MIN, TIMEOUT_NS_MAX, &fault->for_ns))
        return false;
    return fault->for_ns % NS_PER_MS == 0 ||
           place_error(&item->value->at, entry->error, "after: \"%s\" is no whole number of ms",
                       item->value->text);
}

static bool take_for(struct entry *entry, const struct yaml_item *item) {
    struct workload_fault *fault = entry->out;
    return entry_duration(entry, item, 1, TIMEOUT_NS_MAX, &fault->for_ns);
}

enum { TIMEOUT = 1 << FAULT_TIMEOUT, CUT = 1 << FAULT_CUT, DELAY = 1 << FAULT_DELAY };
enum { ANY = TIMEOUT | CUT | DELAY };

static const struct entry_key keys[] = {
    {"do", ANY, 0, "do: cut", take_do},
    {"share", ANY, ANY, "share: 5%", take_share},
    {"after", TIMEOUT, TIMEOUT, "after: 50ms", take_after},
    {"for", DELAY, DELAY, "for: 5s", take_for},
};

static bool find_kind(struct entry *entry, struct workload_fault *fault) {
    const struct yaml_item *item = entry_find(entry, "do");
    if (!item) {
        place_error(&entry->item->at, entry->error, "a fault without \"do\"");
        return shape_hint_names("", "do is one of", kind_names, KIND_COUNT, entry->error);
    }
    size_t kind;
    if (!entry_word(entry, item, kind_names, KIND_COUNT, &kind))
        return error_hint(entry->error, "for example `%s`", example);
    fault->kind = (enum fault_kind)kind;
    entry->kind = 1u << kind;
    entry->kind_word = kind_names[kind];
    entry->kind_name = arena_printf(entry->arena, "do: %s", kind_names[kind]);
    return true;
}

bool faults_parse(const struct yaml_item *item, struct arena *arena, struct workload *workload,
                  struct error *error) {
    if (!section_expect(item, YAML_LIST, FAULTS_MAX, example, error))
        return false;
    const struct yaml_node *list = item->value;
    double shares = 0;
    workload->faults = ARENA_ARRAY(arena, struct workload_fault, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct workload_fault *fault = &workload->faults[i];
        struct entry entry = {.item = &list->items[i],
                              .what = "a fault",
                              .example = example,
                              .out = fault,
                              .arena = arena,
                              .error = error};
        fault->at = entry.item->at;
        if (!entry_expect_map(&entry) || !find_kind(&entry, fault) ||
            !entry_take(&entry, keys, sizeof keys / sizeof *keys))
            return false;
        shares += fault->share;
        /* Ten times 10% is not over 100%, though the sum of these doubles can be. */
        if (shares > 1 + 1e-9) {
            place_error(&entry_find(&entry, "share")->value->at, error,
                        "the shares of the faults are over 100%% together");
            return error_hint(error, "a transaction meets one fault at most: lower a share");
        }
    }
    workload->fault_count = list->count;
    return true;
}
