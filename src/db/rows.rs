//! A row that SQLite's readers found, as a type that `serde` can fill: fields by the names of their columns, fields that
//! are no column (`#[sqlx(flatten)]`) from the same row, tuples by position.

use std::slice::Iter;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::de::value::{Error, SeqDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

/// Fills `T` from a row whose columns have these names.
pub(super) fn fill<T: DeserializeOwned>(row: &Row<'_>, columns: &[String]) -> Result<T, Error> {
    T::deserialize(Whole { row, columns })
}

#[derive(Clone, Copy)]
struct Whole<'a> {
    row: &'a Row<'a>,
    columns: &'a [String],
}

impl<'a> Whole<'a> {
    fn column(self, at: usize) -> Result<One<'a>, Error> {
        self.row.get_ref(at).map(One).map_err(Error::custom)
    }
}

impl<'de> Deserializer<'de> for Whole<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom(format!("a row with {} is no single value", self.columns.join(", "))))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(Fields { row: self, fields: fields.iter(), next: 0, found: None })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Positions { row: self, next: 0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple_struct map enum identifier ignored_any
    }
}

struct Fields<'a> {
    row: Whole<'a>,
    fields: Iter<'static, &'static str>,
    /// Statements name their columns mostly in the order of the fields.
    next: usize,
    found: Option<usize>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(field) = self.fields.next() else { return Ok(None) };
        let columns = self.row.columns;
        let as_expected = columns.get(self.next).is_some_and(|column| column == field);
        self.found = if as_expected { Some(self.next) } else { columns.iter().position(|one| one == field) };
        self.next = self.found.map_or(self.next, |at| at + 1);
        seed.deserialize((*field).into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.found {
            Some(at) => {
                let named = |error| Error::custom(format!("{}: {error}", self.row.columns[at]));
                seed.deserialize(self.row.column(at)?).map_err(named)
            }
            None => seed.deserialize(self.row),
        }
    }
}

struct Positions<'a> {
    row: Whole<'a>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Positions<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.next == self.row.columns.len() {
            return Ok(None);
        }
        self.next += 1;
        seed.deserialize(self.row.column(self.next - 1)?).map(Some)
    }
}

/// One value.
struct One<'a>(ValueRef<'a>);

impl<'de> Deserializer<'de> for One<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            ValueRef::Null => visitor.visit_unit(),
            ValueRef::Integer(number) => visitor.visit_i64(number),
            ValueRef::Real(number) => visitor.visit_f64(number),
            ValueRef::Text(text) => visitor.visit_str(std::str::from_utf8(text).map_err(Error::custom)?),
            ValueRef::Blob(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            ValueRef::Integer(number) => visitor.visit_bool(number != 0),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
                self.deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            ValueRef::Null => visitor.visit_none(),
            ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
                visitor.visit_some(self)
            }
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
