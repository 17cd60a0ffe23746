-- What Python packages were resolved to, by the hash of what was asked for, and how they stand.
create table python_packages (
    key text not null primary key,
    requirements text not null,
    lock text,
    state text not null,
    reason text,
    used_at bigint not null
);
create index python_packages_by_use on python_packages (used_at);
