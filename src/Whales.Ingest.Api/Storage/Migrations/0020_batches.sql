-- A batch is there as soon as all its photos are: both are inserted in one transaction.
create table batches (
    id uuid primary key not null,
    owner text not null,
    model text not null,
    file_name text,
    total bigint not null,
    rejected_count bigint not null,
    rejected_json text,
    region_json text,
    created_at bigint not null,
    expires_at bigint,
    idempotency_key text
);

create index batches_by_owner on batches (owner, id);

-- A claim without a fingerprint belongs to an upload in progress, which renews it.
create table batch_claims (
    owner text not null,
    idempotency_key text not null,
    batch_id uuid not null,
    renewed_at bigint not null,
    fingerprint text,
    primary key (owner, idempotency_key)
);

-- Progress is counted from this index alone.
create index identifications_batch_progress on identifications (batch_id, status, attempt, completed_at) where batch_id is not null;
