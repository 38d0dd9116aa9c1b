#include "workload/shape.h"

#include "base/strbuf.h"
#include "base/units.h"
#include "workload/source.h"

bool shape_expect(const struct yaml_item *item, const char *path, enum yaml_kind kind,
                  const char *wanted, const char *example, struct error *error) {
    const struct yaml_node *value = item->value;
    if (value->missing)
        place_error(&item->at, error, "\"%s\" has no value", path);
    else if (value->kind != kind)
        place_error(&value->at, error, "\"%s\" must be %s, not %s", path, wanted,
                    yaml_kind_name(value));
    else
        return true;
    return error_hint(error, "for example `%s`", example);
}

bool shape_text(const struct yaml_item *item, const char *example, const char **out,
                struct error *error) {
    if (!shape_expect(item, item->key, YAML_SCALAR, "a text", example, error))
        return false;
    if (!item->value->text[0]) {
        place_error(&item->value->at, error, "\"%s\" is empty", item->key);
        return error_hint(error, "for example `%s`", example);
    }
    *out = item->value->text;
    return true;
}

bool shape_hint_names(const char *word, const char *subject, const char *const *names, size_t count,
                      struct error *error) {
    const char *nearest = units_nearest(word, names, count);
    if (nearest)
        return error_hint(error, "did you mean \"%s\"?", nearest);
    struct strbuf list = STRBUF_INIT;
    for (size_t i = 0; i < count; i++) {
        const char *between = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        strbuf_printf(&list, "%s%s", between, names[i]);
    }
    error_hint(error, "%s: %s", subject, list.text);
    strbuf_release(&list);
    return false;
}
