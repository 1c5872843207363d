-- Who did what to identifications and dead letters, and when. No names of files, no results.
create table audit (
    id uuid primary key not null,
    at bigint not null,
    actor text not null,
    action text not null,
    identification_id uuid,
    affected bigint not null,
    filter text
);

create index audit_by_identification on audit (identification_id, id) where identification_id is not null;
