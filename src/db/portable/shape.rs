//! Which tables there are and what their columns hold, read from PostgreSQL's migrations: SQLite knows only numbers,
//! texts and bytes.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Serialize;
use serde::ser::SerializeSeq;

use super::super::Value;
use super::super::connect::POSTGRES;
use crate::clock::instant_text;

/// Tables whose rows stay behind: sign-ins that are under way.
const LEFT: [&str; 1] = ["browser_session"];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Bool,
    Instant,
    Day,
    Time,
    Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
}

/// The versions of the schema so far.
pub(super) fn migrations() -> Vec<i64> {
    POSTGRES.iter().map(|migration| migration.version).collect()
}

/// Every table in the order in which the migrations make them, with the columns that are not computed.
pub(super) fn tables() -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for migration in POSTGRES.iter() {
        let mut inside = false;
        for line in migration.sql.lines() {
            if let Some(name) = line.strip_prefix("create table ").and_then(|rest| rest.strip_suffix(" (")) {
                tables.push(Table { name: name.to_owned(), columns: Vec::new() });
                inside = true;
            } else if line.starts_with(')') {
                inside = false;
            } else if let Some(column) = line.strip_prefix("    ").filter(|_| inside).and_then(column)
                && let Some(table) = tables.last_mut()
            {
                table.columns.push(column);
            }
        }
    }
    tables.retain(|table| !LEFT.contains(&table.name.as_str()));
    tables
}

/// `name type rest`; none for a constraint, the second line of one, and a column that is computed.
fn column(line: &str) -> Option<Column> {
    let mut words = line.split([' ', ',']);
    let name = words.next().filter(|name| !name.is_empty())?;
    let kind = match words.next()? {
        "bigint" => Kind::Int,
        "text" => Kind::Text,
        "boolean" => Kind::Bool,
        "timestamptz" => Kind::Instant,
        "date" => Kind::Day,
        "time" => Kind::Time,
        "bytea" => Kind::Bytes,
        _ => return None,
    };
    let computed = line.contains("generated always as (") || line.ends_with("generated always as");
    (!computed).then(|| Column { name: name.to_owned(), kind })
}

impl Table {
    /// Every row, in an order that both databases agree on.
    pub(super) fn selection(&self, postgres: bool) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let by_id = names.first() == Some(&"id");
        let order: Vec<String> = self
            .columns
            .iter()
            .take(if by_id { 1 } else { names.len() })
            .map(|column| {
                let as_bytes = if postgres && column.kind == Kind::Text { " collate \"C\"" } else { "" };
                format!("{}{as_bytes} nulls first", column.name)
            })
            .collect();
        format!("select {} from {} order by {}", names.join(", "), self.name, order.join(", "))
    }
}

/// The values of a driver's row.
macro_rules! row {
    ($row:expr, $columns:expr) => {{
        let mut values = Vec::with_capacity($columns.len());
        for (at, column) in $columns.iter().enumerate() {
            use sqlx::Row;
            values.push($crate::db::portable::shape::Cell(match column.kind {
                $crate::db::portable::shape::Kind::Int => $crate::db::Value::Int($row.try_get(at)?),
                $crate::db::portable::shape::Kind::Text => $crate::db::Value::Text($row.try_get(at)?),
                $crate::db::portable::shape::Kind::Bool => $crate::db::Value::Bool($row.try_get(at)?),
                $crate::db::portable::shape::Kind::Instant => $crate::db::Value::Instant($row.try_get(at)?),
                $crate::db::portable::shape::Kind::Day => $crate::db::Value::Day($row.try_get(at)?),
                $crate::db::portable::shape::Kind::Time => $crate::db::Value::Time($row.try_get(at)?),
                $crate::db::portable::shape::Kind::Bytes => $crate::db::Value::Bytes($row.try_get(at)?),
            }));
        }
        $crate::db::portable::shape::Cells(values)
    }};
}
pub(super) use row;

/// A value as a line shows it: numbers, words and nulls of JSON; moments, days, times and bytes as text.
pub(super) struct Cell(pub(super) Value);

pub(super) struct Cells(pub(super) Vec<Cell>);

impl Serialize for Cells {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut seq = out.serialize_seq(Some(self.0.len()))?;
        for cell in &self.0 {
            seq.serialize_element(cell)?;
        }
        seq.end()
    }
}

impl Serialize for Cell {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Int(Some(number)) => out.serialize_i64(*number),
            Value::Text(Some(text)) => out.serialize_str(text),
            Value::Word(Some(word)) => out.serialize_str(word),
            Value::Bool(Some(yes)) => out.serialize_bool(*yes),
            Value::Instant(Some(at)) => out.serialize_str(&instant_text(*at)),
            Value::Day(Some(day)) => out.collect_str(day),
            Value::Time(Some(time)) => out.collect_str(time),
            Value::Bytes(Some(bytes)) => out.serialize_str(&super::hex(bytes)),
            Value::Int(None)
            | Value::Text(None)
            | Value::Word(None)
            | Value::Bool(None)
            | Value::Instant(None)
            | Value::Day(None)
            | Value::Time(None)
            | Value::Bytes(None) => out.serialize_none(),
        }
    }
}

/// The values of a line; none when it does not fit the columns.
pub(super) fn values(line: &str, columns: &[Column]) -> Option<Vec<Value>> {
    let cells: Vec<serde_json::Value> = serde_json::from_str(line).ok()?;
    if cells.len() != columns.len() {
        return None;
    }
    cells.into_iter().zip(columns).map(|(cell, column)| value(cell, column.kind)).collect()
}

fn value(cell: serde_json::Value, kind: Kind) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match (kind, cell) {
        (Kind::Int, Json::Null) => Value::Int(None),
        (Kind::Text, Json::Null) => Value::Text(None),
        (Kind::Bool, Json::Null) => Value::Bool(None),
        (Kind::Instant, Json::Null) => Value::Instant(None),
        (Kind::Day, Json::Null) => Value::Day(None),
        (Kind::Time, Json::Null) => Value::Time(None),
        (Kind::Bytes, Json::Null) => Value::Bytes(None),
        (Kind::Int, Json::Number(number)) => Value::Int(Some(number.as_i64()?)),
        (Kind::Bool, Json::Bool(yes)) => Value::Bool(Some(yes)),
        (Kind::Text, Json::String(text)) => Value::Text(Some(text)),
        (Kind::Instant, Json::String(text)) => Value::Instant(Some(text.parse::<DateTime<Utc>>().ok()?)),
        (Kind::Day, Json::String(text)) => Value::Day(Some(text.parse::<NaiveDate>().ok()?)),
        (Kind::Time, Json::String(text)) => Value::Time(Some(text.parse::<NaiveTime>().ok()?)),
        (Kind::Bytes, Json::String(text)) => Value::Bytes(Some(bytes(&text)?)),
        _ => return None,
    })
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_columns_and_constraints_are_no_columns() {
        let column = |line: &str| super::column(line).map(|column| (column.name, column.kind));
        assert_eq!(
            column("id bigint generated by default as identity primary key,"),
            Some(("id".into(), Kind::Int))
        );
        assert_eq!(column("opens time not null,"), Some(("opens".into(), Kind::Time)));
        assert_eq!(column("note text,"), Some(("note".into(), Kind::Text)));
        assert_eq!(column("minutes bigint not null generated always as (1 + 1) stored,"), None);
        assert_eq!(column("public_left bigint not null generated always as"), None);
        assert_eq!(column("constraint opening_hours_order check (opens < closes)"), None);
        assert_eq!(column("    (greatest(0, 1)) stored,"), None);
    }

    #[test]
    fn a_line_keeps_every_kind_of_value() {
        let kinds = [Kind::Int, Kind::Text, Kind::Bool, Kind::Instant, Kind::Day, Kind::Time, Kind::Bytes];
        let columns: Vec<Column> =
            kinds.iter().map(|kind| Column { name: String::new(), kind: *kind }).collect();
        let full = vec![
            Value::from(i64::MIN),
            Value::from("a\tb\\N\n\"ọ́\u{1f600}"),
            Value::from(true),
            Value::from("2026-02-28T23:59:59.000001Z".parse::<DateTime<Utc>>().unwrap()),
            Value::from("2028-02-29".parse::<NaiveDate>().unwrap()),
            Value::from("08:00:00".parse::<NaiveTime>().unwrap()),
            Value::from(vec![0_u8, 255]),
        ];
        let empty = [
            Value::Int(None),
            Value::Text(None),
            Value::Bool(None),
            Value::Instant(None),
            Value::Day(None),
            Value::Time(None),
            Value::Bytes(None),
        ];
        for row in [full, empty.to_vec()] {
            let line = serde_json::to_string(&Cells(row.iter().cloned().map(Cell).collect())).unwrap();
            assert_eq!(values(&line, &columns).as_ref(), Some(&row), "{line}");
        }
        assert_eq!(values("[1]", &columns), None);
        assert_eq!(values("[1,2,3,4,5,6,7]", &columns), None);
    }
}
