-- Where each later life of a session began: numbers of events above it that the life before gave out are void.
create table session_epochs (
    session blob not null references sessions (id) on delete cascade,
    epoch integer not null,
    after_seq integer not null,
    primary key (session, epoch)
);
-- Short-lived tokens that open one session's socket as one kind of link.
create table link_tokens (
    hash blob not null primary key,
    org blob not null references orgs (id),
    mode text not null,
    session blob not null references sessions (id) on delete cascade,
    kind text not null,
    origins text not null,
    minted_by blob not null,
    created_at integer not null,
    expires_at integer not null
);
create index link_tokens_by_expiry on link_tokens (expires_at);
