-- Statements that put back the settings of $1 (pooler_settings.sql) and take away what else is set now.
SELECT pg_catalog.string_agg(
           CASE WHEN $1::json ->> name IS NULL
                THEN 'RESET ' || pg_catalog.quote_ident(name)
                ELSE pg_catalog.format('SELECT pg_catalog.set_config(%L, %L, false)', name, $1::json ->> name)
           END, '; ')
FROM pg_catalog.pg_settings
WHERE $1::json ->> name IS NOT NULL
   OR (source = 'session'
       AND name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable'))
