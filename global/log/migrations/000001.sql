-- The append-only log, the current state it folds to, and the keys of secrets.
CREATE TABLE log_head (
  log text PRIMARY KEY,
  log_id uuid NOT NULL,
  last_seq bigint NOT NULL,
  -- Generation of the history: raised on a restore, so that instances which knew another history are refused.
  fence bigint NOT NULL
) WITH (fillfactor = 10);

INSERT INTO log_head (log, log_id, last_seq, fence) VALUES ('global', gen_random_uuid(), 0, 1);

CREATE TABLE event (
  seq bigint PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  rkey text NOT NULL,
  mesh text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  schema_ver int NOT NULL,
  change_id uuid NOT NULL,
  change_index int NOT NULL,
  change_size int NOT NULL,
  at timestamptz NOT NULL,
  author jsonb NOT NULL,
  data jsonb,
  UNIQUE (rkey, version),
  UNIQUE (change_id, change_index)
);
CREATE INDEX event_name ON event (name, seq);
CREATE INDEX event_user ON event ((author->>'user'), seq);

CREATE TABLE resource (
  rkey text PRIMARY KEY,
  mesh text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  version bigint NOT NULL,
  seq bigint NOT NULL,
  schema_ver int NOT NULL,
  deleted boolean NOT NULL DEFAULT false,
  body jsonb
);
CREATE INDEX resource_kind ON resource (kind, mesh, name) WHERE NOT deleted;

-- Data keys of secrets, wrapped; of each secret only the current version's. A secret's deletion deletes its key, and with
-- it what the history holds of it.
CREATE TABLE data_key (
  key_id uuid PRIMARY KEY,
  rkey text NOT NULL UNIQUE,
  wrapped text NOT NULL
);

CREATE TABLE zone_key (
  zone text PRIMARY KEY,
  public_key text NOT NULL
);

-- Requests with an idempotency key, for a day: a repeat gets the answer of the first.
CREATE TABLE command (
  key text PRIMARY KEY,
  request_hash text NOT NULL,
  change_id uuid NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX command_at ON command (at);

-- Appends a batch of changes, in order. Input: [{id, by, idempotency: {key, requestHash}, keys: [{keyId, rkey, wrapped}],
-- events: [{id, rkey, mesh, kind, name, type, schema, expected, data}]}].
-- The head row orders everything: it is locked first, and a commit becomes visible before its locks are released, so no
-- position is visible while a lower one can still commit, and nobody else can change a resource in between.
-- A change is written whole or not at all; what becomes of one does not hurt the others. One row per change:
--   written   base is the position of its first event, versions are those of its events
--   conflict  a resource stands at another version than expected (of the state before the change): {rkey, expected, actual}
--   repeated  change_id was written before (the same change again, or the same idempotency key)
--   misused   the idempotency key was used for another request
-- No row at all: this instance is fenced out (another generation of the log has begun).
CREATE FUNCTION append_changes(batch jsonb, my_fence bigint)
RETURNS TABLE (ordinal int, outcome text, change_id uuid, base bigint, versions jsonb, conflict jsonb, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  change jsonb;
  e jsonb;
  earlier record;
  head bigint;
  next_seq bigint;
  next_version bigint;
  j int;
BEGIN
  SELECT h.last_seq INTO head FROM log_head h WHERE h.log = 'global' AND h.fence = my_fence FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  next_seq := head + 1;
  append_changes.at := clock_timestamp();
  ordinal := -1;
  FOR change IN SELECT * FROM jsonb_array_elements(batch) LOOP
    ordinal := ordinal + 1;
    append_changes.change_id := change->>'id';
    base := NULL;
    versions := NULL;
    conflict := NULL;

    SELECT c.change_id, c.request_hash INTO earlier FROM command c WHERE c.key = change->'idempotency'->>'key';
    IF FOUND THEN
      outcome := CASE WHEN earlier.request_hash = change->'idempotency'->>'requestHash' THEN 'repeated' ELSE 'misused' END;
      append_changes.change_id := earlier.change_id;
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF EXISTS (SELECT FROM event v WHERE v.change_id = append_changes.change_id) THEN
      outcome := 'repeated';
      RETURN NEXT;
      CONTINUE;
    END IF;

    SELECT jsonb_build_object('rkey', w.rkey, 'expected', w.expected, 'actual', w.actual) INTO conflict FROM (
      SELECT x->>'rkey' AS rkey, (x->>'expected')::bigint AS expected,
             CASE WHEN r.deleted THEN 0 ELSE coalesce(r.version, 0) END AS actual
      FROM jsonb_array_elements(change->'events') x LEFT JOIN resource r ON r.rkey = x->>'rkey') w
    WHERE w.expected <> w.actual LIMIT 1;
    IF conflict IS NOT NULL THEN
      outcome := 'conflict';
      RETURN NEXT;
      CONTINUE;
    END IF;

    outcome := 'written';
    base := next_seq;
    versions := '[]';
    j := 0;
    FOR e IN SELECT * FROM jsonb_array_elements(change->'events') LOOP
      SELECT coalesce(max(r.version), 0) + 1 INTO next_version FROM resource r WHERE r.rkey = e->>'rkey';
      INSERT INTO event (seq, id, rkey, mesh, kind, name, version, type, schema_ver, change_id, change_index, change_size, at, author, data)
      VALUES (next_seq, (e->>'id')::uuid, e->>'rkey', e->>'mesh', e->>'kind', e->>'name', next_version, e->>'type',
              (e->>'schema')::int, append_changes.change_id, j, jsonb_array_length(change->'events'), append_changes.at,
              change->'by', nullif(e->'data', 'null'));
      INSERT INTO resource (rkey, mesh, kind, name, version, seq, schema_ver, deleted, body)
      VALUES (e->>'rkey', e->>'mesh', e->>'kind', e->>'name', next_version, next_seq, (e->>'schema')::int,
              e->>'type' = 'ResourceDeleted', nullif(e->'data', 'null'))
      ON CONFLICT (rkey) DO UPDATE SET version = excluded.version, seq = excluded.seq, schema_ver = excluded.schema_ver,
                                       deleted = excluded.deleted, body = excluded.body;
      IF e->>'type' = 'ResourceDeleted' THEN DELETE FROM data_key d WHERE d.rkey = e->>'rkey'; END IF;
      versions := versions || to_jsonb(next_version);
      next_seq := next_seq + 1;
      j := j + 1;
    END LOOP;
    INSERT INTO data_key (key_id, rkey, wrapped)
    SELECT (k->>'keyId')::uuid, k->>'rkey', k->>'wrapped' FROM jsonb_array_elements(change->'keys') k
    ON CONFLICT (rkey) DO UPDATE SET key_id = excluded.key_id, wrapped = excluded.wrapped;
    IF change->'idempotency' <> 'null' THEN
      DELETE FROM command c WHERE c.at < append_changes.at - interval '1 day';
      INSERT INTO command (key, request_hash, change_id, at)
      VALUES (change->'idempotency'->>'key', change->'idempotency'->>'requestHash', append_changes.change_id, append_changes.at);
    END IF;
    RETURN NEXT;
  END LOOP;
  IF next_seq > head + 1 THEN
    UPDATE log_head h SET last_seq = next_seq - 1 WHERE h.log = 'global';
    -- One for the batch: commits that notify wait for each other.
    PERFORM pg_notify('meridian_log', (next_seq - 1)::text);
  END IF;
END
$$;
