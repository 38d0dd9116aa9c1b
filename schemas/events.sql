-- Page events of a web shop: a narrow, append-only table as most applications have one.
-- One primary key that the server numbers and one secondary index for "the events of a site since that day".

CREATE TABLE events (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id  int NOT NULL,
    session  uuid NOT NULL,
    kind     text NOT NULL,
    seen_at  timestamptz NOT NULL,
    amount   numeric(10,2),             -- of a purchase's basket, most often known
    payload  jsonb NOT NULL
);

CREATE INDEX events_site_id_seen_at ON events (site_id, seen_at);
