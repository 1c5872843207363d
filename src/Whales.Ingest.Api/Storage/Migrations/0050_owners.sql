-- Rows belong to an API key: a key lists its own.
create index identifications_by_owner on identifications (owner, id);

-- Photos that a key has sent on a day (days since 1970, UTC), for quotas.
create table photo_counts (
    owner text not null,
    day bigint not null,
    photos bigint not null,
    primary key (owner, day)
);
