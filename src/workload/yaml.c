#include "workload/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "workload/source.h"

struct anchor {
    const char *name;
    const struct yaml_node *node;
};

struct loader {
    struct source source;
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct anchor *anchors;
    size_t anchor_count;
    size_t node_count;
    char message[256]; /* of the library, where it has no place */
    struct arena *arena;
    struct error *error;
};

/* The items of a list or map while its end is not known. */
struct items {
    struct yaml_item *items;
    size_t count, capacity;
};

static const struct yaml_node *read_node(struct loader *loader, const struct fy_event *event,
                                         struct place fallback, int depth);

/* What the library reports without a place; it ends the text with a line feed. */
static void take_message(struct fy_diag *diag, void *user, const char *text, size_t length) {
    (void)diag;
    struct loader *loader = user;
    if (loader->message[0])
        return;
    const char *skip = "[ERR]: ";
    if (length > strlen(skip) && strncmp(text, skip, strlen(skip)) == 0) {
        text += strlen(skip);
        length -= strlen(skip);
    }
    while (length && text[length - 1] == '\n')
        length--;
    snprintf(loader->message, sizeof loader->message, "%.*s", (int)length, text);
}

static bool starts_with_tab(const struct source *source, int line) {
    struct place at = source_place(source, line, 1);
    return at.text && at.text[strspn(at.text, " ")] == '\t';
}

static void hint_syntax(const struct loader *loader, int line, int column) {
    struct place at = source_place(&loader->source, line, column);
    if (starts_with_tab(&loader->source, line) || starts_with_tab(&loader->source, line + 1)) {
        error_hint(loader->error, "indent with blanks, not with tabs");
        return;
    }
    bool ascii = at.text && (size_t)column <= strlen(at.text);
    if (ascii && strchr("@`%&*!|>", at.text[column - 1]))
        error_hint(loader->error, "put a text that begins with %c in quotes", at.text[column - 1]);
}

static bool syntax_error(struct loader *loader) {
    void *previous = NULL;
    const struct fy_diag_error *found = fy_diag_errors_iterate(loader->diag, &previous);
    if (found) {
        struct place at = source_place(&loader->source, found->line, found->column);
        place_error(&at, loader->error, "not valid YAML: %s", found->msg);
        hint_syntax(loader, found->line, found->column);
        return false;
    }
    struct place at = source_place(&loader->source, 0, 0);
    const char *message = loader->message[0] ? loader->message : "the parser gave up";
    return place_error(&at, loader->error, "not valid YAML: %s", message);
}

/* The next event, to be freed with fy_parser_event_free, or NULL with the error set. */
static struct fy_event *next_event(struct loader *loader) {
    struct fy_event *event = fy_parser_parse(loader->parser);
    if (!event)
        syntax_error(loader);
    return event;
}

/* Whether the library's mark stands behind a quote or the '*' of an alias, not before it. */
static bool marked_late(const struct fy_event *event) {
    if (event->type != FYET_SCALAR)
        return event->type == FYET_ALIAS;
    enum fy_scalar_style style = fy_scalar_token_get_style(event->scalar.value);
    return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

/* A value that isn't written has no mark: it gets the fallback, its key's place. */
static struct place event_place(const struct loader *loader, const struct fy_event *event,
                                struct place fallback) {
    const struct fy_mark *mark = fy_event_start_mark((struct fy_event *)event);
    if (!mark)
        return fallback;
    int column = mark->column + (marked_late(event) && mark->column > 0 ? 0 : 1);
    return source_place(&loader->source, mark->line + 1, column);
}

static const char *token_text(const struct loader *loader, struct fy_token *token) {
    size_t length = 0;
    const char *text = token ? fy_token_get_text(token, &length) : NULL;
    return text ? arena_strndup(loader->arena, text, length) : "";
}

static bool check_tag(const struct loader *loader, struct fy_token *tag, const struct place *at) {
    if (!tag)
        return true;
    place_error(at, loader->error, "YAML tags are not supported");
    return error_hint(loader->error, "write the value without its ! word");
}

static void add_anchor(struct loader *loader, struct fy_token *token,
                       const struct yaml_node *node) {
    if (!token)
        return;
    loader->anchors = mem_grow(loader->anchors, loader->anchor_count + 1, sizeof *loader->anchors);
    loader->anchors[loader->anchor_count++] = (struct anchor){token_text(loader, token), node};
}

static struct yaml_node *new_node(struct loader *loader, enum yaml_kind kind, struct place at) {
    if (++loader->node_count > YAML_NODES_MAX) {
        place_error(&at, loader->error, "the file has more than %d values", YAML_NODES_MAX);
        return NULL;
    }
    struct yaml_node *node = ARENA_NEW(loader->arena, struct yaml_node);
    *node = (struct yaml_node){.kind = kind, .at = at, .text = "", .weight = 1, .height = 1};
    return node;
}

static const struct yaml_node *read_scalar(struct loader *loader, const struct fy_event *event,
                                           struct place at) {
    struct fy_token *value = event->scalar.value;
    struct yaml_node *node = new_node(loader, YAML_SCALAR, at);
    if (!node || !check_tag(loader, event->scalar.tag, &at))
        return NULL;
    size_t length = 0;
    const char *text = value ? fy_token_get_text(value, &length) : NULL;
    if (text && memchr(text, 0, length)) {
        place_error(&at, loader->error, "a text can't hold a NUL character");
        return NULL;
    }
    node->missing = !value;
    node->text = token_text(loader, value);
    add_anchor(loader, event->scalar.anchor, node);
    return node;
}

static const struct yaml_node *read_alias(struct loader *loader, const struct fy_event *event,
                                          struct place at, int depth) {
    /* The library's text of an alias begins with its '*'. */
    const char *name = token_text(loader, event->alias.anchor);
    name += name[0] == '*';
    for (size_t i = loader->anchor_count; i-- > 0;) {
        const struct anchor *anchor = &loader->anchors[i];
        if (strcmp(anchor->name, name) != 0)
            continue;
        if (depth + anchor->node->height <= YAML_DEPTH_MAX)
            return anchor->node;
        place_error(&at, loader->error, "more than %d levels deep", YAML_DEPTH_MAX);
        return NULL;
    }
    place_error(&at, loader->error, "alias *%s has no anchor &%s before it", name, name);
    return NULL;
}

static bool read_key(struct loader *loader, const struct fy_event *event, const struct items *items,
                     struct yaml_item *item) {
    if (event->type != FYET_SCALAR) {
        place_error(&item->at, loader->error, "a key must be a word");
        return error_hint(loader->error, "write `key: value`");
    }
    if (!check_tag(loader, event->scalar.tag, &item->at))
        return false;
    const struct yaml_node *key = read_scalar(loader, event, item->at);
    if (!key)
        return false;
    item->key = key->text;
    if (!key->text[0])
        return place_error(&item->at, loader->error, "a key is empty");
    if (strcmp(key->text, "<<") == 0) {
        place_error(&item->at, loader->error, "YAML merge keys are not supported");
        return error_hint(loader->error, "an alias stands for a whole value: `key: *name`");
    }
    for (size_t i = 0; i < items->count; i++) {
        if (strcmp(items->items[i].key, item->key) == 0)
            return place_error(&item->at, loader->error,
                               "the key \"%s\" is there twice, first in line %d", item->key,
                               items->items[i].at.line);
    }
    return true;
}

static void add_item(struct items *items, struct yaml_item item) {
    if (items->count == items->capacity) {
        items->capacity = items->capacity ? 2 * items->capacity : 8;
        items->items = mem_grow(items->items, items->capacity, sizeof *items->items);
    }
    items->items[items->count++] = item;
}

/* Adds a child to the node's measures. */
static bool weigh(struct loader *loader, struct yaml_node *node, const struct yaml_item *item) {
    node->weight += item->value->weight;
    if (node->height <= item->value->height)
        node->height = item->value->height + 1;
    if (node->weight <= YAML_NODES_MAX)
        return true;
    return place_error(&item->at, loader->error, "aliases make more than %d values",
                       YAML_NODES_MAX);
}

/* One element of a list or pair of a map. True with *end: the node's end came instead. */
static bool read_item(struct loader *loader, struct yaml_node *node, struct items *items, int depth,
                      bool *end) {
    struct fy_event *event = next_event(loader);
    if (!event)
        return false;
    *end = event->type == FYET_SEQUENCE_END || event->type == FYET_MAPPING_END;
    struct yaml_item item = {.at = event_place(loader, event, node->at)};
    bool ok = true;
    if (!*end && node->kind == YAML_MAP) {
        ok = read_key(loader, event, items, &item);
        fy_parser_event_free(loader->parser, event);
        event = ok ? next_event(loader) : NULL;
    }
    if (event && !*end)
        item.value = read_node(loader, event, item.at, depth + 1);
    fy_parser_event_free(loader->parser, event);
    if (*end)
        return true;
    if (!item.value || !weigh(loader, node, &item))
        return false;
    add_item(items, item);
    return true;
}

static const struct yaml_node *read_items(struct loader *loader, struct yaml_node *node,
                                          struct fy_token *anchor, int depth) {
    struct items items = {0};
    bool end = false;
    bool ok = depth <= YAML_DEPTH_MAX;
    if (!ok)
        place_error(&node->at, loader->error, "more than %d levels deep", YAML_DEPTH_MAX);
    while (ok && !end)
        ok = read_item(loader, node, &items, depth, &end);
    if (ok) {
        struct yaml_item *kept = ARENA_ARRAY(loader->arena, struct yaml_item, items.count);
        for (size_t i = 0; i < items.count; i++)
            kept[i] = items.items[i];
        node->items = kept;
        node->count = items.count;
        add_anchor(loader, anchor, node);
    }
    free(items.items);
    return ok ? node : NULL;
}

/* The node that begins with the event, which stays the caller's; depth 1 is the root. */
static const struct yaml_node *read_node(struct loader *loader, const struct fy_event *event,
                                         struct place fallback, int depth) {
    struct place at = event_place(loader, event, fallback);
    if (event->type == FYET_SCALAR)
        return read_scalar(loader, event, at);
    if (event->type == FYET_ALIAS)
        return read_alias(loader, event, at, depth - 1);
    bool is_map = event->type == FYET_MAPPING_START;
    struct fy_token *tag = is_map ? event->mapping_start.tag : event->sequence_start.tag;
    struct fy_token *anchor = is_map ? event->mapping_start.anchor : event->sequence_start.anchor;
    struct yaml_node *node = new_node(loader, is_map ? YAML_MAP : YAML_LIST, at);
    if (!node || !check_tag(loader, tag, &at))
        return NULL;
    return read_items(loader, node, anchor, depth);
}

/* Every event up to the stream's end: one document, whose root is read. */
static const struct yaml_node *read_stream(struct loader *loader) {
    const struct yaml_node *root = NULL;
    struct place top = source_place(&loader->source, 1, 1);
    for (bool end = false; !end && !loader->error->set;) {
        struct fy_event *event = next_event(loader);
        if (!event)
            return NULL;
        switch (event->type) {
        case FYET_STREAM_START:
        case FYET_DOCUMENT_END:
            break;
        case FYET_DOCUMENT_START:
            top = event_place(loader, event, top);
            if (root)
                place_error(&top, loader->error, "a second YAML document begins here");
            break;
        case FYET_STREAM_END:
            end = true;
            break;
        default:
            root = read_node(loader, event, top, 1);
            break;
        }
        fy_parser_event_free(loader->parser, event);
    }
    struct place file = source_place(&loader->source, 0, 0);
    if (!root)
        place_error(&file, loader->error, "the file is empty");
    return loader->error->set ? NULL : root;
}

static const struct yaml_node *parse(struct loader *loader, const char *text, size_t length) {
    struct fy_diag_cfg messages;
    fy_diag_cfg_default(&messages);
    messages.fp = NULL;
    messages.output_fn = take_message;
    messages.user = loader;
    messages.colorize = false;
    loader->diag = fy_diag_create(&messages);
    if (!loader->diag)
        panic("no memory for the YAML parser");
    fy_diag_set_collect_errors(loader->diag, true);
    struct fy_parse_cfg settings = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE,
        .diag = loader->diag,
    };
    loader->parser = fy_parser_create(&settings);
    if (!loader->parser || fy_parser_set_string(loader->parser, text, length) != 0)
        panic("no memory for the YAML parser");
    const struct yaml_node *root = read_stream(loader);
    fy_parser_destroy(loader->parser);
    fy_diag_destroy(loader->diag);
    free(loader->anchors);
    return root;
}

bool yaml_parse(const char *text, size_t length, const char *file, struct arena *arena,
                const struct yaml_node **root, struct error *error) {
    struct loader loader = {.arena = arena, .error = error};
    if (!source_init(&loader.source, file, text, length, arena, error))
        return false;
    *root = parse(&loader, text, length);
    return *root != NULL;
}

const char *yaml_kind_name(const struct yaml_node *node) {
    switch (node->kind) {
    case YAML_SCALAR:
        return "a text";
    case YAML_LIST:
        return "a list";
    case YAML_MAP:
        return "a map";
    }
    return "";
}
