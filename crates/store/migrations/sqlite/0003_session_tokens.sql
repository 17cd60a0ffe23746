-- Tokens that open one session at a time from named web pages; the keys they were made with stay at home.
create table session_tokens (
    hash blob primary key,
    org blob not null references orgs (id) on delete cascade,
    mode text not null,
    project blob not null references projects (id) on delete cascade,
    key blob not null references api_keys (id) on delete cascade,
    label text,
    origins text not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index session_tokens_expiry on session_tokens (expires_at);
