//! Where a token can be passed on to: points, and at consulting points the doctors who work there today (QU4).

use crate::queue::model::{PointKind, Whom};
use crate::queue::store::lines::Row;
use crate::queue::store::points::{AtWork, Point};

/// Values and words of a choice.
pub type Choices = Vec<(String, String)>;

/// The choice of sending a token back to its doctor.
pub const BACK: &str = "back";

/// Where a token can go from where it stands.
#[derive(Debug, Default)]
pub struct Onward {
    /// Everywhere, the doctor it can be sent back to first.
    pub choices: Choices,
    /// Where it goes when the doctor is done with it.
    pub after: Choices,
    /// The pharmacy among them.
    pub pharmacy: Option<String>,
}

/// Both for one entry.
pub fn onward(row: &Row, points: &[Point], doctors: &[AtWork]) -> Onward {
    let back = row.back_to.iter().map(|doctor| (BACK.to_owned(), format!("Back to {doctor}")));
    let after = points.iter().filter(|point| matches!(point.kind, PointKind::Pharmacy | PointKind::Cashier));
    Onward {
        choices: back.chain(choices(row, points, doctors)).collect(),
        pharmacy: points
            .iter()
            .find(|point| point.kind == PointKind::Pharmacy)
            .map(|point| Whom::Usual.at(point.id)),
        after: after.map(|point| (Whom::Usual.at(point.id), point.name.clone())).collect(),
    }
}

/// The choices for one entry, without reception and without where it is already.
pub fn choices(row: &Row, points: &[Point], doctors: &[AtWork]) -> Choices {
    let mut choices = Choices::new();
    for point in points.iter().filter(|point| point.kind != PointKind::Reception) {
        let here = point.id == row.entry.point_id;
        let mut add = |whom: Whom, words: String| choices.push((whom.at(point.id), words));
        if point.kind != PointKind::Consulting {
            if !here {
                add(Whom::Usual, point.name.clone());
            }
            continue;
        }
        let booked = row.entry.appointment_id.is_some();
        if !here && booked {
            add(Whom::Usual, format!("{}, the booked doctor", point.name));
        }
        if !here || row.entry.doctor_id.is_some() {
            add(Whom::Anyone, format!("{}, anyone", point.name));
        }
        let bound = if here { [row.entry.doctor_id, row.entry.served_by] } else { [None, None] };
        for one in doctors.iter().filter(|one| one.point_id == point.id) {
            if !bound.contains(&Some(one.doctor_id)) {
                add(Whom::Doctor(one.doctor_id), format!("{}, {}", one.name, point.name));
            }
        }
    }
    choices
}
