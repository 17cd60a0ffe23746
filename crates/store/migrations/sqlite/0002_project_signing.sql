-- Keys that sign for all tools of a project, where the dialect they were made in wants that.
create table project_signing_keys (
    project blob not null references projects (id) on delete cascade,
    mode text not null,
    number bigint not null,
    org blob not null,
    sealed blob not null,
    created_at bigint not null,
    expires_at bigint,
    primary key (project, mode, number)
);

-- Tools that other organisations of the server may see.
alter table tools add column is_public boolean not null default false;
create index tools_public on tools (mode, number) where is_public;
