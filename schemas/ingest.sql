-- Shop events that a service writes while the request waits: its user gets the answer after the COMMIT.

CREATE TABLE tenants (
    id    int PRIMARY KEY,
    name  text NOT NULL
);

INSERT INTO tenants SELECT n, 'tenant ' || n FROM generate_series(1, 6) AS n;

CREATE TABLE events (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id    int NOT NULL REFERENCES tenants,
    user_id      int NOT NULL,
    session_id   uuid NOT NULL,
    event_type   text NOT NULL CHECK (event_type IN ('PageView', 'AddToCart', 'Purchase')),
    product_id   int NOT NULL,
    amount       numeric(10,2),         -- where the page showed a price
    occurred_at  timestamptz NOT NULL,  -- by the browser's clock
    received_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX events_tenant_id_received_at ON events (tenant_id, received_at DESC);
CREATE INDEX events_session_id ON events (session_id);

-- Few events are purchases: the revenue report reads these alone.
CREATE INDEX events_purchases ON events (tenant_id, received_at) WHERE event_type = 'Purchase';
