//! Ways past the store, straight into the database: for what the store's own functions can't show.

use hookswitch_store::DatabaseUrl;
use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection};

use crate::support::Fixture;

enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

async fn connect(fixture: &Fixture) -> Raw {
    match &fixture.url {
        DatabaseUrl::Sqlite(path) => {
            Raw::Sqlite(SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap())
        }
        DatabaseUrl::Postgres(options) => Raw::Postgres(PgConnection::connect_with(options).await.unwrap()),
    }
}

/// Runs statements.
pub(crate) async fn run_text(fixture: &Fixture, text: &str) {
    let text = sqlx::AssertSqlSafe(text.to_owned());
    match connect(fixture).await {
        Raw::Sqlite(mut connection) => drop(sqlx::raw_sql(text).execute(&mut connection).await.unwrap()),
        Raw::Postgres(mut connection) => drop(sqlx::raw_sql(text).execute(&mut connection).await.unwrap()),
    }
}

/// Makes the database refuse events of one number.
pub(crate) async fn refuse_events_numbered(fixture: &Fixture, seq: u64) {
    let text = match &fixture.url {
        DatabaseUrl::Sqlite(_) => format!(
            "create trigger bad before insert on events when new.seq = {seq} \
             begin select raise(abort, 'refused'); end"
        ),
        DatabaseUrl::Postgres(_) => format!("alter table events add constraint bad check (seq <> {seq})"),
    };
    run_text(fixture, &text).await;
}

/// Rows of a table.
pub(crate) async fn count_of(fixture: &Fixture, table: &str) -> i64 {
    let text = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
    match connect(fixture).await {
        Raw::Sqlite(mut connection) => sqlx::query_scalar(text).fetch_one(&mut connection).await.unwrap(),
        Raw::Postgres(mut connection) => sqlx::query_scalar(text).fetch_one(&mut connection).await.unwrap(),
    }
}

/// How the database would find rows, as it says itself, when reading a whole table is not worth it.
pub(crate) async fn plan_of(fixture: &Fixture, text: &str) -> String {
    match connect(fixture).await {
        Raw::Sqlite(mut connection) => {
            let text = sqlx::AssertSqlSafe(format!("explain query plan {text}"));
            let rows = sqlx::query(text).fetch_all(&mut connection).await.unwrap();
            rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
        }
        Raw::Postgres(mut connection) => {
            sqlx::query("set enable_seqscan = off").execute(&mut connection).await.unwrap();
            let text = text.replace("'0'", "'00000000-0000-0000-0000-000000000000'");
            let text = sqlx::AssertSqlSafe(format!("explain {text}"));
            let rows = sqlx::query(text).fetch_all(&mut connection).await.unwrap();
            rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
        }
    }
}

/// Every column: table, name, declared type, whether it must be there.
pub(crate) async fn columns_of(fixture: &Fixture) -> Vec<(String, String, String, bool)> {
    match connect(fixture).await {
        Raw::Sqlite(mut connection) => sqlx::query_as(
            "select t.name, c.name, lower(c.type), c.\"notnull\" or c.pk > 0 from sqlite_schema t \
             join pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite_%' \
             and t.name not like '_sqlx%'",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap(),
        Raw::Postgres(mut connection) => sqlx::query_as(
            "select table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
             from information_schema.columns where table_schema = 'public' and table_name not like '\\_sqlx%'",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap(),
    }
}
