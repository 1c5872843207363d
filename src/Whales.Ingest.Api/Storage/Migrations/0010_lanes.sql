-- The relay looks for unsent rows of one lane, so that ten thousand bulk rows do not stand before a single photo.
drop index identifications_unsent;
create index identifications_unsent on identifications (lane, queued_at, id) where status = 'queued' and sent_at is null;

-- Places in a line are read from the index alone.
drop index identifications_waiting;
create index identifications_waiting on identifications (model, lane, queued_at, id) where status = 'queued';

-- How fast a line gets shorter: what ended lately, by time.
create index identifications_finished on identifications (completed_at, model, lane) where status in ('succeeded', 'failed');
