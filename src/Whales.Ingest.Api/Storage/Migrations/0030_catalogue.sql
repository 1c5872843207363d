-- The catalogue: known animals, their photos, where each photo stands with each model, and the embeddings that photos are compared with.
-- One text for SQLite and PostgreSQL; SQLite keeps bytes in a column of type bytea as they are.

create table individuals (
    id text primary key not null,
    name text,
    species text,
    sex text,
    notes text,
    -- Id and name in small letters, for the filter of lists.
    search_text text not null,
    created_at bigint not null,
    updated_at bigint not null
);

-- An animal that came with a model and was removed does not come back with the model's next version.
create table deleted_individuals (
    id text primary key not null,
    deleted_at bigint not null
);

create table individual_photos (
    id uuid primary key not null,
    individual_id text not null,
    image_key text not null,
    content_type text not null,
    image_bytes bigint not null,
    sha256 text not null,
    file_name text,
    region_json text,
    created_at bigint not null
);

create unique index individual_photos_once on individual_photos (individual_id, sha256);
create index individual_photos_by_individual on individual_photos (individual_id, id);
create index individual_photos_by_image on individual_photos (image_key);

create table photo_embeddings (
    photo_id uuid not null,
    model text not null,
    model_version text not null,
    status text not null,
    attempt bigint not null,
    queued_at bigint not null,
    sent_at bigint,
    leased_until bigint,
    completed_at bigint,
    error_code text,
    error_message text,
    primary key (photo_id, model)
);

create index photo_embeddings_by_status on photo_embeddings (model, status);
create index photo_embeddings_unsent on photo_embeddings (model, queued_at, photo_id) where status = 'queued' and sent_at is null;

-- A row is an embedding as workers know it; its id is never used again. What came with a model has no photo_id, but in shipped the files it is from.
create table catalogue_rows (
    id uuid primary key not null,
    model text not null,
    model_version text not null,
    individual_id text not null,
    photo_id uuid,
    shipped text,
    embedding bytea not null,
    published bigint not null
);

create index catalogue_rows_in_order on catalogue_rows (model, individual_id, id);
create index catalogue_rows_by_individual on catalogue_rows (individual_id, model);
create index catalogue_rows_by_photo on catalogue_rows (photo_id) where photo_id is not null;
create index catalogue_rows_shipped on catalogue_rows (model, shipped) where shipped is not null;
create index catalogue_rows_unpublished on catalogue_rows (model, id) where published = 0;

-- What workers have yet to be told: a row that is gone, or an animal that is called otherwise.
create table catalogue_changes (
    id uuid primary key not null,
    model text not null,
    removed_row uuid,
    individual_id text
);

create index catalogue_changes_by_model on catalogue_changes (model, id);

-- One row a model that has a catalogue: who may change its head, and the head as it was last committed.
create table catalogue_heads (
    model text primary key not null,
    model_version text not null,
    shipped text,
    dimensions bigint,
    version bigint not null,
    head_json text,
    leased_by text,
    leased_until bigint
);

-- Files of a catalogue. What no head names any longer is removed some time after.
create table catalogue_segments (
    key text primary key not null,
    model text not null,
    retired_at bigint
);

create index catalogue_segments_retired on catalogue_segments (retired_at) where retired_at is not null;
