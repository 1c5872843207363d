-- One text for SQLite and PostgreSQL. SQLite keeps whatever it is given in a column of type uuid: 16 bytes that sort like the text.
-- Times are milliseconds since 1970, UTC; *_json columns hold the JSON of the HTTP interface.

create table identifications (
    id uuid primary key not null,
    owner text not null,
    attempt bigint not null,
    model text not null,
    status text not null,
    lane text not null,
    image_key text not null,
    content_type text not null,
    image_bytes bigint not null,
    sha256 text not null,
    file_name text,
    region_json text,
    batch_id uuid,
    created_at bigint not null,
    queued_at bigint not null,
    expires_at bigint,
    completed_at bigint,
    sent_at bigint,
    leased_until bigint,
    model_version text,
    catalogue_version text,
    result_json text,
    error_json text,
    error_code text,
    timings_json text,
    worker text,
    trace_parent text,
    idempotency_key text,
    fingerprint text
);

-- Lists, newest first.
create index identifications_by_status on identifications (status, id);
create index identifications_by_model on identifications (model, id);
create index identifications_by_model_and_status on identifications (model, status, id);
create index identifications_by_batch on identifications (batch_id, id) where batch_id is not null;
create index identifications_by_error on identifications (error_code, id) where error_code is not null;

-- The relay, the sweep of expired rows, the count of what waits, the sweep of images that no row names.
create index identifications_unsent on identifications (queued_at, id) where status = 'queued' and sent_at is null;
create index identifications_expiring on identifications (expires_at) where status = 'queued' and expires_at is not null;
create index identifications_waiting on identifications (model, lane, queued_at) where status = 'queued';
create index identifications_by_image on identifications (image_key);

create table idempotency_claims (
    owner text not null,
    idempotency_key text not null,
    identification_id uuid not null,
    created_at bigint not null,
    fingerprint text,
    primary key (owner, idempotency_key)
);
