//! Two shapes that every capability uses for its values: row ids that cannot be mixed up, and closed lists of
//! words (states, roles, kinds) that are stored as text.

/// Declares newtypes over `i64` for the ids of a table.
///
/// Each one is stored and read by both databases, parses from a URL segment, and converts into [`crate::db::Value`].
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
        impl From<$name> for $crate::db::Value {
            fn from(id: $name) -> Self {
                $crate::db::Value::Int(Some(id.0))
            }
        }
        impl From<Option<$name>> for $crate::db::Value {
            fn from(id: Option<$name>) -> Self {
                $crate::db::Value::Int(id.map(|id| id.0))
            }
        }
    )+};
}

/// Declares an enum whose variants are stored as words, each with the words a person reads.
///
/// ```ignore
/// words! {
///     /// Where a queue entry stands.
///     pub enum State { Waiting = "waiting" => "Waiting", Called = "called" => "Called" }
/// }
/// ```
/// gives `State::ALL`, `as_str()` (stored), `label()` (shown, also `Display`) and `FromStr`, and both databases
/// read and take it.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $vis:vis enum $name:ident {
        $($(#[$vdoc:meta])* $variant:ident = $stored:literal => $label:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$vdoc])* #[doc = $label] $variant),+
        }
        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// Stored word and label of each, for radios and lists.
            pub fn choices() -> Vec<(&'static str, &'static str)> {
                Self::ALL.iter().map(|one| (one.as_str(), one.label())).collect()
            }
            /// The word that is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $stored),+ }
            }
            /// The words that a person reads.
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label),+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.label())
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($stored => Ok($name::$variant),)+
                    other => Err(format!("{other:?} is no {}", stringify!($name))),
                }
            }
        }
        impl From<$name> for $crate::db::Value {
            fn from(word: $name) -> Self {
                $crate::db::Value::Word(Some(word.as_str()))
            }
        }
        impl From<Option<$name>> for $crate::db::Value {
            fn from(word: Option<$name>) -> Self {
                $crate::db::Value::Word(word.map(|word| word.as_str()))
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
