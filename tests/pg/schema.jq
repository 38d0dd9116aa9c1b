# Holds a document against a JSON Schema: the part of draft-07 that docs/result.schema.json uses.
#   jq -r --slurpfile schema SCHEMA -f schema.jq DOCUMENT      prints what is wrong, a line each
# Keys that the schema does not have are wrong too: the documentation must not lag behind.

def types: if type == "number" and . == floor then ["integer", "number"] else [type] end;

def resolve($root):
    if has("$ref") then (."$ref" | ltrimstr("#/") | split("/")) as $at | $root | getpath($at)
    else . end;

# Of several schemas that a value may fit (oneOf), that which it fits best is told of.
def violations($root; $raw; $at):
    . as $value
    | ($raw | resolve($root)) as $schema
    | ([$schema.type // types] | flatten) as $wanted
    | if $schema.oneOf then
        [$schema.oneOf[] as $one | [$value | violations($root; $one; $at)]] | min_by(length)[]
      elif types - $wanted == types then "\($at): \(types[0]), not \($wanted | join(" or "))"
      else
        (select($schema | has("const")) | select($value != $schema.const)
            | "\($at): \($value), not \($schema.const)"),
        (select($schema.enum) | select(any($schema.enum[]; . == $value) | not)
            | "\($at): \($value) is none of \($schema.enum)"),
        (select(type == "string" and $schema.pattern != null) | select(test($schema.pattern) | not)
            | "\($at): \($value) is not like \($schema.pattern)"),
        (select(type == "number") | select($schema.minimum != null and . < $schema.minimum)
            | "\($at): \($value) is less than \($schema.minimum)"),
        (select(type == "number") | select($schema.maximum != null and . > $schema.maximum)
            | "\($at): \($value) is more than \($schema.maximum)"),
        (select(type == "object") | ($schema.required // [])[] as $key
            | select(has($key) | not) | "\($at): no \($key)"),
        (select(type == "object") | keys_unsorted[] as $key
            | ($schema.properties[$key]? // $schema.additionalProperties) as $of
            | if $of == null then "\($at).\($key): not in the schema"
              else .[$key] | violations($root; $of; "\($at).\($key)") end),
        (select(type == "array" and $schema.items != null) | range(length) as $i
            | .[$i] | violations($root; $schema.items; "\($at)[\($i)]"))
      end;

$schema[0] as $root | violations($root; $root; "result")
