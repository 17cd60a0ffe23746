-- Where each later life of a session began: numbers of events above it that the life before gave out are void.
create table session_epochs (
    session uuid not null references sessions (id) on delete cascade,
    epoch bigint not null,
    after_seq bigint not null,
    primary key (session, epoch)
);
-- Short-lived tokens that open one session's socket as one kind of link.
create table link_tokens (
    hash bytea not null primary key,
    org uuid not null references orgs (id),
    mode text not null,
    session uuid not null references sessions (id) on delete cascade,
    kind text not null,
    origins text not null,
    minted_by uuid not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index link_tokens_by_expiry on link_tokens (expires_at);
