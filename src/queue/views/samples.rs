//! A sample that is still to be taken, on the board of whoever would let the patient go.

use super::board::{Board, Seat};
use crate::access::model::Permission;
use crate::queue::model::PointKind;
use crate::queue::store::points::Point;
use crate::web::Page;

impl Seat {
    /// Whether a sample of the visit is still to be taken.
    pub fn lacks_sample(&self) -> bool {
        !self.row.no_sample.is_empty()
    }

    /// `A sample for Full blood count is not taken`; the tests are named to those who order or take them.
    pub fn sample_words(&self, page: &Page) -> String {
        if page.may(Permission::CollectSamples) || page.may(Permission::OpenRecords) {
            format!("A sample for {} is not taken", self.row.no_sample)
        } else {
            "A sample for the laboratory is not taken".to_owned()
        }
    }
}

impl Board {
    /// Whose visit would end without a sample, where that is asked.
    pub fn unsampled(&self) -> Option<&Seat> {
        let id = self.asks?;
        self.now.iter().chain(&self.rest).find(|seat| seat.row.entry.id == id)
    }

    /// Where samples are taken, for those who are not there.
    pub fn laboratory(&self) -> Option<&Point> {
        let here = self.point.kind == PointKind::Laboratory;
        self.points.iter().find(|point| point.kind == PointKind::Laboratory).filter(|_| !here)
    }
}
