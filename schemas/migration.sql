-- Orders of a shop, before a migration that the workload's companions do.

CREATE TABLE orders (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id  int NOT NULL,
    placed_at    timestamptz NOT NULL,
    status       text NOT NULL,
    total        numeric(10,2) NOT NULL,
    note         text
);
