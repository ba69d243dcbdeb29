-- The ledger. `body` holds the whole task; the other columns repeat what is searched for.
-- Times are unix seconds. Run at every start, as one transaction: it also proves that the file
-- can be written. A change of shape raises user_version.
BEGIN IMMEDIATE;

CREATE TABLE IF NOT EXISTS task (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    status     TEXT NOT NULL,
    model      TEXT NOT NULL,
    batch_id   TEXT,
    created_at REAL NOT NULL,
    erased_at  REAL,
    forget_at  REAL,
    body       TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS task_listed ON task (tenant, id) WHERE erased_at IS NULL;
CREATE INDEX IF NOT EXISTS task_batch ON task (tenant, batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS task_forget ON task (forget_at) WHERE forget_at IS NOT NULL;

-- domain.model.due.due_times, as it was when the task was last written.
CREATE TABLE IF NOT EXISTS due (
    task_id TEXT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    at      REAL NOT NULL,
    PRIMARY KEY (task_id, kind)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due_at ON due (kind, at, task_id);

-- Which task was last made under a key; whether it still answers is the domain's to say.
CREATE TABLE IF NOT EXISTS idempotency (
    tenant  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    task_id TEXT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant, kind, value)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_task ON idempotency (task_id);

-- domain.model.webhook.Delivery. No reference to its task, which may be forgotten before it is.
CREATE TABLE IF NOT EXISTS delivery (
    id           TEXT PRIMARY KEY,
    tenant       TEXT NOT NULL,
    host         TEXT NOT NULL,
    task_id      TEXT,
    outcome      TEXT NOT NULL,
    revision     INTEGER NOT NULL,
    created_at   REAL NOT NULL,
    next_at      REAL,
    leased_until REAL,
    forget_at    REAL NOT NULL,
    body         TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_listed ON delivery (tenant, id);
CREATE INDEX IF NOT EXISTS delivery_task ON delivery (task_id);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS delivery_lane ON delivery (tenant, host, next_at)
    WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS delivery_leased ON delivery (host, leased_until)
    WHERE leased_until IS NOT NULL;
CREATE INDEX IF NOT EXISTS delivery_forget ON delivery (forget_at);

-- What signs the webhooks of a tenant.
CREATE TABLE IF NOT EXISTS webhook_secret (
    tenant   TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    body     TEXT NOT NULL
) WITHOUT ROWID;

-- What releases before had instead of deliveries; nothing ever stood there.
DROP TABLE IF EXISTS outbox;

-- The counts are kept by whoever stores a task's move. `ended_at`: since when none is pending.
CREATE TABLE IF NOT EXISTS batch (
    id                TEXT PRIMARY KEY,
    tenant            TEXT NOT NULL,
    client_request_id TEXT,
    pending           INTEGER NOT NULL,
    succeeded         INTEGER NOT NULL,
    failed            INTEGER NOT NULL,
    canceled          INTEGER NOT NULL,
    ended_at          REAL,
    finished_at       REAL,
    forget_at         REAL,
    body              TEXT NOT NULL,
    UNIQUE (tenant, client_request_id)
);
CREATE INDEX IF NOT EXISTS batch_ended ON batch (ended_at)
    WHERE ended_at IS NOT NULL AND finished_at IS NULL;
CREATE INDEX IF NOT EXISTS batch_forget ON batch (forget_at) WHERE forget_at IS NOT NULL;

-- Who can be started, and the number of each tenant's last turn in a tier.
CREATE TABLE IF NOT EXISTS line (
    task_id TEXT PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,
    tier    TEXT NOT NULL,
    tenant  TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS line_turn ON line (tier, tenant, task_id);

CREATE TABLE IF NOT EXISTS served (
    tier   TEXT NOT NULL,
    tenant TEXT NOT NULL,
    turn   INTEGER NOT NULL,
    PRIMARY KEY (tier, tenant)
) WITHOUT ROWID;

-- Keys that were given out; of each only a digest is in its body.
CREATE TABLE IF NOT EXISTS api_key (
    id         TEXT PRIMARY KEY,
    created_at REAL NOT NULL,
    body       TEXT NOT NULL
);

-- What a key used on a day (YYYY-MM-DD, UTC).
CREATE TABLE IF NOT EXISTS usage (
    key_id TEXT NOT NULL,
    day    TEXT NOT NULL,
    tasks  INTEGER NOT NULL,
    gpu_ms INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    PRIMARY KEY (key_id, day)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS usage_day ON usage (day);

PRAGMA user_version = 1;
COMMIT;
