-- Tools that one session alone has: in no list, found by no name, gone with the session's content.
alter table tools add column session uuid;
create index tools_of_session on tools (session) where session is not null;
