//! What became of the warnings that stop signing.

use askama::Template;

use crate::numbers::grouped;
use crate::prescribing::model::WarningKind;
use crate::prescribing::store::stops::Stops;
use crate::web::Page;

/// Medicines that are listed by name.
const LISTED: usize = 30;

/// Warnings by kind, and the medicines at which they stopped most.
#[derive(Debug, Template)]
#[template(path = "prescribing/stops.html")]
pub struct StopsPage {
    page: Page,
    days: i64,
    kinds: Vec<Stops>,
    medicines: Vec<Stops>,
}

impl StopsPage {
    /// Sums them up.
    pub fn new(page: Page, days: i64, all: Vec<Stops>) -> Self {
        let of_kind = |kind: &WarningKind| {
            let own = || all.iter().filter(|one| one.kind == *kind);
            Stops {
                kind: *kind,
                name: String::new(),
                overridden: own().map(|one| one.overridden).sum(),
                heeded: own().map(|one| one.heeded).sum(),
                told: own().map(|one| one.told).sum(),
            }
        };
        let kinds = WarningKind::ALL.iter().map(of_kind).filter(Stops::is_any).collect();
        let medicines = all.into_iter().filter(|one| one.stopped() > 0).take(LISTED).collect();
        StopsPage { page, days, kinds, medicines }
    }
}

impl Stops {
    /// How often it stopped somebody.
    pub fn stopped(&self) -> i64 {
        self.overridden + self.heeded
    }

    fn is_any(&self) -> bool {
        self.stopped() + self.told > 0
    }

    /// `12 of 13 (92 %)`; empty where nothing stopped.
    pub fn share(&self) -> String {
        match self.stopped() {
            0 => String::new(),
            stopped => {
                let percent = (self.overridden * 100 + stopped / 2) / stopped;
                format!("{} of {} ({percent} %)", grouped(self.overridden), grouped(stopped))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_rounded_and_nothing_has_none() {
        let share = |overridden, heeded| {
            let (kind, name) = (WarningKind::Allergy, String::new());
            Stops { kind, name, overridden, heeded, told: 7 }.share()
        };
        assert_eq!(share(12, 1), "12 of 13 (92 %)");
        assert_eq!(share(1, 2), "1 of 3 (33 %)");
        assert_eq!(share(2, 1), "2 of 3 (67 %)");
        assert_eq!(share(0, 1), "0 of 1 (0 %)");
        assert_eq!(share(1_200, 0), "1,200 of 1,200 (100 %)");
        assert_eq!(share(0, 0), "");
    }
}
