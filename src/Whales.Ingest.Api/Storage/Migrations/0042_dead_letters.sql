-- Messages that nobody could read, and that therefore have no row of their own.
create table dead_letters (
    id uuid primary key not null,
    queue text not null,
    model text,
    identification_id uuid,
    received_at bigint not null,
    reason text not null,
    content_type text,
    headers_json text not null,
    bytes bigint not null,
    body_base64 text not null
);

create index dead_letters_by_model on dead_letters (model, id) where model is not null;
create index dead_letters_by_identification on dead_letters (identification_id) where identification_id is not null;
