//! Samples that are still to be taken, where the doctor finishes.

use super::{ConsultPage, HOME};
use crate::laboratory::Line;
use crate::laboratory::model::LineState;
use crate::queue::Choices;
use crate::queue::model::VisitId;

/// The tests of a visit whose sample is still to be taken, by their names; empty for none.
pub fn no_sample(orders: &[Line], visit: VisitId) -> String {
    let waits = |line: &&Line| {
        line.visit_id == visit && matches!(line.state, LineState::Requested | LineState::Rejected)
    };
    let names: Vec<&str> = orders.iter().filter(waits).map(|line| line.test.as_str()).collect();
    names.join(", ")
}

impl ConsultPage {
    /// Where the patient goes when the doctor is done: the laboratory first while a sample is to be taken.
    pub fn after(&self) -> Choices {
        let home = (HOME.to_owned(), "Home: the visit ends".to_owned());
        let laboratory = self.onward.laboratory.iter().filter(|_| self.lacks_sample());
        let laboratory =
            laboratory.map(|(to, name)| (to.clone(), format!("{name}: a sample is to be taken")));
        laboratory.chain(std::iter::once(home)).chain(self.onward.after.iter().cloned()).collect()
    }

    /// Whether a sample of this visit is still to be taken.
    pub fn lacks_sample(&self) -> bool {
        !no_sample(&self.orders, self.visit()).is_empty()
    }

    /// What is ticked to let the patient go all the same.
    pub fn without_sample(&self) -> String {
        format!("End the visit without the sample for {}", no_sample(&self.orders, self.visit()))
    }
}
