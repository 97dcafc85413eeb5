//! Types of procedures, pure.

use crate::stock::model::quantity_words;

crate::ids! {
    /// Something the clinic does: a dressing, a suture.
    KindId,
    /// A procedure of a visit.
    ProcedureId,
}

crate::words! {
    /// Where a procedure stands.
    pub enum State {
        Draft = "draft" => "Draft",
        Planned = "planned" => "Planned",
        Done = "done" => "Done",
        Cancelled = "cancelled" => "Cancelled",
        EnteredInError = "entered_in_error" => "Entered in error",
    }
}

impl State {
    /// Whether somebody still has to do something: it blocks the closing of a visit (rule V2).
    pub const fn is_open(self) -> bool {
        matches!(self, State::Planned)
    }

    /// Whether the tables let it go from here to `to`.
    pub const fn leads_to(self, to: State) -> bool {
        matches!(
            (self, to),
            (State::Draft, State::Planned)
                | (State::Planned, State::Done | State::Cancelled)
                | (State::Done, State::EnteredInError)
        )
    }

    /// The colour of its tag.
    pub const fn kind(self) -> &'static str {
        match self {
            State::Draft => "plain",
            State::Planned => "wait",
            State::Done => "ok",
            State::Cancelled => "plain",
            State::EnteredInError => "danger",
        }
    }
}

/// Rows for what was used and is not on the list of supplies.
pub const MORE: usize = 3;
/// Supplies of one kind.
pub const ROWS: usize = 10;

/// Something that was used, or usually is: words and a number of whole units.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Supply {
    /// What.
    pub item: String,
    /// How many.
    pub quantity: i64,
    /// Of what: `piece`, `mL`.
    pub unit: String,
}

impl Supply {
    /// `Sterile gauze swab: 4 pieces`.
    pub fn words(&self) -> String {
        let amount = match self.unit.as_str() {
            "" => self.quantity.to_string(),
            unit => quantity_words(self.quantity, unit),
        };
        format!("{}: {amount}", self.item)
    }
}

/// The words a procedure is found by: every typed word begins one of them.
pub fn fits(search_words: &str, typed: &[String]) -> bool {
    typed.iter().all(|word| search_words.split(' ').any(|own| own.starts_with(word.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_beginnings_in_any_order() {
        let words = "wound dressing small cleaning";
        let typed = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(fits(words, &typed("dress wou")) && fits(words, &[]));
        assert!(!fits(words, &typed("dressing large")) && !fits(words, &typed("ressing")));
    }

    #[test]
    fn only_what_is_planned_blocks_a_visit() {
        let open: Vec<_> = State::ALL.iter().filter(|state| state.is_open()).collect();
        assert_eq!(open, [&State::Planned]);
    }
}
