//! Where a token can be passed on to: points, and at consulting points the doctors who work there today (QU4).

use crate::access::model::AccountId;
use crate::queue::model::{PointId, PointKind, Whom};
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
    /// Where samples are taken: the value and the name.
    pub laboratory: Option<(String, String)>,
}

/// Where a token stands, as far as it decides on where it can go.
#[derive(Debug)]
pub struct Standing<'a> {
    /// The point.
    pub point: PointId,
    /// Whether it came with an appointment.
    pub booked: bool,
    /// The doctor for whom it waits there.
    pub doctor: Option<AccountId>,
    /// Who serves or called.
    pub server: Option<AccountId>,
    /// The doctor it can be sent back to.
    pub back_to: Option<&'a str>,
}

impl<'a> From<&'a Row> for Standing<'a> {
    fn from(row: &'a Row) -> Self {
        Standing {
            point: row.entry.point_id,
            booked: row.entry.appointment_id.is_some(),
            doctor: row.entry.doctor_id,
            server: row.entry.served_by,
            back_to: row.back_to.as_deref(),
        }
    }
}

/// Both for one token.
pub fn onward(token: &Standing<'_>, points: &[Point], doctors: &[AtWork]) -> Onward {
    let back = token.back_to.iter().map(|doctor| (BACK.to_owned(), format!("Back to {doctor}")));
    let after = points.iter().filter(|point| matches!(point.kind, PointKind::Pharmacy | PointKind::Cashier));
    Onward {
        choices: back.chain(choices(token, points, doctors)).collect(),
        pharmacy: points
            .iter()
            .find(|point| point.kind == PointKind::Pharmacy)
            .map(|point| Whom::Usual.at(point.id)),
        laboratory: points
            .iter()
            .find(|point| point.kind == PointKind::Laboratory)
            .map(|point| (Whom::Usual.at(point.id), point.name.clone())),
        after: after.map(|point| (Whom::Usual.at(point.id), point.name.clone())).collect(),
    }
}

/// The choices for one token, without reception and without where it is already.
pub fn choices(token: &Standing<'_>, points: &[Point], doctors: &[AtWork]) -> Choices {
    let mut choices = Choices::new();
    for point in points.iter().filter(|point| point.kind != PointKind::Reception) {
        let here = point.id == token.point;
        let mut add = |whom: Whom, words: String| choices.push((whom.at(point.id), words));
        if point.kind != PointKind::Consulting {
            if !here {
                add(Whom::Usual, point.name.clone());
            }
            continue;
        }
        if !here && token.booked {
            add(Whom::Usual, format!("{}, the booked doctor", point.name));
        }
        if !here || token.doctor.is_some() {
            add(Whom::Anyone, format!("{}, anyone", point.name));
        }
        let bound = if here { [token.doctor, token.server] } else { [None, None] };
        for one in doctors.iter().filter(|one| one.point_id == point.id) {
            if !bound.contains(&Some(one.doctor_id)) {
                add(Whom::Doctor(one.doctor_id), format!("{}, {}", one.name, point.name));
            }
        }
    }
    choices
}
