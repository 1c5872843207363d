-- What went wrong with attempts; a retry clears the row, and this stays.
create table attempt_faults (
    identification_id uuid not null,
    attempt bigint not null,
    happened_at bigint not null,
    code text not null,
    message text not null,
    worker text,
    primary key (identification_id, attempt, happened_at, code)
);
