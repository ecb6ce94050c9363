-- Nothing stays behind in a mesh that is deleted, and nothing is put into one that is gone: what a change needs and what it
-- empties is looked at where its versions are.
CREATE OR REPLACE FUNCTION append_changes(batch jsonb, my_fence bigint)
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
    IF conflict IS NULL THEN
      SELECT jsonb_build_object('rkey', n.rkey, 'expected', 1, 'actual', 0) INTO conflict
      FROM jsonb_array_elements_text(change->'needs') n (rkey)
      WHERE NOT EXISTS (SELECT FROM resource r WHERE r.rkey = n.rkey AND NOT r.deleted) LIMIT 1;
    END IF;
    IF conflict IS NULL AND jsonb_array_length(change->'empties') > 0 THEN
      SELECT jsonb_build_object('rkey', r.rkey, 'expected', 0, 'actual', r.version) INTO conflict FROM resource r
      WHERE r.mesh IN (SELECT jsonb_array_elements_text(change->'empties')) AND NOT r.deleted
        AND r.rkey NOT IN (SELECT x->>'rkey' FROM jsonb_array_elements(change->'events') x) LIMIT 1;
    END IF;
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
