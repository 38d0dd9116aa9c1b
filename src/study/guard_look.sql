-- One setting ($1): its name as the server writes it, its context, where this session has its value from,
-- whether it waits for a restart; whether postgresql.auto.conf sets it, to what, and why in vain ('' if not);
-- whether it is a list whose elements are quoted one by one (GUC_LIST_QUOTE, which no function tells); what
-- values it takes ('' if that can't be said).
SELECT s.name::text,
       s.context::text,
       s.source::text,
       s.pending_restart,
       f.setting IS NOT NULL,
       coalesce(f.setting, '')::text,
       CASE WHEN f.error IS NOT NULL THEN f.error
            WHEN f.setting IS NOT NULL AND NOT f.applied THEN 'a later line overrides it'
            ELSE '' END::text,
       s.name IN ('local_preload_libraries', 'oauth_validator_libraries', 'search_path',
                  'session_preload_libraries', 'shared_preload_libraries', 'temp_tablespaces',
                  'unix_socket_directories'),
       CASE WHEN s.enumvals IS NOT NULL THEN pg_catalog.array_to_string(s.enumvals, ', ')
            WHEN s.vartype = 'bool' THEN 'on, off'
            WHEN s.min_val IS NOT NULL
            THEN pg_catalog.concat(s.min_val, ' to ', s.max_val, ' times ' || s.unit)
            ELSE '' END::text
  FROM pg_catalog.pg_settings s
  LEFT JOIN LATERAL (
           SELECT setting, applied, error
             FROM pg_catalog.pg_file_settings
            WHERE pg_catalog.lower(name) = pg_catalog.lower(s.name)
              AND sourcefile ~ '/postgresql\.auto\.conf$'
            ORDER BY seqno DESC
            LIMIT 1) f ON true
 WHERE pg_catalog.lower(s.name) = pg_catalog.lower($1)
