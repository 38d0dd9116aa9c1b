/* The lists of thresholds of a workload file. */
#include <string.h>

#include "workload/shape.h"
#include "workload/source.h"
#include "workload/threshold.h"
#include "workload/yaml.h"

static const char example[] = "- p99(response) < 200ms";
static const char element_example[] = "- {check: 'errors < 5%', abort: true}";

static bool take_switch(const struct yaml_item *item, bool *on, struct error *error) {
    const char *text;
    if (!shape_text(item, "abort: true", &text, error))
        return false;
    *on = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0;
    if (*on || strcmp(text, "false") == 0 || strcmp(text, "no") == 0)
        return true;
    place_error(&item->value->at, error, "%s: \"%s\" is neither true nor false", item->key, text);
    return error_hint(error, "for example `abort: true`");
}

/* {check: TEXT, abort: true} */
static bool take_map(const struct yaml_item *element, const char **text, const struct place **at,
                     bool *abort, struct error *error) {
    static const char *const keys[] = {"check", "abort"};
    const struct yaml_node *map = element->value;
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_item *item = &map->items[i];
        if (strcmp(item->key, keys[0]) == 0) {
            *at = &item->value->at;
            if (!shape_text(item, "check: errors < 5%", text, error))
                return false;
        } else if (strcmp(item->key, keys[1]) == 0) {
            if (!take_switch(item, abort, error))
                return false;
        } else {
            place_error(&item->at, error, "unknown key \"%s\" in a threshold", item->key);
            if (strpbrk(item->key, "({<>="))
                return error_hint(error, "a threshold with a colon and a blank in it has to stand "
                                         "in quotes: '…'");
            return shape_hint_names(item->key, "the keys of a threshold are", keys, 2, error);
        }
    }
    if (*text)
        return true;
    place_error(&element->at, error, "a threshold without \"check\"");
    return error_hint(error, "for example `%s`", element_example);
}

static bool take_list(const struct yaml_item *list, size_t stage, struct arena *arena,
                      struct workload *workload, struct error *error) {
    if (!shape_expect(list, "thresholds", YAML_LIST, "a list", example, error))
        return false;
    for (size_t i = 0; i < list->value->count; i++) {
        const struct yaml_item *element = &list->value->items[i];
        const struct place *at = &element->value->at;
        const char *text = NULL;
        bool abort = false;
        if (element->value->kind == YAML_MAP) {
            if (!take_map(element, &text, &at, &abort, error))
                return false;
        } else if (element->value->kind == YAML_SCALAR && element->value->text[0]) {
            text = element->value->text;
        } else {
            place_error(&element->at, error, "a threshold must be a text or a map");
            return error_hint(error, "for example `%s` or `%s`", example, element_example);
        }
        if (!threshold_parse(text, at, stage, abort, workload, arena,
                             &workload->thresholds[workload->threshold_count], error))
            return false;
        workload->threshold_count++;
    }
    return true;
}

bool thresholds_parse(const struct yaml_item *top, const struct yaml_item *const *stage_items,
                      struct arena *arena, struct workload *workload, struct error *error) {
    size_t most = top ? top->value->count : 0;
    size_t stages = stage_items ? workload->stage_count : 0;
    for (size_t i = 0; i < stages; i++)
        most += stage_items[i] ? stage_items[i]->value->count : 0;
    workload->thresholds = ARENA_ARRAY(arena, struct threshold, most + 1);
    workload->threshold_count = 0;
    if (top && !take_list(top, THRESHOLD_ALL, arena, workload, error))
        return false;
    for (size_t i = 0; i < stages; i++)
        if (stage_items[i] && !take_list(stage_items[i], i, arena, workload, error))
            return false;
    return true;
}
