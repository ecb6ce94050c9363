-- What zones may join the hub with: one row for each credential that was issued and may still hold, so that it can be revoked.
CREATE TABLE hub_credential (
  user_key text PRIMARY KEY,
  zone text NOT NULL,
  token_id text NOT NULL,
  token_key text NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
