-- Where an organisation is told what happens in its sessions.
create table event_webhooks (
    id blob not null primary key,
    org blob not null references orgs (id),
    mode text not null,
    project blob references projects (id) on delete cascade,
    session blob,
    url text not null,
    description text not null,
    kinds text not null,
    form text not null,
    enabled boolean not null,
    disabled_because text,
    failing_since bigint,
    created_at bigint not null,
    updated_at bigint not null
);
create index event_webhooks_of_tenant on event_webhooks (org, mode, created_at, id);
create index event_webhooks_of_session on event_webhooks (created_at) where session is not null;

-- With what it is signed.
create table event_webhook_keys (
    webhook blob not null references event_webhooks (id) on delete cascade,
    number bigint not null,
    org blob not null,
    mode text not null,
    sealed blob not null,
    created_at bigint not null,
    expires_at bigint,
    primary key (webhook, number)
);

-- What is on its way there, written in the commit of the event itself.
create table event_deliveries (
    number integer primary key autoincrement,
    webhook blob not null references event_webhooks (id) on delete cascade,
    session blob not null,
    seq bigint not null,
    state text not null,
    tries text not null,
    tried bigint not null,
    created_at bigint not null,
    next_at bigint not null,
    give_up_from bigint not null,
    done_at bigint,
    leased_by blob,
    leased_until bigint,
    unique (webhook, session, seq)
);
create index event_deliveries_waiting on event_deliveries (next_at) where state = 'waiting';
create index event_deliveries_of_webhook on event_deliveries (webhook, number);
create index event_deliveries_old on event_deliveries (created_at) where state <> 'waiting';

-- A session may have an end that was set when it started.
alter table sessions add column ends_by bigint;
create index sessions_with_an_end on sessions (ends_by) where ended_at is null and ends_by is not null;
create index acts_pending on acts (session) where state = 'pending';
