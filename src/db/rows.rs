//! A row of either database, as a type that `serde` can fill: fields by the names of their columns, fields that are no
//! column from the same row, tuples by position. Every way to a row ends here, so that a type is compiled for one of them.

use std::slice::Iter;

use serde::de::value::{Error, SeqDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::DbError;

/// A row as a driver has it.
pub trait Cells {
    /// How many columns it has.
    fn width(&self) -> usize;
    /// The name of a column.
    fn name(&self, at: usize) -> &str;
    /// What stands in it; what the program never reads is an error.
    fn cell(&self, at: usize) -> Result<Cell<'_>, Error>;
}

/// What is done with a row, one after the other.
pub type Each<'a> = &'a mut (dyn FnMut(&dyn Cells) -> Result<(), DbError> + Send);

/// What stands in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    Null,
    Number(i64),
    Real(f64),
    Yes(bool),
    Text(&'a str),
    /// A day, a time or a moment, in the words in which SQLite keeps it.
    When(String),
    Bytes(&'a [u8]),
}

/// Fills `T` from a row.
pub(super) fn fill<T: DeserializeOwned>(row: &dyn Cells) -> Result<T, DbError> {
    T::deserialize(Whole(row)).map_err(|error| DbError::Other(sqlx::Error::Decode(Box::new(error))))
}

#[derive(Clone, Copy)]
struct Whole<'a>(&'a dyn Cells);

impl<'a> Whole<'a> {
    fn column(self, at: usize) -> Result<One<'a>, Error> {
        let named = |error| Error::custom(format!("{}: {error}", self.0.name(at)));
        self.0.cell(at).map(One).map_err(named)
    }
}

impl<'de> Deserializer<'de> for Whole<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        let names: Vec<&str> = (0..self.0.width()).map(|at| self.0.name(at)).collect();
        Err(Error::custom(format!("a row with {} is no single value", names.join(", "))))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(Fields { row: self, fields: fields.iter(), next: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Positions { row: self, next: 0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple_struct map enum identifier ignored_any
    }
}

/// The fields of a struct in their order: a derived type takes them so without comparing a name.
struct Fields<'a> {
    row: Whole<'a>,
    fields: Iter<'static, &'static str>,
    /// Statements name their columns mostly in the order of the fields.
    next: usize,
}

impl<'de> SeqAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(field) = self.fields.next() else { return Ok(None) };
        let row = self.row.0;
        let as_expected = self.next < row.width() && row.name(self.next) == *field;
        let found =
            if as_expected { Some(self.next) } else { (0..row.width()).find(|at| row.name(*at) == *field) };
        let value = match found {
            Some(at) => {
                self.next = at + 1;
                let named = |error| Error::custom(format!("{}: {error}", row.name(at)));
                seed.deserialize(self.row.column(at)?).map_err(named)
            }
            None => seed.deserialize(self.row),
        };
        value.map(Some)
    }
}

struct Positions<'a> {
    row: Whole<'a>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Positions<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.next == self.row.0.width() {
            return Ok(None);
        }
        self.next += 1;
        seed.deserialize(self.row.column(self.next - 1)?).map(Some)
    }
}

/// One value.
struct One<'a>(Cell<'a>);

impl<'de> Deserializer<'de> for One<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Cell::Null => visitor.visit_unit(),
            Cell::Number(number) => visitor.visit_i64(number),
            Cell::Real(number) => visitor.visit_f64(number),
            Cell::Yes(yes) => visitor.visit_bool(yes),
            Cell::Text(text) => visitor.visit_str(text),
            Cell::When(text) => visitor.visit_string(text),
            Cell::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
        }
    }

    /// SQLite has no truth of its own.
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Cell::Number(number) = self.0 {
            return visitor.visit_bool(number != 0);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0 == Cell::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
