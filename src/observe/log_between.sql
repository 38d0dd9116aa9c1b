-- The log files that the server wrote between one ($1) and a later one ($2), oldest first.
SELECT (pg_catalog.regexp_replace($1, '[^/]*$', '') || f.name)::text
FROM pg_catalog.pg_ls_logdir() f
WHERE f.modification >= (pg_catalog.pg_stat_file($1)).modification
  AND f.name NOT IN (pg_catalog.regexp_replace($1, '.*/', ''),
                     pg_catalog.regexp_replace($2, '.*/', ''))
  AND f.name !~ '\.(csv|json)$'
ORDER BY f.modification, f.name
