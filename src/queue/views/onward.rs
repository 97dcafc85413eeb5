//! Where a token can be passed on to: points, and at consulting points the doctors who work there today (QU4).

use crate::queue::model::{PointKind, Whom};
use crate::queue::store::lines::Row;
use crate::queue::store::points::{AtWork, Point};

/// Values and words of a choice.
pub type Choices = Vec<(String, String)>;

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
