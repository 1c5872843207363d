-- Set together with the removal of the photo; the row stays. Rows that wait have no completed_at.
alter table identifications add column photo_removed_at bigint;

create index identifications_ended on identifications (completed_at) where completed_at is not null;
create index identifications_with_photo on identifications (completed_at) where completed_at is not null and photo_removed_at is null;
create index idempotency_claims_by_identification on idempotency_claims (identification_id);

-- Work that one replica does for all.
create table leases (
    name text primary key not null,
    holder text not null,
    until bigint not null
);
